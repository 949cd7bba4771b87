// A LogStore in memory, for tests of what stands above it. Its image outlives it, as a disk outlives a process.

import {
  asIndex,
  asTerm,
  type ClusterId,
  type Configuration,
  type Entry,
  type Genesis,
  type HardState,
  type LogBase,
  type LogIndex,
  noBase,
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
  epoch: number;
  retired: boolean;
  hardState: HardState;
  genesis: Genesis | undefined;
  base: LogBase;
  /** Those behind `base`. */
  entries: readonly Entry[];
  impaired: boolean;
}

export function emptyImage(peerId: PeerId, storeId: StoreId): MemoryImage {
  const hardState = { term: asTerm(0), vote: undefined };
  return {
    peerId,
    storeId,
    incarnation: 0,
    clusterId: undefined,
    epoch: 0,
    retired: false,
    hardState,
    genesis: undefined,
    base: noBase,
    entries: [],
    impaired: false,
  };
}

export class MemoryLogStore implements LogStore {
  readonly restored: RestoredLog;
  readonly #image: MemoryImage;
  #syncs = 0;

  /** Begins a new incarnation. `tailBytes`: payload bytes of the newest entries in `restored`; all by default. */
  constructor(image: MemoryImage, tailBytes = Infinity) {
    image.incarnation += 1;
    this.#image = image;
    const { base, entries, hardState, genesis, impaired } = image;
    this.restored = {
      hardState,
      base,
      lastIndex: asIndex(base.index + entries.length),
      termRuns: termRunsOf(entries, base),
      tail: tailOf(entries, tailBytes),
      genesis,
      configurations: configurationsOf(entries),
      impaired,
    };
  }

  get identity(): StoreIdentity {
    const { peerId, storeId, incarnation, clusterId, epoch, retired } = this.#image;
    const runs = Array.from({ length: incarnation }, (_, i) => `${storeId}-${incarnation - i}`);
    return { peerId, storeId, incarnation, runs, clusterId, epoch, retired };
  }

  get base(): LogIndex {
    return this.#image.base.index;
  }

  async persist({ hardState, install, truncateFrom, entries, mended }: PersistOperation): Promise<void> {
    const image = this.#image;
    if (install !== undefined) {
      const { index, term, time, configuration } = install;
      image.base = { index, term, time, configuration };
      image.entries = [];
    }
    const kept = image.entries.filter(({ index }) => index < (truncateFrom ?? Infinity));
    assert(
      entries.every(({ index }, i) => index === image.base.index + kept.length + 1 + i),
      'the log has no gap',
    );
    image.entries = [...kept, ...entries];
    const first = image.entries[0];
    if (first?.payload.kind === 'genesis') image.genesis = first.payload.genesis;
    image.hardState = hardState ?? image.hardState;
    if (mended) image.impaired = false;
    this.#syncs += 1;
  }

  async compact(upTo: LogIndex): Promise<void> {
    const image = this.#image;
    const last = image.entries.find(({ index }) => index === upTo);
    if (last === undefined) return;
    const { index, term, time } = last;
    const gone = image.entries.filter((entry) => entry.index <= index);
    const configuration = configurationsOf(gone).at(-1) ?? image.base.configuration;
    image.base = { index, term, time, configuration };
    image.entries = image.entries.filter((entry) => entry.index > index);
  }

  async read(range: {
    readonly from: LogIndex;
    readonly to: LogIndex;
    readonly bytesMax: number;
  }): Promise<readonly Entry[]> {
    const found: Entry[] = [];
    let bytes = 0;
    if (range.from <= this.base) return found;
    for (const entry of this.#image.entries) {
      if (entry.index < range.from || entry.index >= range.to) continue;
      bytes += payloadBytes(entry);
      if (found.length > 0 && bytes > range.bytesMax) break;
      found.push(entry);
    }
    assert(found.length > 0, 'a range of the log holds an entry');
    return found;
  }

  async joinCluster(clusterId: ClusterId): Promise<void> {
    const known = this.#image.clusterId;
    if (known !== undefined && known !== clusterId && this.#lastIndex > 1) {
      throw new OrionError('WRONG_CLUSTER', `This store belongs to ${known}. Use another one.`);
    }
    this.#image.clusterId = clusterId;
  }

  async raiseEpoch(epoch: number): Promise<void> {
    assert(epoch >= this.#image.epoch, 'an epoch never falls');
    if (epoch > this.#image.epoch) this.#image.retired = false;
    this.#image.epoch = epoch;
  }

  async retire(): Promise<void> {
    this.#image.retired = true;
  }

  stats(): LogStats {
    const bytes = this.#image.entries.reduce((sum, entry) => sum + payloadBytes(entry), 0);
    const syncs = this.#syncs;
    const syncP99Ms = syncs === 0 ? undefined : 0;
    return { bytes, segments: 1, bytesWritten: bytes, syncs, syncP99Ms, free: undefined };
  }

  onSpace(_listener: ((full: boolean) => void) | undefined): void {}

  async close(): Promise<void> {}

  get #lastIndex(): number {
    return this.base + this.#image.entries.length;
  }
}

export function termRunsOf(entries: readonly Entry[], base: LogBase): TermRun[] {
  const all = base.index === 0 ? entries : [base, ...entries];
  return all
    .filter((entry, i) => entry.term !== all[i - 1]?.term)
    .map(({ index, term }) => ({ from: index, term }));
}

function configurationsOf(entries: readonly Entry[]): Configuration[] {
  return entries.flatMap(({ index, payload }) =>
    payload.kind === 'configuration' ? [{ ...payload.membership, index }] : [],
  );
}

function tailOf(entries: readonly Entry[], bytesMax: number): Entry[] {
  let bytes = 0;
  const first = entries.findLastIndex((entry) => (bytes += payloadBytes(entry)) > bytesMax);
  return entries.slice(first + 1);
}

const payloadBytes = ({ payload }: Entry): number => (payload.kind === 'command' ? payload.data.length : 0);
