// `orion explain KIND[.FIELD…]`: what a field means, from the schemas by which peers judge it.

import { Option } from 'clipanion';
import { jsonSchemas, type SchemaName } from '../protocol/json-schemas.ts';
import { parseKind } from './kinds.ts';
import { OrionCommand } from './orion-command.ts';
import { outputOption, parseOutputFormat, rendered } from './output.ts';
import { type Explained, explainPath } from './schema-path.ts';
import type { TableStyle } from './table.ts';

/** Cells of a line of text. */
const lineWidth = 96;

/** What can be explained, and where it stands in which schema. */
interface Subject {
  readonly title: string;
  readonly schema: SchemaName;
  readonly path: readonly string[];
}

export class ExplainCommand extends OrionCommand {
  static override paths = [['explain']];
  static override usage = {
    category: 'Looking',
    description: 'Say what a field means, which type it has and what it is by default.',
    details:
      'KIND is a kind as `orion get` takes it, or `config` for what stands in an orion.yaml. The fields of list items and of map values follow the name of the list or map. `-o json` gives the JSON Schema. No peer is asked.',
    examples: [
      ['Everything about ports', '$0 explain service.spec.ports'],
      ['What an orion.yaml may say of a service', '$0 explain config.spec.services'],
    ] as [string, string][],
  };

  field = Option.String({ name: 'KIND[.FIELD]' });
  output = outputOption();

  protected override async run(): Promise<void> {
    const format = parseOutputFormat(this.output);
    const [kind = '', ...path] = this.field.split('.').map((part) => part.replace(/\[.*\]$/, ''));
    const subject = subjectOf(kind);
    const explained = explainPath(jsonSchemas()[subject.schema], [...subject.path, ...path]);
    const views = {
      table: (_: unknown, style: TableStyle) => renderExplained(subject.title, path, explained, style),
      names: () => explained.fields.map(({ name }) => name),
    };
    this.print(await rendered(format, explained.schema, views, this.tableStyle(format)));
  }
}

/** Throws `USAGE` for what is no kind. */
function subjectOf(kind: string): Subject {
  if (/^(config|manifest)s?$/i.test(kind)) {
    return { title: 'Config (orion.yaml)', schema: 'Manifest', path: [] };
  }
  const { name } = parseKind(kind);
  return name === 'Peer'
    ? { title: name, schema: 'ClusterView', path: ['peers'] }
    : { title: name, schema: name, path: [] };
}

function renderExplained(
  title: string,
  path: readonly string[],
  { type, required, description, fields }: Explained,
  style: TableStyle,
): string {
  const head = [
    ['KIND', title],
    ...(path.length === 0 ? [] : [['FIELD', path.join('.')]]),
    ['TYPE', `${type}${required ? '' : ' (optional)'}`],
  ].map(([label = '', text = '']) => `${label.padEnd(7)}${text}\n`);
  const text =
    description === '' ? [] : ['\n', ...wrapped(description, lineWidth).map((line) => `${line}\n`)];
  if (fields.length === 0) return [...head, ...text].join('');
  const lines = fields.flatMap((one) => [
    `  ${one.name}  ${style.paint(`${one.type}${one.required ? '' : ' (optional)'}`, 'faint')}\n`,
    ...(one.description === ''
      ? []
      : wrapped(one.description, lineWidth - 6).map((line) => `      ${line}\n`)),
  ]);
  return [...head, ...text, '\nFIELDS\n', ...lines].join('');
}

/** Lines of at most `width` characters, broken between words. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
