// `orion explain KIND[.FIELD…]`: what a field means, from the schemas by which peers judge it.

import { Option } from 'clipanion';
import { OrionError } from '../lib/errors.ts';
import { jsonSchemas, type SchemaName } from '../protocol/json-schemas.ts';
import { parseKind } from './kinds.ts';
import { OutputCommand } from './orion-command.ts';
import { type Explained, explainPath } from './schema-path.ts';
import type { TableStyle } from './table.ts';

/** Cells of a line of text. */
const lineWidth = 96;

export class ExplainCommand extends OutputCommand {
  static override paths = [['explain']];
  static override usage = {
    category: 'Looking',
    description: 'Say what a field means, which type it has and what it is by default.',
    details:
      'KIND is a kind of object, or `config` for what stands in an orion.yaml. The fields of list items and of map values follow the name of the list or map. `-o json` gives the JSON Schema. No peer is asked.',
    examples: [
      ['Everything about ports', '$0 explain service.spec.ports'],
      ['What an orion.yaml may say of a service', '$0 explain config.spec.services'],
    ] as [string, string][],
  };

  field = Option.String({ name: 'KIND[.FIELD]' });

  protected override async run(): Promise<void> {
    const format = this.outputFormat();
    const [kind = '', ...path] = this.field.split('.').map((part) => part.replace(/\[.*\]$/, ''));
    const name = schemaNameOf(kind);
    const explained = explainPath(jsonSchemas()[name], path);
    await this.show(format, explained.schema, {
      table: (_, style) => renderExplained(name, explained, style),
      names: () => explained.fields.map((field) => field.name),
    });
  }
}

/** Throws `USAGE` for what is no kind. */
function schemaNameOf(kind: string): SchemaName {
  if (/^(config|manifest)s?$/i.test(kind)) return 'Manifest';
  const { name } = parseKind(kind);
  if (name !== 'Peer') return name;
  throw new OrionError('USAGE', 'a peer is no object: see orion cluster status');
}

function renderExplained(
  name: string,
  { path, type, required, description, fields }: Explained,
  style: TableStyle,
): string {
  const head = [
    ['KIND', name === 'Manifest' ? 'Config (orion.yaml)' : name],
    ...(path === '' ? [] : [['FIELD', path]]),
    ['TYPE', `${type}${required ? '' : ' (optional)'}`],
  ].map(([title = '', text = '']) => `${title.padEnd(7)}${text}\n`);
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
