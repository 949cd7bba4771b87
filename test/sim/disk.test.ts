// The simulated disk keeps what a LogStore and a StateStore promise, and loses what they may lose.

import { expect, test } from 'vitest';
import {
  asClusterId,
  asIndex,
  asOperation,
  asStoreId,
  asTerm,
  type Entry,
  type PersistOperation,
} from '../../raft/types.ts';
import { Prng } from '../../src/lib/prng.ts';
import { Counters } from './counters.ts';
import { SimDisk } from './disk.ts';
import { calmDisk, type DiskFaults } from './faults.ts';
import { emptyState, encodeCommand, snapshotOf, type StateImage, StateMachine } from './state-machine.ts';
import { VirtualTime } from './virtual-time.ts';

const a = asStoreId('a');

function runAll(time: VirtualTime, untilMs: number): void {
  while (time.now < untilMs && time.step());
}

function entry(index: number, term = 1): Entry {
  const payload = { kind: 'command', data: encodeCommand(index, 8) } as const;
  return { index: asIndex(index), term: asTerm(term), time: 0, payload };
}

function start(faults: DiskFaults, seed = 1): { readonly time: VirtualTime; readonly disk: SimDisk } {
  const time = new VirtualTime();
  const initial = { hardState: { term: asTerm(1), vote: undefined }, log: [genesis], state: emptyState };
  const common = { time, prng: new Prng(seed), counters: new Counters(), faults, electionMaxMs: 100 };
  return {
    time,
    disk: new SimDisk({ ...common, initial, onSynced: () => undefined, onStalled: () => undefined }),
  };
}

/** The state that has applied a log of `entries`. */
function stateOf(entries: readonly Entry[]): StateImage {
  const state = new StateMachine(emptyState);
  for (const each of entries) state.apply(each);
  return state.image();
}

/** Whoever applies it has the configuration of genesis. */
const genesis: Entry = {
  index: asIndex(1),
  term: asTerm(1),
  time: 0,
  payload: { kind: 'genesis', genesis: { clusterId: asClusterId('0'), name: 'disk', founders: [] } },
};

const operation = (number: number, entries: readonly Entry[], truncateFrom?: number): PersistOperation => ({
  operation: asOperation(number),
  hardState: { term: asTerm(number), vote: a },
  install: undefined,
  mended: false,
  truncateFrom: truncateFrom === undefined ? undefined : asIndex(truncateFrom),
  entries,
});

test('a write is there when it is reported, not before', () => {
  const { time, disk } = start(calmDisk);
  let done = false;
  disk.persist(operation(2, [entry(2)]), () => {
    done = true;
  });
  expect(disk.restore().lastIndex).toBe(1);
  expect(disk.busy).toBe(true);
  runAll(time, 100);
  expect(done).toBe(true);
  expect(disk.restore()).toMatchObject({ lastIndex: 2, hardState: { term: 2, vote: a } });
});

test('a crash keeps the write in flight whole or loses it whole, and never answers it', () => {
  const outcomes = new Set<string>();
  for (let seed = 1; seed <= 20; seed += 1) {
    const { time, disk } = start(calmDisk, seed);
    disk.persist(operation(2, [entry(2), entry(3)]), () => expect.unreachable('nobody is there any more'));
    disk.crash();
    runAll(time, 100);
    const { lastIndex, hardState } = disk.restore();
    outcomes.add(`${lastIndex} in term ${hardState.term}`);
  }
  expect([...outcomes].toSorted()).toEqual(['1 in term 1', '3 in term 2']);
});

test('a truncation and what replaces the tail are one write; a restart knows every term', () => {
  const { time, disk } = start(calmDisk);
  disk.persist(operation(2, [entry(2, 2), entry(3, 2)]), () => undefined);
  runAll(time, 100);
  disk.persist(operation(3, [entry(3, 3), entry(4, 3)], 3), () => undefined);
  runAll(time, 200);
  const restored = disk.restore();
  expect(restored.log.map(({ term }) => term)).toEqual([1, 2, 3, 3]);
  expect(restored.termRuns).toEqual([
    { from: 1, term: 1 },
    { from: 2, term: 2 },
    { from: 3, term: 3 },
  ]);
  expect(restored.tail).toEqual(restored.log.slice(-restored.tail.length));
  expect(restored.tail.length).toBeGreaterThan(0);
});

test('refuses a second write in flight, and to read what is not durable', () => {
  const { disk } = start(calmDisk);
  disk.persist(operation(2, [entry(2)]), () => undefined);
  expect(() => disk.persist(operation(3, []), () => undefined)).toThrow(/one persist is in flight/);
  const range = { from: asIndex(2), to: asIndex(3), bytesMax: 1 };
  expect(() => disk.read(range, () => undefined)).toThrow(/only durable entries/);
});

