// The applier and a state store that is slow, or fails: what is flushed, and when.

import { expect, test } from 'vitest';
import { asIndex, asTerm, type Entry, type Snapshot } from '../../raft/types.ts';
import { OrionError } from '../../src/lib/errors.ts';
import { limits } from '../../src/lib/limits.ts';
import { Applier } from '../../src/peer/applier.ts';
import type { StateFlush } from '../../src/peer/ports.ts';
import { rowKey } from '../../src/state/row.ts';
import { State } from '../../src/state/state.ts';
import { emptyStateHash } from '../../src/state/state-hash.ts';
import { createCommandCodec } from '../../src/storage/codec.ts';
import { settingRow } from '../api/fake-control-plane.ts';
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
function setUp() {
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

test('a flush that finds the disk full is made again after a while, with what changed meanwhile', async () => {
  const { applier, clock, flushes, flushed, fatal, apply } = setUp();
  apply();
  clock.advance(limits.flushMs);
  apply();
  flushes[0]?.fail(new OrionError('DISK_FULL', 'as the test wants it'));
  await turn();
  clock.advance(limits.flushRetryMs - 1);
  expect([flushes.length, fatal, flushed]).toEqual([1, [], []]);
  clock.advance(1);
  expect(flushes.map(({ applied, rows }) => [applied, rows])).toEqual([
    [2, 1],
    [3, 2],
  ]);
  flushes[1]?.end();
  await turn();
  expect(flushed).toEqual([3]);
  expect(applier.lagging).toBe(false);
  apply();
  clock.advance(limits.flushMs);
  expect(flushes[2]?.rows).toBe(1);
});

test('rows that wait for room make commands wait, too', async () => {
  const { applier, clock, flushes, apply } = setUp();
  for (let i = 0; i <= limits.unflushedRowsMax / 2; i += 1) apply();
  clock.advance(limits.flushMs);
  flushes[0]?.fail(new OrionError('DISK_FULL', 'as the test wants it'));
  await turn();
  expect(applier.lagging).toBe(false);
  for (let i = 0; i <= limits.unflushedRowsMax / 2; i += 1) apply();
  expect(applier.lagging).toBe(true);
});

test('an applier that stops with a full disk leaves the rest to the next start', async () => {
  const { applier, flushes, apply } = setUp();
  apply();
  const stopped = applier.stop();
  await turn();
  flushes[0]?.fail(new OrionError('DISK_FULL', 'as the test wants it'));
  await expect(stopped).resolves.toBeUndefined();
});

/** What another peer has sent, staged in `store`. */
async function staged(store: MemoryStateStore): Promise<Snapshot> {
  const other = new MemoryStateStore();
  const at = { ...snapshot, index: asIndex(50), configuration: snapshot.configuration };
  await other.flush({
    snapshot: at,
    rows: new Map([[rowKey('setting', 'theirs'), settingRow('theirs', 'x')]]),
  });
  const source = await other.openSnapshot();
  const sink = await store.stage(source.snapshot);
  await sink.write((await source.read(0))!);
  await sink.finish();
  return source.snapshot;
}

test('a snapshot takes the place of the state after the flush under way, and what waited is forgotten', async () => {
  const { applier, store, clock, flushes, flushed, apply } = setUp();
  const theirs = await staged(store);
  apply();
  clock.advance(limits.flushMs);
  apply();
  let isInstalled = false;
  const installed = applier.install(theirs, 'the-cluster').then(() => (isInstalled = true));
  await turn();
  expect(isInstalled).toBe(false);
  flushes[0]?.end();
  await installed;
  const { state } = applier;
  expect([state.appliedIndex, state.clusterId, state.hash()]).toEqual([50, 'the-cluster', theirs.hash]);
  expect([...state.settings.values()].map(({ metadata }) => metadata.name)).toEqual(['theirs']);
  clock.advance(limits.flushMs * 10);
  expect(flushed).toEqual([2]);
  expect(flushes).toHaveLength(1);
});

test("a flush for a backup and a snapshot keep out of each other's way, whichever is asked for first", async () => {
  const { applier, store, clock, flushes, flushed, apply } = setUp();
  const theirs = await staged(store);
  const install = store.install.bind(store);
  let onInstall = (): void => undefined;
  store.install = async (what) => {
    await new Promise<void>((resolve) => (onInstall = resolve));
    return install(what);
  };
  apply();
  clock.advance(limits.flushMs);
  apply();
  const before = applier.flush();
  const installed = applier.install(theirs, 'the-cluster');
  const after = applier.flush();
  await turn();
  flushes[0]?.end();
  await turn();
  expect([flushes.length, applier.state.appliedIndex]).toEqual([1, 3]); // the state is being replaced
  const meanwhile = applier.flush();
  await turn();
  expect(flushes).toHaveLength(1);
  onInstall();
  await installed;
  expect(await Promise.all([before, after, meanwhile])).toEqual([true, true, true]);
  expect([flushes.length, flushed, applier.state.appliedIndex]).toEqual([1, [2], 50]);
});

test('so much of a log that changed no row is flushed all the same: it could not be cut else', async () => {
  const { applier, flushes } = setUp();
  const data = codec.encode({
    kind: 'setting.delete',
    schema: 1,
    requestId: 'x'.repeat(limits.flushBytesMax),
    name: 'absent',
  });
  applier.apply({ index: asIndex(2), term: asTerm(1), time: 0, payload: { kind: 'command', data } });
  expect(flushes.map(({ applied, rows }) => [applied, rows])).toEqual([[2, 0]]);
});
