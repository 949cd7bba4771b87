// The applier and a state store that is slow, or fails: what is flushed, and when.

import { expect, test } from 'vitest';
import { asIndex, asTerm, type Entry, type Snapshot } from '../../raft/types.ts';
import { OrionError } from '../../src/lib/errors.ts';
import { limits } from '../../src/lib/limits.ts';
import { Applier } from '../../src/peer/applier.ts';
import type { StateFlush } from '../../src/peer/ports.ts';
import { State } from '../../src/state/state.ts';
import { emptyStateHash } from '../../src/state/state-hash.ts';
import { createCommandCodec } from '../../src/storage/codec.ts';
import { FakeClock } from '../lib/fake-clock.ts';
import { emptyStateImage, MemoryStateStore } from '../storage/memory-state-store.ts';

const codec = createCommandCodec();

const snapshot: Snapshot = {
  index: asIndex(1),
  term: asTerm(1),
  time: 0,
  configuration: { index: asIndex(1), voters: [], outgoing: [], learners: [], removed: [] },
  hash: emptyStateHash,
};

interface Flush {
  readonly applied: number;
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

  override flush({ snapshot: { index: applied } }: StateFlush): Promise<void> {
    return new Promise((end, fail) => void this.#flushes.push({ applied, end, fail }));
  }
}

/** An applier over a store whose flushes end when told to. */
function setUp() {
  const clock = new FakeClock();
  const flushes: Flush[] = [];
  const fatal: unknown[] = [];
  const flushed: number[] = [];
  const applier = new Applier({
    state: new State({ applied: 1, clusterId: 'a-cluster', rows: new Map(), hash: emptyStateHash }),
    store: new SlowStore(flushes),
    codec,
    clock,
    events: {
      onApplied: () => {},
      onChanges: () => {},
      onFlushed: (index) => flushed.push(index),
      onFatal: (error) => fatal.push(error),
    },
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
  return { applier, clock, flushes, flushed, fatal, apply };
}

/** Lets everything that only waits for promises go on. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('one flush is in flight, also while the applier stops: its end is the end of the last one', async () => {
  const { applier, clock, flushes, apply } = setUp();
  apply();
  clock.advance(limits.flushMs);
  for (let bytes = 0; bytes < limits.flushBytesMax; bytes += limits.settingBytesMax) {
    apply(limits.settingBytesMax);
  }
  const { appliedIndex } = applier.state;
  let hasStopped = false;
  const stopped = applier.stop().then(() => (hasStopped = true));
  await turn();
  expect(flushes.map(({ applied }) => applied)).toEqual([2]);
  flushes[0]?.end();
  await turn();
  expect(flushes.map(({ applied }) => applied)).toEqual([2, appliedIndex]);
  expect(hasStopped).toBe(false);
  flushes[1]?.end();
  await stopped;
});

test('after a flush that failed none follows: its rows would be missing below the index of the next', async () => {
  const { applier, clock, flushes, fatal, apply } = setUp();
  apply();
  clock.advance(limits.flushMs);
  apply();
  const stopped = applier.stop();
  flushes[0]?.fail(new Error('no space left'));
  await stopped;
  clock.advance(limits.flushMs * 2);
  expect(flushes).toHaveLength(1);
  expect(fatal).toHaveLength(1);
});

test('once a flush has failed no later entry begins another', async () => {
  const { clock, flushes, fatal, apply } = setUp();
  apply();
  clock.advance(limits.flushMs);
  flushes[0]?.fail(new Error('an error of the disk'));
  await turn();
  for (let bytes = 0; bytes <= limits.flushBytesMax; bytes += limits.settingBytesMax) {
    apply(limits.settingBytesMax);
  }
  clock.advance(limits.flushMs * 2);
  expect(flushes).toHaveLength(1);
  expect(fatal).toHaveLength(1);
});

test('a flush that takes too long makes new commands wait, until it ends', async () => {
  const { applier, clock, flushes, apply } = setUp();
  apply();
  clock.advance(limits.flushMs);
  clock.advance(limits.unflushedMs);
  expect(applier.lagging).toBe(false);
  clock.advance(1);
  expect(applier.lagging).toBe(true);
  flushes[0]?.end();
  await turn();
  expect(applier.lagging).toBe(false);
});

test('a disk that stays full makes new commands wait, although each try ends', async () => {
  const { applier, clock, flushes, fatal, apply } = setUp();
  apply();
  clock.advance(limits.flushMs);
  for (let waitedMs = 0; waitedMs <= limits.unflushedMs; waitedMs += limits.flushRetryMs) {
    flushes.at(-1)?.fail(new OrionError('DISK_FULL', 'no room'));
    await turn();
    clock.advance(limits.flushRetryMs);
  }
  expect(applier.lagging).toBe(true);
  expect(fatal).toEqual([]);
  flushes.at(-1)?.end();
  await turn();
  expect(applier.lagging).toBe(false);
});

test('bytes that wait for a flush are bounded, also those that came while it was under way', async () => {
  const { applier, clock, flushes, apply } = setUp();
  apply(limits.settingBytesMax);
  clock.advance(limits.flushMs);
  const count = limits.unflushedBytesMax / limits.settingBytesMax;
  for (let i = 1; i < count; i += 1) apply(limits.settingBytesMax);
  expect(applier.lagging).toBe(true); // a command is a little more than its data
  flushes[0]?.end();
  await turn();
  expect(applier.lagging).toBe(false);
  flushes[1]?.end();
  await turn();
  apply(limits.settingBytesMax);
  expect(applier.lagging).toBe(false);
});

test('rows that wait are flushed in time, and an applier with nothing changed flushes nothing', async () => {
  const { clock, flushes, apply } = setUp();
  clock.advance(limits.flushMs * 10);
  expect(flushes).toHaveLength(0);
  apply();
  apply();
  clock.advance(limits.flushMs);
  expect(flushes.map(({ applied }) => applied)).toEqual([3]);
  flushes[0]?.end();
  await turn();
  clock.advance(limits.flushMs * 10);
  expect(flushes).toHaveLength(1);
});
