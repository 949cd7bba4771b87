// What an error met at a state on disk means: its files are damaged, or the disk is full, or the disk failed.
// Why it matters: a damaged state is given up, and built anew from the log or another peer; a full disk is waited for; only a
// disk that failed stops the peer.
//
// LevelDB tells errors of its system calls as text alone. Two of them do not come from the disk but from files that say
// something wrong: a name that is not there, and a position outside of a file.

import { messageOf, OrionError } from '../lib/errors.ts';
import { diskFailed, diskFull, isNoRoom } from './faults.ts';

/** The files of a state do not hold what was written to them. Never leaves src/storage. */
export class StateDamaged extends Error {
  override readonly name = 'StateDamaged';
}

/** What `work` answers; a rejection becomes `StateDamaged`, `DISK_FULL` or `DISK_FAILED`. `what` names the work. */
export async function onState<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StateDamaged || error instanceof OrionError) throw error;
    const cause = causeOf(error);
    const text = messageOf(cause);
    if (isNoRoom(cause)) throw diskFull(what, cause);
    if (isDamage(cause)) throw new StateDamaged(`${what}: ${text}`, { cause });
    throw diskFailed(what, cause);
  }
}

/** The same for a state in use: there, damage is an error of the disk, and the next start gives the state up. */
export async function onStateInUse<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof StateDamaged ? diskFailed('using the state', error) : error;
  }
}

/** LevelDB's own error, where it was wrapped in one that says that the database did not open. */
export function causeOf(error: unknown): unknown {
  return error instanceof Error && error.cause instanceof Error ? error.cause : error;
}

/** Whether LevelDB says of its files, not of the disk, that they are wrong. `cause`: its own error. */
export function isDamage(cause: unknown): boolean {
  const text = messageOf(cause);
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'LEVEL_CORRUPTION') return true;
  if (code === 'LEVEL_IO_ERROR') return /: (No such file or directory|Invalid argument)$/.test(text);
  return /^(Invalid argument|Not implemented): /.test(text);
}
