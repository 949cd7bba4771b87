// A log that was opened: what the port promises, kept by the files behind it.

import type { ClusterId, Entry, LogIndex, PersistOperation } from '../../raft/types.ts';
import { assert } from '../lib/assert.ts';
import { OrionError } from '../lib/errors.ts';
import type { LogStats, LogStore, RestoredLog, StoreIdentity } from '../peer/ports.ts';
import type { LogFiles } from './log-files.ts';
import type { Meter } from './meter.ts';
import type { SpaceWatch } from './space-watch.ts';
import type { Superblock } from './superblock.ts';

export class OpenLog implements LogStore {
  readonly restored: RestoredLog;
  readonly #superblock: Superblock;
  readonly #files: LogFiles;
  readonly #meter: Meter;
  readonly #space: SpaceWatch;
  #inFlight: Promise<void> | undefined;

  constructor(options: {
    restored: RestoredLog;
    superblock: Superblock;
    files: LogFiles;
    /** Everything that is written goes through it. */
    meter: Meter;
    space: SpaceWatch;
  }) {
    this.restored = options.restored;
    this.#superblock = options.superblock;
    this.#files = options.files;
    this.#meter = options.meter;
    this.#space = options.space;
  }

  get identity(): StoreIdentity {
    return this.#superblock.identity;
  }

  get base(): LogIndex {
    return this.#files.index.base.index;
  }

  async persist(operation: PersistOperation): Promise<void> {
    assert(this.#inFlight === undefined, 'one operation is in flight at a time');
    this.#inFlight = this.#persist(operation);
    try {
      await this.#inFlight;
    } finally {
      this.#inFlight = undefined;
      this.#space.onWritten();
    }
  }

  compact(upTo: LogIndex): Promise<void> {
    return this.#files.compact(upTo);
  }

  read(range: {
    readonly from: LogIndex;
    readonly to: LogIndex;
    readonly bytesMax: number;
  }): Promise<readonly Entry[]> {
    return this.#files.reader.read(range);
  }

  async joinCluster(clusterId: ClusterId): Promise<void> {
    const known = this.identity.clusterId;
    const isPast = this.#files.index.lastIndex > 1 || this.#superblock.impaired;
    if (known !== undefined && known !== clusterId && isPast) {
      throw new OrionError(
        'WRONG_CLUSTER',
        `This data directory belongs to cluster ${known}, and cannot join ${clusterId}. ` +
          `Start the peer with an empty data directory, or with the configuration of its own cluster.`,
      );
    }
    await this.#files.keepGenesis();
    if (known !== clusterId) await this.#superblock.join(clusterId);
  }

  raiseEpoch(epoch: number): Promise<void> {
    return this.#superblock.raiseEpoch(epoch);
  }

  retire(): Promise<void> {
    return this.#superblock.retire();
  }

  onSpace(listener: ((full: boolean) => void) | undefined): void {
    if (listener === undefined) this.#space.stop();
    else this.#space.start(listener);
  }

  stats(): LogStats {
    const { segments, writer } = this.#files;
    return {
      bytes: segments.bytes,
      segments: segments.count,
      bytesWritten: this.#meter.bytesWritten,
      syncs: this.#meter.syncs,
      /** Sorts the times: whoever asks often asks for something else. */
      get syncP99Ms() {
        return writer.syncTimes.p99;
      },
      free: this.#space.free,
    };
  }

  async close(): Promise<void> {
    this.#space.stop();
    await this.#inFlight?.catch(() => undefined); // Whoever asked for it hears of its failure.
    await this.#files.close();
  }

  async #persist(operation: PersistOperation): Promise<void> {
    const { hardState, install, truncateFrom, entries, mended } = operation;
    const files = this.#files;
    const change = { hardState: hardState ?? files.hardState, truncateFrom, entries };
    if (install === undefined) {
      assert(files.index.accepts(truncateFrom, entries), 'the log has no gap');
      await files.append(change);
    } else {
      const { index, term, time, configuration } = install;
      await files.beginAnew({ index, term, time, configuration }, change, { isLoss: false });
    }
    if (mended) await this.#superblock.setImpaired(false);
  }
}
