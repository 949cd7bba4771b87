// One service as text that somebody edits: written out as a manifest, taken back, and returned with what is wrong in it.
// Owns: the file's form. Lines that begin with `#:` are ours: they are put in, and taken out again, here alone.

import { readFile, writeFile } from 'node:fs/promises';
import { stringify } from 'yaml';
import { type Issue, OrionError } from '../lib/errors.ts';
import type { Manifest } from '../protocol/command.ts';
import { partsOf } from '../protocol/document.ts';
import { manifestServiceSchema } from '../protocol/manifest-schema.ts';
import { documentOf, readManifests } from '../protocol/manifest.ts';
import type { Service } from '../protocol/objects.ts';
import { objectName } from './kinds.ts';
import { messageFor } from './remedies.ts';
import { describeIssue } from './report.ts';

const mark = '#:';

export class Draft {
  readonly file: string;
  readonly #name: string;
  readonly #owner: string;
  readonly #head: readonly string[];
  /** As it was before anybody touched it. */
  readonly #original: string;

  constructor(file: string, { metadata, spec }: Service) {
    const { name, labels, resourceVersion, owner = name } = metadata;
    this.file = file;
    this.#name = name;
    this.#owner = owner;
    const service = inOrder({ name, labels, ...spec });
    this.#original = stringify(
      { ...documentOf({ owner, services: [] }), spec: { services: [service] } },
      { lineWidth: 0 },
    );
    this.#head = [
      `${mark} ${objectName('service', name)} as of version ${resourceVersion}. Save it and leave the editor to apply it;`,
      `${mark} leave it as it is, or empty, to change nothing. Lines that begin with ${mark} are taken out.`,
    ];
  }

  /** Writes the service out. */
  async open(): Promise<void> {
    await this.#write([], this.#original);
  }

  /** What the file says now, without our lines; nothing when whoever edits has removed it. */
  async text(): Promise<string> {
    const text = await readFile(this.file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    const lines = text.split('\n');
    return lines.filter((line) => !line.startsWith(mark)).join('\n');
  }

  /** Whether `text` asks for nothing. */
  isUntouched(text: string): boolean {
    return text === this.#original || text.trim() === '';
  }

  /** The manifest in `text`. Throws MALFORMED, INVALID or TOO_LARGE; INVALID for one that is not of this service alone. */
  parse(text: string): Manifest {
    const [first, ...rest] = readManifests(text, 'yaml', {});
    const { manifest, document } = first ?? {};
    const issues: Issue[] = [];
    const must = (holds: boolean, path: string, message: string): void => {
      const line = document?.lineOf(partsOf(path));
      if (!holds) issues.push({ path, ...(line === undefined ? {} : { line }), message });
    };
    must(rest.length === 0, '', 'one document at a time');
    must(
      manifest?.owner === this.#owner,
      'metadata.name',
      `it stays "${this.#owner}": the owner is not edited here`,
    );
    must(manifest?.services.length === 1, 'spec.services', 'one service at a time');
    must(
      manifest?.services[0]?.name === this.#name,
      'spec.services[0].name',
      `it stays "${this.#name}": a service keeps its name`,
    );
    if (manifest !== undefined && issues.length === 0) return manifest;
    throw new OrionError('INVALID', 'This is not the service that was opened.', { issues });
  }

  /** Writes `text` again, `error` on top, and each issue above its line. */
  async complain(text: string, error: OrionError): Promise<void> {
    const told = new Map<number, string[]>();
    for (const issue of error.issues) {
      const line = issue.line ?? lineOf(text, issue.path) ?? 1;
      const { line: _, ...rest } = issue;
      told.set(line, [...(told.get(line) ?? []), `${mark} ${describeIssue(rest)}`]);
    }
    const lines: string[] = [];
    for (const [at, line] of text.split('\n').entries()) lines.push(...(told.get(at + 1) ?? []), line);
    await this.#write([`${mark} Refused: ${messageFor(error).split('\n')[0] ?? ''}`], lines.join('\n'));
  }

  async #write(why: readonly string[], text: string): Promise<void> {
    await writeFile(this.file, [...this.#head, ...why, text].join('\n'), { mode: 0o600 });
  }
}

/** Where `path` stands in a text that parses: a peer, which never saw the text, names no line. */
function lineOf(text: string, path: string): number | undefined {
  try {
    return readManifests(text, 'yaml', {})[0]?.document.lineOf(partsOf(path));
  } catch {
    return undefined;
  }
}

/** Keys as people write them, in the order of the schema: what a peer answers is in that of letters. */
function inOrder(service: Readonly<Record<string, unknown>>): object {
  const known = Object.keys(manifestServiceSchema.shape).filter((key) => Object.hasOwn(service, key));
  const keys = new Set([...known, ...Object.keys(service)]);
  return Object.fromEntries([...keys].map((key) => [key, service[key]]));
}
