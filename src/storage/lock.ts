// One process to a data directory: two that write one log would tear it apart.
// The lock is a tiny LevelDB, opened first: it holds an fcntl lock, which the kernel frees with the process however that
// ends. Why not a file of our own: Node has no fcntl, and a pid in a file outlives its process.
//
// K1. Nothing is ever written to it: whatever is damaged there is removed, and it is made anew. But for the file that the lock
//     is held on: who took another one in its place would not see who holds it.

import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { OrionError } from '../lib/errors.ts';
import { diskFailed } from './faults.ts';
import { nodeDisk } from './node-disk.ts';
import { causeOf, isDamage } from './state-faults.ts';

export interface Lock {
  release(): Promise<void>;
}

const lockName = 'LOCK';

/** Throws `DIRECTORY_LOCKED` while another process, or another part of this one, holds it; or `DISK_FAILED`. */
export async function lockDirectory(directory: string): Promise<Lock> {
  const path = join(directory, lockName);
  const database = new ClassicLevel(path);
  try {
    await database.open().catch(async (error: unknown) => {
      if (!isDamage(causeOf(error))) throw error;
      await clear(path); // K1
      await database.open();
    });
  } catch (error) {
    if (!isLocked(error)) throw diskFailed(`locking ${directory}`, causeOf(error));
    throw new OrionError(
      'DIRECTORY_LOCKED',
      `${directory} is in use by another process. Stop that one first, or give this peer a directory of its own.`,
      { cause: error },
    );
  }
  return { release: () => database.close() };
}

async function clear(path: string): Promise<void> {
  for (const name of await nodeDisk.list(path)) {
    if (name !== lockName) await nodeDisk.unlink(join(path, name)); // LevelDB's own lock file has the same name
  }
}

function isLocked(error: unknown): boolean {
  const { cause } = error as Error;
  return cause instanceof Error && 'code' in cause && cause.code === 'LEVEL_LOCKED';
}
