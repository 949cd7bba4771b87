// Small files that must be whole: an agent that dies while it writes finds the old one or the new one.

import * as fs from 'node:fs';
import { dirname } from 'node:path';
import { makeDirectories } from '../src/lib/directories.ts';
import { OrionError, messageOf } from '../src/lib/errors.ts';

/** Makes a directory and its missing parents; one that exists is fine. Throws CONFIG_INVALID. */
export function makeDirectory(path: string): void {
  try {
    makeDirectories(path);
  } catch (error) {
    throw new OrionError(
      'CONFIG_INVALID',
      `${path} cannot be made: ${messageOf(error)}; give the agent another directory, or the right to make this one`,
      { cause: error },
    );
  }
}

/** Replaces the file at `path`; durable when it returns. Its directory exists. */
export function writeWhole(path: string, value: unknown): void {
  const temporary = `${path}.new`;
  const file = fs.openSync(temporary, 'w', 0o600);
  try {
    fs.writeFileSync(file, `${JSON.stringify(value)}\n`);
    fs.fsyncSync(file);
  } finally {
    fs.closeSync(file);
  }
  fs.renameSync(temporary, path);
  syncDirectory(dirname(path));
}

/** What a schema of zod offers; the schemas themselves stand in src/protocol. */
interface Schema<T> {
  safeParse(
    value: unknown,
  ): { readonly success: true; readonly data: T } | { readonly success: false; readonly error: Error };
}

/** The file's content, or undefined when there is none. Throws CONFIG_INVALID for a file that is not of this form. */
export function readWhole<T>(path: string, schema: Schema<T>): T | undefined {
  let text: string;
  try {
    text = fs.readFileSync(path, 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
  const parsed = schema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new OrionError(
    'CONFIG_INVALID',
    `${path} is damaged or from a later version: ${messageOf(parsed.error)}; restore it, or delete it to begin anew`,
  );
}

export function isErrno(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function syncDirectory(path: string): void {
  const directory = fs.openSync(path, 'r');
  try {
    fs.fsyncSync(directory);
  } finally {
    fs.closeSync(directory);
  }
}
