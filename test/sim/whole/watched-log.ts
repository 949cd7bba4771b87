// The product's log on a simulated drive, opened and written under the eyes of the invariants.

import type { ClusterId, Entry, LogIndex, PeerId, PersistOperation } from '../../../raft/types.ts';
import type { Clock } from '../../../src/lib/clock.ts';
import type { LoadedState, LogStats, LogStore, RestoredLog } from '../../../src/peer/ports.ts';
import type { Disk } from '../../../src/storage/disk.ts';
import { openSegmentLog } from '../../../src/storage/segment-log.ts';
import type { Drive } from './drive.ts';

const directory = '/data';
/** Small, so that runs cross from one segment to the next. */
const segmentBytesMax = 8_192;

interface Watch {
  /** With all that it holds, and how many entries of it are given to the peer, at most. */
  opened(log: RestoredLog): { readonly tail: number };
  issued(operation: PersistOperation): void;
  synced(operation: PersistOperation): void;
}

/** The log that stands on `drive`, which is used through `disk`. */
export async function openWatchedLog(options: {
  readonly drive: Drive;
  readonly disk: Disk;
  readonly peerId: PeerId;
  readonly clock: Clock;
  /** The state that stands beside it. */
  readonly state: LoadedState;
  readonly watch: Watch;
}): Promise<LogStore> {
  const { drive, disk, peerId, clock, state, watch } = options;
  const log = await openSegmentLog({
    directory,
    disk,
    peerId,
    random: (bytes) => drive.random(bytes),
    tailBytes: Number.POSITIVE_INFINITY,
    clock,
    state,
    segmentBytesMax,
  });
  return new WatchedLog(log, watch);
}

class WatchedLog implements LogStore {
  readonly restored: RestoredLog;
  readonly #log: LogStore;
  readonly #watch: Watch;

  constructor(log: LogStore, watch: Watch) {
    this.#log = log;
    this.#watch = watch;
    const { tail } = watch.opened(log.restored);
    this.restored = { ...log.restored, tail: log.restored.tail.slice(-Math.max(1, tail)) };
  }

  get identity(): LogStore['identity'] {
    return this.#log.identity;
  }

  get base(): LogIndex {
    return this.#log.base;
  }

  compact(upTo: LogIndex): Promise<void> {
    return this.#log.compact(upTo);
  }

  onSpace(listener: (full: boolean) => void): void {
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

  stats(): LogStats {
    return this.#log.stats();
  }

  close(): Promise<void> {
    return this.#log.close();
  }
}
