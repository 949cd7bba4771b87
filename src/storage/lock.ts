// One process to a data directory: two that write one log would tear it apart.
// The lock is a tiny LevelDB, opened first: it holds an fcntl lock, which the kernel frees with the process however that
// ends. Why not a file of our own: Node has no fcntl, and a pid in a file outlives its process.

import { ClassicLevel } from 'classic-level';
import { OrionError } from '../lib/errors.ts';
import { diskFailed } from './faults.ts';
import { causeOf } from './state-faults.ts';

export interface Lock {
  release(): Promise<void>;
}

/** Throws `DIRECTORY_LOCKED` while another process, or another part of this one, holds it; or `DISK_FAILED`. */
export async function lockDirectory(directory: string): Promise<Lock> {
  const database = new ClassicLevel(`${directory}/LOCK`);
  try {
    await database.open();
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

function isLocked(error: unknown): boolean {
  const { cause } = error as Error;
  return cause instanceof Error && 'code' in cause && cause.code === 'LEVEL_LOCKED';
}
