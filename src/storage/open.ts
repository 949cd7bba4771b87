// A peer's data directory, opened in the only safe order: lock, state, then the log, which is brought in line with it.

import { join } from 'node:path';
import type { PeerId } from '../../raft/types.ts';
import { type Clock, systemClock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';
import type { Incarnations } from '../peer/incarnations.ts';
import type { CommandCodec, LogStore, StateStore } from '../peer/ports.ts';
import { createCommandCodec } from './codec.ts';
import { type OpenDoubts, openDoubts } from './doubts.ts';
import { diskFull, isNoRoom, onDisk } from './faults.ts';
import { openIncarnations } from './incarnations.ts';
import { lockDirectory } from './lock.ts';
import { nodeDisk } from './node-disk.ts';
import { openSegmentLog } from './segment-log.ts';
import { causeOf } from './state-faults.ts';
import { openStateStore } from './state-store.ts';

export interface Storage {
  readonly log: LogStore;
  readonly incarnations: Incarnations;
  readonly doubts: OpenDoubts;
  readonly state: StateStore;
  readonly codec: CommandCodec;
  /** Waits for what is in flight, then gives the directory free. */
  close(): Promise<void>;
}

interface StorageOptions {
  readonly directory: string;
  readonly peerId: PeerId;
  /** Told what was lost from this disk. */
  readonly report?: (fields: object, message: string) => void;
}

/**
 * As {@link openStorage}. Where the disk has no room for that it waits until `diskFullBytes` are free, or until `signal` aborts: then
 * it throws `DISK_FULL`. An attempt that found no room is like one that a power cut ended. `onWait` is told why, once, before
 * it waits, and answers what ends whatever it began.
 */
export async function openStorageOnceThereIsRoom(
  options: StorageOptions & {
    readonly clock: Pick<Clock, 'after'>;
    readonly signal: AbortSignal;
    readonly onWait: (reason: string) => Promise<() => Promise<void>>;
  },
): Promise<Storage> {
  const { directory, report, signal, onWait } = options;
  let onOver: (() => Promise<void>) | undefined;
  try {
    for (;;) {
      try {
        return await openStorage(options);
      } catch (error) {
        if (!isNoRoom(error)) throw error;
        const full = diskFull(`opening ${directory}`, causeOf(error));
        if (signal.aborted) throw full;
        onOver ??= await onWait(full.message);
        report?.({ directory, needs: limits.diskFullBytes, error: messageOf(causeOf(error)) }, waiting);
        await roomAt(options);
        if (signal.aborted) throw full;
      }
    }
  } finally {
    await onOver?.();
  }
}

const waiting = 'the disk is full: this peer starts by itself once there is room';

/** Resolves once there is room, once nobody can tell how much there is, or soon after `signal` aborts. */
async function roomAt(options: {
  readonly directory: string;
  readonly clock: Pick<Clock, 'after'>;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { directory, clock, signal } = options;
  while (!signal.aborted) {
    await new Promise<void>((resolve) => void clock.after(limits.diskLookMs, resolve));
    const free = await nodeDisk.freeBytes(directory).catch(() => Number.POSITIVE_INFINITY);
    if (free >= limits.diskFullBytes) return;
  }
}

/**
 * Opens the data directory of a peer; makes it (with its parents, for the owner alone) when it is not there. Throws
 * `DIRECTORY_LOCKED`, `FORMAT_TOO_NEW`, `LOG_CORRUPT`, `CONFIG_INVALID` or `DISK_FAILED`.
 */
export async function openStorage(options: StorageOptions): Promise<Storage> {
  const { directory, peerId, report } = options;
  await onDisk(`making ${directory}`, () => nodeDisk.makeDirectory(directory));
  const lock = await lockDirectory(directory);
  const opened: { close(): Promise<void> }[] = [{ close: () => lock.release() }];
  const close = async (): Promise<void> => {
    for (let part = opened.pop(); part !== undefined; part = opened.pop()) await part.close();
  };
  try {
    const reporting = report === undefined ? {} : { report };
    const state = await openStateStore({ directory: join(directory, 'state'), ...reporting });
    opened.push(state);
    const log = await openSegmentLog({
      directory,
      disk: nodeDisk,
      peerId,
      random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
      tailBytes: limits.logTailBytesMax,
      clock: systemClock,
      state: await state.load(),
      ...reporting,
    });
    opened.push(log);
    const incarnations = await openIncarnations({ directory, disk: nodeDisk, ...reporting });
    opened.push(incarnations);
    const doubts = await openDoubts({ directory: join(directory, 'state'), disk: nodeDisk });
    opened.push(doubts);
    return { log, incarnations, doubts, state, codec: createCommandCodec(), close };
  } catch (error) {
    await close();
    throw error;
  }
}
