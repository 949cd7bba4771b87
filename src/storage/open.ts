// A peer's data directory, opened in the only safe order: lock, state, then the log, which is brought in line with it.

import { join } from 'node:path';
import type { PeerId } from '../../raft/types.ts';
import { systemClock } from '../lib/clock.ts';
import { limits } from '../lib/limits.ts';
import type { CommandCodec, Incarnations, LogStore, StateStore } from '../peer/ports.ts';
import { createCommandCodec } from './codec.ts';
import { onDisk } from './faults.ts';
import { openIncarnations } from './incarnations.ts';
import { lockDirectory } from './lock.ts';
import { nodeDisk } from './node-disk.ts';
import { openSegmentLog } from './segment-log.ts';
import { openStateStore } from './state-store.ts';

export interface Storage {
  readonly log: LogStore;
  readonly incarnations: Incarnations;
  readonly state: StateStore;
  readonly codec: CommandCodec;
  /** Waits for what is in flight, then gives the directory free. */
  close(): Promise<void>;
}

/**
 * Opens the data directory of a peer; makes it (with its parents, for the owner alone) when it is not there. Throws
 * `DIRECTORY_LOCKED`, `FORMAT_TOO_NEW`, `LOG_CORRUPT`, `CONFIG_INVALID` or `DISK_FAILED`.
 */
export async function openStorage(options: {
  readonly directory: string;
  readonly peerId: PeerId;
  /** Told what was lost from this disk. */
  readonly report?: (fields: object, message: string) => void;
}): Promise<Storage> {
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
    return { log, incarnations, state, codec: createCommandCodec(), close };
  } catch (error) {
    await close();
    throw error;
  }
}
