// A LogStore in memory, for tests of what stands above it. Its image outlives it, as a disk outlives a process.

import {
  asIndex,
  asTerm,
  noBase,
  type ClusterId,
  type Entry,
  type HardState,
  type LogIndex,
  type PeerId,
  type PersistOperation,
  type StoreId,
} from '../../raft/types.ts';
import { assert } from '../../src/lib/assert.ts';
import { OrionError } from '../../src/lib/errors.ts';
import type { LogStats, LogStore, RestoredLog, StoreIdentity, TermRun } from '../../src/peer/ports.ts';

/** What is durable. */
export interface MemoryImage {
  readonly peerId: PeerId;
  readonly storeId: StoreId;
  incarnation: number;
  clusterId: ClusterId | undefined;
  hardState: HardState;
  entries: readonly Entry[];
}

export function emptyImage(peerId: PeerId, storeId: StoreId): MemoryImage {
  const hardState = { term: asTerm(0), vote: undefined };
  return { peerId, storeId, incarnation: 0, clusterId: undefined, hardState, entries: [] };
}

export class MemoryLogStore implements LogStore {
  readonly restored: RestoredLog;
  readonly #image: MemoryImage;
  #syncs = 0;

  /** Begins a new incarnation. `tailBytes`: payload bytes of the newest entries in `restored`; all by default. */
  constructor(image: MemoryImage, tailBytes = Infinity) {
    image.incarnation += 1;
    this.#image = image;
    const { entries, hardState } = image;
    const first = entries[0]?.payload;
    this.restored = {
      hardState,
      base: noBase,
      lastIndex: asIndex(entries.length),
      termRuns: termRunsOf(entries),
      tail: tailOf(entries, tailBytes),
      genesis: first?.kind === 'genesis' ? first.genesis : undefined,
      configurations: entries.flatMap(({ index, payload }) =>
        payload.kind === 'configuration' ? [{ ...payload.membership, index }] : [],
      ),
    };
  }

  get identity(): StoreIdentity {
    const { peerId, storeId, incarnation, clusterId } = this.#image;
    return { peerId, storeId, incarnation, clusterId };
  }

  async persist({ hardState, truncateFrom, entries }: PersistOperation): Promise<void> {
    const image = this.#image;
    const kept = image.entries.slice(0, (truncateFrom ?? Infinity) - 1);
    assert(
      entries.every(({ index }, i) => index === kept.length + 1 + i),
      'the log has no gap',
    );
    image.entries = [...kept, ...entries];
    image.hardState = hardState ?? image.hardState;
    this.#syncs += 1;
  }

  async read(range: {
    readonly from: LogIndex;
    readonly to: LogIndex;
    readonly bytesMax: number;
  }): Promise<readonly Entry[]> {
    const found: Entry[] = [];
    let bytes = 0;
    for (const entry of this.#image.entries.slice(range.from - 1, range.to - 1)) {
      bytes += payloadBytes(entry);
      if (found.length > 0 && bytes > range.bytesMax) break;
      found.push(entry);
    }
    assert(found.length > 0, 'a range of the log holds an entry');
    return found;
  }

  async joinCluster(clusterId: ClusterId): Promise<void> {
    const known = this.#image.clusterId;
    if (known !== undefined && known !== clusterId && this.#image.entries.length > 1) {
      throw new OrionError('WRONG_CLUSTER', `This store belongs to ${known}. Use another one.`);
    }
    this.#image.clusterId = clusterId;
  }

  stats(): LogStats {
    const bytes = this.#image.entries.reduce((sum, entry) => sum + payloadBytes(entry), 0);
    return { bytes, segments: 1, syncs: this.#syncs, syncP99Ms: this.#syncs === 0 ? undefined : 0 };
  }

  async close(): Promise<void> {}
}

export function termRunsOf(entries: readonly Entry[]): TermRun[] {
  return entries
    .filter((entry, i) => entry.term !== entries[i - 1]?.term)
    .map(({ index, term }) => ({ from: index, term }));
}

function tailOf(entries: readonly Entry[], bytesMax: number): Entry[] {
  let bytes = 0;
  const first = entries.findLastIndex((entry) => (bytes += payloadBytes(entry)) > bytesMax);
  return entries.slice(first + 1);
}

const payloadBytes = ({ payload }: Entry): number => (payload.kind === 'command' ? payload.data.length : 0);