test('a read stops after about its bytes, but gives one entry', () => {
  const { time, disk } = start(calmDisk);
  disk.persist(operation(2, [entry(2), entry(3), entry(4)]), () => undefined);
  runAll(time, 100);
  const got: number[] = [];
  for (const bytesMax of [0, 16, 1_000]) {
    disk.read({ from: asIndex(2), to: asIndex(5), bytesMax }, (entries) => got.push(entries.length));
  }
  runAll(time, 200);
  expect(new Set(got)).toEqual(new Set([1, 2, 3]));
});

test('a hang lasts as long as it is told', () => {
  const { time, disk } = start({ ...calmDisk, hangChance: 1, hangMs: { from: 900, to: 901 } });
  let doneMs = 0;
  disk.persist(operation(2, []), () => {
    doneMs = time.now;
  });
  runAll(time, 2_000);
  expect(Math.floor(doneMs)).toBe(900);
});

test('a flushed state is found after a restart, unless the crash came first', () => {
  const state = { ...emptyState, applied: asIndex(1), hash: 5 };
  const kept = start(calmDisk);
  kept.disk.flush(state, () => undefined);
  runAll(kept.time, 100);
  kept.disk.crash();
  expect(kept.disk.restore().state).toEqual(state);
  const lost = start(calmDisk);
  lost.disk.flush(state, () => expect.unreachable('nobody is there any more'));
  lost.disk.crash();
  runAll(lost.time, 100);
  expect(lost.disk.restore().state).toEqual(emptyState);
});

const log = [genesis, entry(2), entry(3, 2), entry(4, 2)];

/** A disk that holds `log` in term 5, and a state that has applied the first `applied` of it. */
function filled(seed: number, applied: number): { readonly time: VirtualTime; readonly disk: SimDisk } {
  const started = start(calmDisk, seed);
  started.disk.persist(operation(5, log.slice(1)), () => undefined);
  started.disk.flush(stateOf(log.slice(0, applied)), () => undefined);
  runAll(started.time, 100);
  return started;
}

test('what was cut off is not read any more, and a restart begins behind it', () => {
  const { time, disk } = filled(1, 3);
  disk.compact(asIndex(2));
  const restored = disk.restore();
  expect(restored).toMatchObject({ base: { index: 2, term: 1 }, lastIndex: 4, impaired: false });
  expect(restored.log).toEqual(log.slice(2));
  expect(restored.termRuns).toEqual([
    { from: 2, term: 1 },
    { from: 3, term: 2 },
  ]);
  const got: number[] = [];
  disk.read({ from: asIndex(2), to: asIndex(4), bytesMax: 99 }, (entries) => got.push(entries.length));
  disk.read({ from: asIndex(3), to: asIndex(4), bytesMax: 99 }, (entries) => got.push(entries.length));
  runAll(time, 200);
  expect(new Set(got)).toEqual(new Set([0, 1]));
  expect(() => disk.compact(asIndex(4))).toThrow(/in the flushed state/);
});

test('an install that a crash meets is lost, whole, or ends in an empty log behind the state', () => {
  const image = stateOf([...log, entry(5, 6)]);
  const outcomes = new Set<string>();
  for (let seed = 1; seed <= 30; seed += 1) {
    const { time, disk } = filled(seed, 2);
    disk.stage(image, () => undefined);
    runAll(time, 200);
    disk.persist({ ...operation(7, [entry(6, 7)]), install: snapshotOf(image) }, () => undefined);
    disk.crash();
    const { base, lastIndex, hardState, state } = disk.restore();
    outcomes.add([state.applied, base.index, lastIndex, hardState.term].join(' '));
  }
  expect([...outcomes].toSorted()).toEqual(['2 0 4 5', '5 5 5 6', '5 5 6 7']);
});

test('a damaged disk keeps a sound prefix in step with its state, forgets the vote, and says so', () => {
  const seen = new Set<string>();
  for (let seed = 1; seed <= 100; seed += 1) {
    const { disk } = filled(seed, 3);
    disk.compact(asIndex(2));
    disk.damage();
    const { base, log: kept, lastIndex, hardState, state, impaired } = disk.restore();
    const isPrefix = kept.every((each) => each === log[each.index - 1]);
    expect([isPrefix, lastIndex >= 1, state.applied >= base.index]).toEqual([true, true, true]);
    expect(lastIndex).toBeGreaterThanOrEqual(state.applied);
    expect(hardState.term).toBeGreaterThanOrEqual(kept.at(-1)?.term ?? base.term);
    const isWhole = lastIndex === 4 && base.index === 2 && hardState.vote === a;
    expect(impaired).toBe(!isWhole);
    seen.add(`${base.index} ${lastIndex} ${state.applied}`);
  }
  expect(seen.size).toBeGreaterThan(3);
});
