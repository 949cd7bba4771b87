// What stands on a simulated drive: the product's log, opened and written under the eyes of the invariants, and the
// product's state store over a model of LevelDB.

import { join } from 'node:path';
import type { ClusterId, Entry, LogIndex, PeerId, PersistOperation } from '../../../raft/types.ts';
import type { Clock } from '../../../src/lib/clock.ts';
import type { Incarnations } from '../../../src/peer/incarnations.ts';
import type { LoadedState, LogStats, LogStore, RestoredLog, StateStore } from '../../../src/peer/ports.ts';
import type { Doubts } from '../../../src/peer/doubts.ts';
import type { Disk } from '../../../src/storage/disk.ts';
import { openDoubts } from '../../../src/storage/doubts.ts';
import { openIncarnations } from '../../../src/storage/incarnations.ts';
import { openStateStore } from '../../../src/storage/state-store.ts';
import { openSegmentLog } from '../../../src/storage/segment-log.ts';
import { simLevelAt } from '../../crash/sim-level.ts';
import type { Drive } from './drive.ts';

const directory = '/data';
/** Small, so that runs cross from one segment to the next. */
export const segmentBytesMax = 4_096;
/** Small, so that a state takes several. */
const chunkBytes = 700;

interface Watch {
  /** With all that it holds, and how many entries of it are given to the peer, at most. */
  opened(log: RestoredLog, state: LoadedState): { readonly tail: number };
  issued(operation: PersistOperation): void;
  synced(operation: PersistOperation): void;
  /** Its beginning is being cut off; that has ended; something of it is gone. */
  cutting(): void;
  cutEnded(): void;
  cut(): void;
}

export interface WatchedStores {
  readonly log: LogStore;
  readonly state: StateStore;
  readonly incarnations: Incarnations;
  readonly doubts: Doubts;
}

/** In the order of src/storage/open.ts; `disk` is how `drive` is used. */
export async function openWatchedStores(options: {
  readonly drive: Drive;
  readonly disk: Disk;
  readonly peerId: PeerId;
  readonly clock: Clock;
  readonly watch: Watch;
}): Promise<WatchedStores> {
  const { drive, disk, peerId, clock, watch } = options;
  await disk.makeDirectory(directory);
  const state = await openStateStore({
    directory: join(directory, 'state'),
    disk,
    chunkBytes,
    levelAt: simLevelAt(disk),
    endsReader: async () => false,
  });
  const loaded = await state.load();
  const log = await openSegmentLog({
    directory,
    disk,
    peerId,
    random: (bytes) => drive.random(bytes),
    tailBytes: Number.POSITIVE_INFINITY,
    clock,
    state: loaded,
    segmentBytesMax,
  });
  const incarnations = await openIncarnations({ directory, disk });
  const doubts = await openDoubts({ directory: join(directory, 'state'), disk });
  const { tail } = watch.opened(log.restored, loaded);
  return { log: new WatchedLog(log, { ...watch, tail }), state, incarnations, doubts };
}

class WatchedLog implements LogStore {
  readonly restored: RestoredLog;
  readonly #log: LogStore;
  readonly #watch: Omit<Watch, 'opened'>;

  constructor(log: LogStore, options: Omit<Watch, 'opened'> & { readonly tail: number }) {
    this.#log = log;
    this.#watch = options;
    this.restored = { ...log.restored, tail: log.restored.tail.slice(-Math.max(1, options.tail)) };
  }

  get identity(): LogStore['identity'] {
    return this.#log.identity;
  }

  get base(): LogIndex {
    return this.#log.base;
  }

  async compact(upTo: LogIndex): Promise<void> {
    const { base } = this;
    this.#watch.cutting();
    await this.#log.compact(upTo);
    this.#watch.cutEnded();
    if (this.base > base) this.#watch.cut();
  }

  onSpace(listener: ((full: boolean) => void) | undefined): void {
    this.#log.onSpace(listener);
  }

  async persist(operation: PersistOperation): Promise<void> {
    this.#watch.issued(operation);
    await this.#log.persist(operation);
    this.#watch.synced(operation);
  }

  read(range: Parameters<LogStore['read']>[0]): Promise<readonly Entry[]> {
    return this.#log.read(range);
  }

  joinCluster(clusterId: ClusterId): Promise<void> {
    return this.#log.joinCluster(clusterId);
  }

  raiseEpoch(epoch: number): Promise<void> {
    return this.#log.raiseEpoch(epoch);
  }

  retire(): Promise<void> {
    return this.#log.retire();
  }

  stats(): LogStats {
    return this.#log.stats();
  }

  close(): Promise<void> {
    return this.#log.close();
  }
}
