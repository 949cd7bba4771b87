// The file in which the screen remembers itself: `orion/tui.json` in $XDG_STATE_HOME, else in ~/.local/state. It is written
// beside and renamed; one that cannot be written is no reason to disturb anybody.

import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { makeDirectories } from '../src/lib/directories.ts';
import { emptyMemory, type Memory, parseMemory } from './model/memory.ts';

export function memoryPath(env: Readonly<Record<string, string | undefined>>): string {
  const { XDG_STATE_HOME = '' } = env;
  const base = XDG_STATE_HOME.startsWith('/') ? XDG_STATE_HOME : join(homedir(), '.local', 'state');
  return join(base, 'orion', 'tui.json');
}

export function readMemory(path: string): Memory {
  try {
    return parseMemory(readFileSync(path, 'utf8'));
  } catch {
    return emptyMemory;
  }
}

export function writeMemory(path: string, memory: Memory): void {
  try {
    makeDirectories(dirname(path), 0o700);
    const beside = `${path}.${process.pid}`;
    writeFileSync(beside, `${JSON.stringify(memory, undefined, 2)}\n`, { mode: 0o600 });
    renameSync(beside, path);
  } catch {
    // A home that cannot be written to: the next start begins as the first one did.
  }
}
