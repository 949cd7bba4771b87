// The durable log: LogStore as files that only grow. Puts together superblock, recovery, writer and reader.
//
// L1. What an open log shows is durable: the index takes in a batch after its sync, never before.
// L2. A start writes the newest batch again, into a segment of its own, before it trusts it. What a failed sync left in
//     the cache reads like what is durable (ATC'20): only a new write and sync tell. Older batches need no copy, since
//     each was synced before the next one was written.
// L3. Segments whose batches all have such a copy are removed, so that restarts do not pile up files.

import { join } from 'node:path';
import {
  asIndex,
  asTerm,
  type ClusterId,
  type Entry,
  type Genesis,
  type HardState,
  type LogIndex,
  noBase,
  type PeerId,
  type PersistOperation,
} from '../../raft/types.ts';
import { assert } from '../lib/assert.ts';
import type { Clock } from '../lib/clock.ts';
import { OrionError } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';
import type { LogStats, LogStore, RestoredLog, StoreIdentity } from '../peer/ports.ts';
import type { Disk } from './disk.ts';
import type { EntryIndex } from './entry-index.ts';
import { EntryReader } from './entry-reader.ts';
import { onDisk } from './faults.ts';
import { chainStart, type Recovered, type RecoveredSegment, recoverLog } from './recovery.ts';
import { findSegments, type PlacedBatch } from './segment.ts';
import { SegmentWriter } from './segment-writer.ts';
import { Superblock } from './superblock.ts';

export interface SegmentLogOptions {
  /** The data directory; it exists. The superblock stands in it, the segments in its `log/`. */
  readonly directory: string;
  readonly disk: Disk;
  readonly peerId: PeerId;
  /** Bytes that nobody can guess, for the store id of a new disk. */
  readonly random: (bytes: number) => Uint8Array;
  /** Bytes of the newest entries that a start reads into memory. */
  readonly tailBytes: number;
  /** Measures syncs. */
  readonly clock: Pick<Clock, 'monotonicMs'>;
  /** Default {@link limits.segmentBytesMax}. */
  readonly segmentBytesMax?: number;
}

/**
 * Opens the log of a data directory, or begins one. Throws `LOG_CORRUPT`, `FORMAT_TOO_NEW`, `CONFIG_INVALID` (the
 * directory of another peer) or `DISK_FAILED`.
 */
export async function openSegmentLog(options: SegmentLogOptions): Promise<LogStore> {
  const { disk, peerId, random } = options;
  const directory = join(options.directory, 'log');
  const segments = await onDisk(`opening ${directory}`, async () => {
    await disk.makeDirectory(directory);
    return findSegments(directory, await disk.list(directory));
  });
  const hasLog = segments.length > 0;
  const superblock = await Superblock.open({ disk, directory: options.directory, peerId, hasLog, random });
  const { storeId } = superblock.identity;
  const recovered = await recoverLog({ disk, segments, storeId });
  const { index, last } = recovered;
  const writer = new SegmentWriter({
    disk,
    directory,
    clock: options.clock,
    segmentBytesMax: options.segmentBytesMax ?? limits.segmentBytesMax,
    lastSequence: segments.at(-1)?.sequence ?? 0,
    number: last?.header.number ?? 1,
    previous: last?.header.previous ?? chainStart(storeId),
  });
  const reader = new EntryReader(disk, index);
  const restored: RestoredLog = {
    hardState: last?.header.hardState ?? { term: asTerm(0), vote: undefined },
    base: noBase,
    lastIndex: index.lastIndex,
    termRuns: index.termRuns,
    tail: await reader.readTail(options.tailBytes),
    genesis: await readGenesis(index, reader),
    configurations: index.configurations,
    impaired: false,
  };
  if (last !== undefined) index.add(await writeAgain(last, writer)); // L2
  const kept = await removeSuperseded(recovered, disk); // L3
  return new SegmentLog({ superblock, index, writer, reader, kept, restored });
}

