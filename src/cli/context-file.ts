// Where the user's contexts lie, and how they are read and written.
//
// C1. The file is its owner's alone (mode 0600), and is written beside and renamed: nobody sees half of it.

import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Contexts, noContexts, parseContexts, renderContexts } from '../config/contexts.ts';
import { makeDirectories } from '../lib/directories.ts';
import { messageOf, OrionError } from '../lib/errors.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** By the XDG Base Directory Specification. */
function contextFileOf(env: Environment): string {
  const given = env['XDG_CONFIG_HOME'] ?? '';
  const folder = given === '' ? join(env['HOME'] ?? homedir(), '.config') : given;
  return join(folder, 'orion', 'config.toml');
}

/** None when there is no such file. Throws CONFIG_INVALID. */
export function readContexts(env: Environment): Contexts {
  const file = contextFileOf(env);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return noContexts;
    throw new OrionError('CONFIG_INVALID', `cannot read the contexts: ${messageOf(error)}`, { cause: error });
  }
  return parseContexts(text, file);
}

// C1. Throws CONFIG_INVALID when the file cannot be written.
export function writeContexts(env: Environment, contexts: Contexts): void {
  const file = contextFileOf(env);
  const beside = `${file}.${process.pid}.new`;
  try {
    makeDirectories(dirname(file), 0o700);
    writeFileSync(beside, renderContexts(contexts), { mode: 0o600 });
    renameSync(beside, file);
  } catch (error) {
    throw new OrionError('CONFIG_INVALID', `cannot write the contexts: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
