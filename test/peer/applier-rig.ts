// An applier over a store whose flushes end when a test says so.

import { asIndex, asTerm, type Entry, type Snapshot } from '../../raft/types.ts';
import { Applier } from '../../src/peer/applier.ts';
import type { StateFlush } from '../../src/peer/ports.ts';
import { State } from '../../src/state/state.ts';
import { emptyStateHash } from '../../src/state/state-hash.ts';
import { createCommandCodec } from '../../src/storage/codec.ts';
import { FakeClock } from '../lib/fake-clock.ts';
import { emptyStateImage, MemoryStateStore } from '../storage/memory-state-store.ts';

export const codec = createCommandCodec();

export const snapshot: Snapshot = {
  index: asIndex(1),
  term: asTerm(1),
  time: 0,
  configuration: { index: asIndex(1), voters: [], outgoing: [], learners: [], removed: [] },
  hash: emptyStateHash,
};

interface Flush {
  readonly applied: number;
  readonly rows: number;
  readonly end: () => void;
  readonly fail: (error: Error) => void;
}

/** A store whose flushes end when told to. */
class SlowStore extends MemoryStateStore {
  readonly #flushes: Flush[];

  constructor(flushes: Flush[]) {
    super({ ...emptyStateImage(), snapshot });
    this.#flushes = flushes;
  }

  override flush({ snapshot: { index: applied }, rows }: StateFlush): Promise<void> {
    return new Promise((end, fail) => void this.#flushes.push({ applied, rows: rows.size, end, fail }));
  }
}

/** An applier over a store whose flushes end when told to. */
export function setUp({ unflushedRowsMax }: { readonly unflushedRowsMax?: number } = {}) {
  const clock = new FakeClock();
  const flushes: Flush[] = [];
  const fatal: unknown[] = [];
  const flushed: number[] = [];
  const store = new SlowStore(flushes);
  const applier = new Applier({
    state: new State({ applied: 1, clusterId: 'a-cluster', rows: new Map(), hash: emptyStateHash }),
    store,
    codec,
    clock,
    events: {
      onApplied: () => {},
      onChanges: () => {},
      onFlushed: (index) => flushed.push(index),
      onFatal: (error) => fatal.push(error),
    },
    ...(unflushedRowsMax !== undefined && { unflushedRowsMax }),
  });
  let index = 1;
  /** One entry that changes a row; `bytes` of data in it. */
  const apply = (bytes = 1): void => {
    index += 1;
    const data = codec.encode({
      kind: 'setting.put',
      schema: 1,
      requestId: `request-${index}`,
      name: `s${index}`,
      data: 'x'.repeat(bytes),
    });
    const entry: Entry = {
      index: asIndex(index),
      term: asTerm(1),
      time: 0,
      payload: { kind: 'command', data },
    };
    applier.apply(entry);
  };
  return { applier, store, clock, flushes, flushed, fatal, apply };
}

/** Lets everything that only waits for promises go on. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
