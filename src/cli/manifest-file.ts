// Manifests on disk: read, checked here for the sake of file and line, and made to mean the same on every node.
// Owns: which files `-f` names, and where in them something stands that a peer complains about.

import { readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { isOrionError, type Issue, messageOf, OrionError } from '../lib/errors.ts';
import type { Manifest } from '../protocol/command.ts';
import { parseDocument, partsOf } from '../protocol/document.ts';
import { readManifests, type SourceManifest } from '../protocol/manifest.ts';
import { textOfFile, textOfInput, unreadable } from './input-text.ts';
import { messageFor } from './remedies.ts';
import { describeIssue } from './report.ts';

/** What `-f` takes for standard input; paths in it are resolved against the working directory. */
const standardInput = '-';
const manifestFile = /\.(ya?ml|json)$/;

/** What `-f` takes, for the help of commands. */
export const manifestOption =
  'A manifest (YAML or JSON, one or several documents), a folder of them, or - for standard input; may be repeated';

interface FileManifest extends SourceManifest {
  /** As the user named it. */
  readonly file: string;
}

/** The manifests of all files that a command was given, in their order. */
export class ManifestFiles {
  readonly #sources: readonly FileManifest[];

  private constructor(sources: readonly FileManifest[]) {
    this.#sources = sources;
  }

  /**
   * Reads and checks `paths`: files, folders (their `*.yaml`, `*.yml` and, with an `apiVersion`, `*.json`, by name) and `-`. A service's `path`
   * is resolved against its file's folder, which is also its default. Throws `USAGE` for what cannot be read, and
   * `INVALID` or `MALFORMED` with every problem of every file as `FILE:LINE: PATH: MESSAGE`.
   */
  static async read(paths: readonly string[], stdin: Readable): Promise<ManifestFiles> {
    const sources: FileManifest[] = [];
    const errors: OrionError[] = [];
    for (const path of filesAt(paths)) {
      const text = path === standardInput ? await textOfInput(stdin) : textOfFile(path);
      const folder = path === standardInput ? process.cwd() : dirname(resolve(path));
      const file = path === standardInput ? 'standard input' : path;
      try {
        if (file.endsWith('.json')) parseDocument(text, 'json'); // JSON is YAML, too: so it has lines for what follows
        const read = readManifests(text, 'yaml', { resolvePath: (path) => resolve(folder, path ?? '.') });
        sources.push(...read.map(({ manifest, document }) => ({ manifest, document, file })));
      } catch (error) {
        if (!isOrionError(error)) throw error;
        const told = error.issues.map((issue) => describeIssue(issue, file));
        errors.push(withIssues(error, [`${file}: ${error.message}`, ...told], error.issues));
      }
    }
    const [first] = errors;
    if (first === undefined) return new ManifestFiles(sources);
    const lines = errors.map(({ message }) => message);
    throw withIssues(
      first,
      lines,
      errors.flatMap(({ issues }) => issues),
    );
  }

  get manifests(): readonly Manifest[] {
    return this.#sources.map(({ manifest }) => manifest);
  }

  /** Of every service that the files list. */
  get serviceNames(): readonly string[] {
    return this.manifests.flatMap(({ services }) => services.map(({ name }) => name));
  }

  /** `error` as a peer gave it for these manifests, with file and line of each issue. Anything else stays as it is. */
  located(error: unknown): unknown {
    if (!isOrionError(error) || error.issues.length === 0) return error;
    return withIssues(
      error,
      [messageFor(error), ...error.issues.map((issue) => this.#place(issue))],
      error.issues,
    );
  }

  #place(issue: Issue): string {
    const [first, ...rest] = partsOf(issue.path);
    const isNumbered = this.#sources.length > 1 && typeof first === 'number';
    const source = this.#sources[isNumbered ? first : 0];
    if (source === undefined) return describeIssue(issue);
    const line = source.document.lineOf(isNumbered ? rest : partsOf(issue.path));
    return describeIssue({ ...issue, ...(line === undefined ? {} : { line }) }, source.file);
  }
}

function withIssues(error: OrionError, lines: readonly string[], issues: readonly Issue[]): OrionError {
  return new OrionError(error.code, lines.join('\n'), { issues, cause: error });
}

/** Throws `USAGE` for a folder without manifests: it would ask for nothing, or with `--prune` for worse. */
function filesAt(paths: readonly string[]): readonly string[] {
  if (paths.filter((path) => path === standardInput).length > 1) {
    throw new OrionError('USAGE', 'standard input can be read only once: give one -f -');
  }
  return paths.flatMap((path) => {
    if (path === standardInput || !isFolder(path)) return [path];
    const names = readdirSync(path).filter((name) => manifestFile.test(name));
    const files = names.toSorted().map((name) => join(path, name));
    const manifests = files.filter((file) => !isOtherJson(file));
    if (manifests.length > 0) return manifests;
    throw new OrionError('USAGE', `${path} holds no *.yaml or *.yml, and no *.json with an apiVersion`);
  });
}

/** A package.json, or the like: it stands beside manifests, and is none. What is no JSON may be meant as one. */
function isOtherJson(file: string): boolean {
  if (!file.endsWith('.json')) return false;
  try {
    const value: unknown = JSON.parse(textOfFile(file));
    return typeof value === 'object' && value !== null && !Array.isArray(value) && !('apiVersion' in value);
  } catch (error) {
    if (isOrionError(error)) throw error;
    return false;
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    throw unreadable(path, messageOf(error), error);
  }
}