function writeAgain({ header, entries }: PlacedBatch, writer: SegmentWriter): Promise<PlacedBatch> {
  // Its entries stand in the log already: the copy puts itself in their place.
  const truncateFrom = header.truncateFrom ?? entries[0]?.index;
  return writer.write({ hardState: header.hardState, truncateFrom, entries });
}

/** Answers the segments that stay. */
async function removeSuperseded(recovered: Recovered, disk: Disk): Promise<readonly RecoveredSegment[]> {
  const copied = recovered.last?.header.number ?? 1;
  const isKept = ({ firstNumber }: RecoveredSegment): boolean => (firstNumber ?? copied) < copied;
  for (const segment of recovered.segments) {
    if (!isKept(segment)) await onDisk(`removing ${segment.path}`, () => disk.unlink(segment.path));
  }
  return recovered.segments.filter(isKept);
}

async function readGenesis(index: EntryIndex, reader: EntryReader): Promise<Genesis | undefined> {
  if (index.lastIndex === 0) return undefined;
  const [first] = await reader.read({ from: asIndex(1), to: asIndex(2), bytesMax: 0 });
  return first?.payload.kind === 'genesis' ? first.payload.genesis : undefined;
}

class SegmentLog implements LogStore {
  readonly restored: RestoredLog;
  readonly #superblock: Superblock;
  readonly #index: EntryIndex;
  readonly #writer: SegmentWriter;
  readonly #reader: EntryReader;
  /** Segments of earlier runs. */
  readonly #kept: readonly RecoveredSegment[];
  #hardState: HardState;
  #inFlight: Promise<PlacedBatch> | undefined;

  constructor(options: {
    superblock: Superblock;
    index: EntryIndex;
    writer: SegmentWriter;
    reader: EntryReader;
    kept: readonly RecoveredSegment[];
    restored: RestoredLog;
  }) {
    this.#superblock = options.superblock;
    this.#index = options.index;
    this.#writer = options.writer;
    this.#reader = options.reader;
    this.#kept = options.kept;
    this.restored = options.restored;
    this.#hardState = options.restored.hardState;
  }

  get identity(): StoreIdentity {
    return this.#superblock.identity;
  }

  get base(): LogIndex {
    return noBase.index;
  }

  /** Cuts nothing yet, as it may. */
  async compact(): Promise<void> {}

  /** Never full yet. */
  onSpace(): void {}

  async persist({ hardState, truncateFrom, entries }: PersistOperation): Promise<void> {
    assert(this.#inFlight === undefined, 'one operation is in flight at a time');
    assert(this.#index.accepts(truncateFrom, entries), 'the log has no gap');
    this.#hardState = hardState ?? this.#hardState;
    this.#inFlight = this.#writer.write({ hardState: this.#hardState, truncateFrom, entries });
    try {
      this.#index.add(await this.#inFlight); // L1
    } finally {
      this.#inFlight = undefined;
    }
  }

  read(range: {
    readonly from: LogIndex;
    readonly to: LogIndex;
    readonly bytesMax: number;
  }): Promise<readonly Entry[]> {
    return this.#reader.read(range);
  }

  async joinCluster(clusterId: ClusterId): Promise<void> {
    const known = this.identity.clusterId;
    if (known === clusterId) return;
    if (known !== undefined && this.#index.lastIndex > 1) {
      throw new OrionError(
        'WRONG_CLUSTER',
        `This data directory belongs to cluster ${known}, and cannot join ${clusterId}. ` +
          `Start the peer with an empty data directory, or with the configuration of its own cluster.`,
      );
    }
    await this.#superblock.join(clusterId);
  }

  stats(): LogStats {
    const { bytes, segments, syncTimes } = this.#writer;
    return {
      bytes: this.#kept.reduce((sum, segment) => sum + segment.bytes, bytes),
      segments: this.#kept.length + segments,
      bytesWritten: bytes,
      syncs: syncTimes.count,
      syncP99Ms: syncTimes.p99,
      free: undefined,
    };
  }

  async close(): Promise<void> {
    await this.#inFlight?.catch(() => undefined); // Whoever asked for it hears of its failure.
    await this.#writer.close();
  }
}
