// What a broken disk is called, in one place: each fault says where it was found and what a person can do about it.

import { OrionError, messageOf } from '../lib/errors.ts';

/** An operation of the disk failed. Never retried: what a failed sync left behind cannot be known. */
export function diskFailed(what: string, cause: unknown): OrionError {
  return new OrionError('DISK_FAILED', `${what} failed: ${messageOf(cause)}. ${remedyOf(messageOf(cause))}`, {
    cause,
  });
}

/** By the words of the system: LevelDB tells its errors in words alone. */
function remedyOf(text: string): string {
  if (/EACCES|EPERM|Permission denied|Operation not permitted/.test(text)) {
    return 'The user that runs this peer must own its data directory and everything in it (ls -l, chown -R): mend that, then start the peer again.';
  }
  if (/EROFS|Read-only file system/.test(text)) {
    return 'The file system is mounted read-only: find out why (dmesg), mount it for writing, then start the peer again.';
  }
  if (/EMFILE|ENFILE|Too many open files/.test(text)) {
    return 'This process may not open so many files: raise that limit (ulimit -n, LimitNOFILE=), then start the peer again.';
  }
  if (/ENOTDIR|EEXIST|Not a directory/.test(text)) {
    return 'Something that is no directory stands in the way: give this peer another data directory, or move that away.';
  }
  return (
    'This peer stops, since what its disk holds now is not known. ' +
    'Check that the disk is neither full nor failing (df, dmesg), then start the peer again.'
  );
}

/** There is no room on the disk. What was to be written is not there, or may be lost again, until it is written anew. */
export function diskFull(what: string, cause: unknown): OrionError {
  return new OrionError(
    'DISK_FULL',
    `${what} failed: ${messageOf(cause)}. Make room on that disk (df): this peer goes on by itself.`,
    { cause },
  );
}

/** Bytes of the log that may have been acknowledged are gone or changed. */
export function logCorrupt(path: string, offset: number, why: string): OrionError {
  return new OrionError(
    'LOG_CORRUPT',
    `${path} is damaged at byte ${offset}: ${why}. Check the disk, then start this peer again: it keeps what is sound, ` +
      `and does not count until the others have given it the rest.`,
  );
}

/** What tells who this disk is cannot be read: not even a start that trusts nothing of it can be made. */
export function identityLost(path: string, why: string): OrionError {
  return new OrionError(
    'LOG_CORRUPT',
    `${path} is damaged: ${why}. What this peer promised the others is not known any more, so its disk cannot be ` +
      `trusted. Move the data directory away, check the disk, and have this peer replaced by an empty one ` +
      `(orion cluster add --replace).`,
  );
}

/** Whether an operation failed only because the disk is full. LevelDB tells it in words alone. */
export function isNoRoom(error: unknown): boolean {
  return /No space left on device|ENOSPC|Disk quota exceeded|EDQUOT/.test(messageOf(error));
}

export function formatTooNew(path: string, found: unknown, known: number): OrionError {
  return new OrionError(
    'FORMAT_TOO_NEW',
    `${path} has format ${String(found)}, and this version of orion knows formats up to ${known}. ` +
      `Start the newer version of orion that wrote it.`,
  );
}

/** A state is never carried over to a new form in place: its log holds what an older version would have done. */
export function stateTooOld(path: string, found: number, known: number): OrionError {
  return new OrionError(
    'FORMAT_TOO_OLD',
    `${path} has format ${found}, and this version of orion reads format ${known} alone. Start the version that wrote it on ` +
      `every peer, take a backup (orion backup FILE), and let this version begin from that (orion restore FILE).`,
  );
}

/** What `work` answers; a rejection becomes `DISK_FAILED`. `what` names the work, as in `reading /data/superblock-a`. */
export async function onDisk<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw diskFailed(what, error);
  }
}
