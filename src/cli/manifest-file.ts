// A manifest on disk: read, checked here for the sake of file and line, and made to mean the same on every node.

import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isOrionError, messageOf, OrionError } from '../lib/errors.ts';
import type { Manifest } from '../protocol/command.ts';
import { parseManifest } from '../protocol/manifest.ts';
import { describeIssue } from './report.ts';

/**
 * Reads and checks `file`; a service's `path` is resolved against the file's folder, which is also its default.
 * Throws `INVALID` or `MALFORMED` with every problem as `FILE:LINE: PATH: MESSAGE`.
 */
export function readManifestFile(file: string): Manifest {
  const folder = dirname(resolve(file));
  const text = readText(file);
  try {
    return parseManifest(text, 'yaml', { resolvePath: (path) => resolve(folder, path ?? '.') });
  } catch (error) {
    if (!isOrionError(error)) throw error;
    const told = error.issues.map((issue) => describeIssue(issue, file));
    throw new OrionError(error.code, [`${file}: ${error.message}`, ...told].join('\n'), {
      issues: error.issues,
      cause: error,
    });
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new OrionError('USAGE', `cannot read ${file}: ${messageOf(error)}`, { cause: error });
  }
}
