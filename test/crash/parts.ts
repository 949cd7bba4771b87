// A peer's storage as src/storage/open.ts puts it together, on whichever disk, with small segments so that there are many.

import { join } from 'node:path';
import type { LogStore, StateStore } from '../../src/peer/ports.ts';
import type { Disk } from '../../src/storage/disk.ts';
import { openSegmentLog } from '../../src/storage/segment-log.ts';
import type { LevelAt } from '../../src/storage/state-database.ts';
import { openStateStore } from '../../src/storage/state-store.ts';
import { clock, peerId } from '../storage/log-fixtures.ts';
import type { Parts } from './play.ts';

const segmentBytesMax = 3_000;
const tailBytes = 700;

export async function openParts(options: {
  readonly disk: Disk;
  readonly directory: string;
  /** Default: LevelDB. */
  readonly levelAt?: LevelAt;
}): Promise<Parts> {
  const { disk, directory, levelAt } = options;
  await disk.makeDirectory(directory);
  const state: StateStore = await openStateStore({
    directory: join(directory, 'state'),
    disk,
    ...(levelAt === undefined ? {} : { levelAt, endsReader: async () => false }),
  });
  let log: LogStore | undefined;
  try {
    const loaded = await state.load();
    // Every new disk is another store.
    const random = (bytes: number): Uint8Array => crypto.getRandomValues(new Uint8Array(bytes));
    log = await openSegmentLog({
      directory,
      disk,
      peerId,
      random,
      tailBytes,
      clock,
      segmentBytesMax,
      state: loaded,
    });
    const opened = log;
    return {
      log,
      state,
      loaded,
      close: async () => {
        await opened.close();
        await state.close();
      },
    };
  } catch (error) {
    await state.close();
    throw error;
  }
}
