// Directories with their missing parents, made step by step: Node's own `recursive` tries for ever where nothing can be
// made (below /proc), and a program that hangs says less than one that fails.

import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes `path` and the parents that it lacks, each with `mode` (default 0777, less the umask); one that exists is fine.
 * Throws what the system says: `ENOENT` where nothing can be made, `EACCES`, `EEXIST` for what is no directory, …
 */
export function makeDirectories(path: string, mode = 0o777): void {
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && statSync(path).isDirectory()) return;
    const parent = dirname(path);
    if (code !== 'ENOENT' || existsSync(parent)) throw error;
    makeDirectories(parent, mode);
    makeDirectories(path, mode);
  }
}
