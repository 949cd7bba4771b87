// Text that a command is handed, from a file or standard input. Bytes that are no UTF-8 are refused: read as text they would
// become other ones, without a word.

import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { messageOf, OrionError } from '../lib/errors.ts';

/** Throws `USAGE`. */
export function textOfFile(path: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw unreadable(path, messageOf(error), error);
  }
  return decoded(bytes, path);
}

/** All of `stdin`. Throws `USAGE`. */
export async function textOfInput(stdin: Readable): Promise<string> {
  return decoded(await buffer(stdin), 'standard input');
}

/** A byte order mark stays: a setting is kept as it is. */
function decoded(bytes: Buffer, from: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw unreadable(from, 'it is not text in UTF-8', error);
  }
}

export function unreadable(path: string, why: string, cause: unknown): OrionError {
  return new OrionError('USAGE', `cannot read ${path}: ${why}`, { cause });
}
