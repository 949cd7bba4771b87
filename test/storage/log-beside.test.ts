// A log and the state beside it, brought in line when a peer starts (R9, R10).

import { expect, test } from 'vitest';
import { asIndex, asTerm } from '../../raft/types.ts';
import type { LogStore } from '../../src/peer/ports.ts';
import type { StateBeside } from '../../src/storage/beside.ts';
import { flip, isSegment } from './damage.ts';
import {
  commands,
  genesis,
  genesisEntry,
  persistOf,
  readAll,
  snapshotAt,
  someStore,
} from './log-fixtures.ts';
import { openOn } from './log-model.ts';
import { type Fate, SimDisk } from './sim-disk.ts';

const fates: readonly Fate[] = ['kept', 'lost', 'reordered', 'torn'];
const hardState = { term: asTerm(3), vote: someStore };
const empty: StateBeside = { snapshot: undefined, installed: false };
const flushed = (index: number, term = 3): StateBeside => ({
  snapshot: snapshotAt(index, term),
  installed: false,
});
const installed = (index: number, term = 3): StateBeside => ({
  snapshot: snapshotAt(index, term),
  installed: true,
});
/** Of a snapshot, what a log keeps. */
const baseAt = (index: number, term: number): object => {
  const { hash: _, ...base } = snapshotAt(index, term);
  return base;
};

/** Genesis, and entries 2 to 30, of term 3 from 10 on; cut off up to `upTo` or less. */
async function filled(upTo = 0): Promise<SimDisk> {
  const disk = new SimDisk();
  const log = await openOn(disk, 1);
  await log.persist(persistOf({ hardState, entries: [genesisEntry, ...commands(2, 10)] }));
  await log.joinCluster(genesis.clusterId);
  for (let at = 10; at <= 30; at += 1) {
    await log.persist(persistOf({ entries: commands(at, at + 1, { term: 3, bytes: 300 }) }));
  }
  await log.compact(asIndex(upTo));
  await log.close();
  return disk;
}

/** Opens twice: what the first start made of it, the second one finds. */
async function settled(disk: SimDisk, state: StateBeside): Promise<LogStore> {
  const first = await openOn(disk, 1, { state });
  await first.close();
  const again = await openOn(disk, 1, { state });
  expect({ ...again.restored, tail: [] }).toEqual({ ...first.restored, tail: [] });
  return again;
}

test.each([
  ['empty', empty],
  ['behind', flushed(5, 1)],
  ['at its end', flushed(30)],
])('a state that is %s leaves a log that holds all entries as it is', async (_, state) => {
  const log = await settled(await filled(), state);
  expect(log.restored).toMatchObject({ base: { index: 0 }, lastIndex: 30, impaired: false, hardState });
});

test('a state within a log that was cut leaves it as it is', async () => {
  const log = await settled(await filled(25), flushed(25));
  expect(log.base).toBeGreaterThan(10);
  expect(log.restored).toMatchObject({ lastIndex: 30, impaired: false });
});

test.each([
  ['behind its end', installed(40, 5), { term: asTerm(5), vote: undefined }],
  ['within it, at another term', installed(20, 2), hardState],
])(
  'a snapshot that was installed, but not yet in the log, %s, takes its place at the next start (R10)',
  async (_, state, expected) => {
    for (const upTo of [0, 15]) {
      const log = await settled(await filled(upTo), state);
      const { index = 0, term = 0 } = state.snapshot ?? {};
      expect(log.restored).toMatchObject({
        base: baseAt(index, term),
        lastIndex: index,
        tail: [],
        termRuns: [{ from: index, term }],
        configurations: [],
        genesis,
        hardState: expected,
        impaired: false,
      });
      await log.persist(persistOf({ entries: commands(index + 1, index + 3, { term: 5 }) }));
      expect(await readAll(log, index + 2)).toEqual(commands(index + 1, index + 3, { term: 5 }));
    }
  },
);

test.each([
  ['ends before what the state has applied', flushed(31)],
  ['holds another entry than the one that the state has applied', flushed(20, 2)],
])(
  'a log that %s has lost entries: it begins anew behind the state, and is not trusted',
  async (_, state) => {
    const log = await settled(await filled(), state);
    const { index = 0, term = 0 } = state.snapshot ?? {};
    expect(log.restored).toMatchObject({ base: { index, term }, lastIndex: index, impaired: true, genesis });
    expect(log.restored.hardState).toEqual(hardState);
  },
);

test('a state that lost what the log was cut for is not trusted, nor is the log', async () => {
  const cut = await settled(await filled(25), flushed(5, 1));
  expect(cut.restored).toMatchObject({ base: { index: 5 }, lastIndex: 5, impaired: true, hardState });
  const stale = await settled(await filled(25), installed(5, 1));
  expect(stale.restored).toMatchObject({ base: { index: 5 }, lastIndex: 5, impaired: true });
});

test('a log that was cut, without a state, holds genesis alone and waits for the others', async () => {
  const log = await settled(await filled(25), empty);
  expect(log.restored).toMatchObject({
    base: { index: 0 },
    lastIndex: 1,
    impaired: true,
    hardState,
    genesis,
  });
  expect(log.restored.tail).toEqual([genesisEntry]);
  await log.persist(persistOf({ install: snapshotAt(50, 4), mended: true }));
  await log.close();
});

test('after a loss the log of before stays beside for people, until the next loss', async () => {
  const disk = await filled(25);
  const contents = (paths: readonly string[]) => paths.map((path) => disk.content(path));
  for (const state of [empty, flushed(40, 5)]) {
    const before = disk.paths().filter(isSegment);
    const held = contents(before);
    await (await openOn(disk, 1, { state })).close();
    const replaced = before.map((path) => `${path}.replaced`);
    expect(disk.paths().filter((path) => path.endsWith('.replaced'))).toEqual(replaced);
    expect(contents(replaced)).toEqual(held);
  }
  const log = await openOn(disk, 1, { state: installed(50, 6) });
  expect(disk.paths().filter((path) => path.endsWith('.replaced'))).toHaveLength(1);
  await log.close();
});

test('a damaged log keeps its sound beginning if the state is within it, else it begins anew behind the state', async () => {
  for (const [applied, base] of [
    [12, 0],
    [24, 24],
  ] as const) {
    const disk = await filled();
    const [, , , third = ''] = disk.paths().filter(isSegment);
    flip(disk, third, 0);
    const log = await settled(disk, flushed(applied));
    expect(log.restored).toMatchObject({ base: { index: base }, impaired: true, genesis });
    expect(log.restored.lastIndex).toBeGreaterThanOrEqual(applied);
    expect(log.restored.lastIndex).toBeLessThan(30);
    expect(log.restored.hardState.term).toBe(3);
  }
});

test('a log whose very first batch is damaged holds genesis still, from its base', async () => {
  const disk = await filled();
  flip(disk, disk.paths().find(isSegment) ?? '', 0);
  const log = await settled(disk, empty);
  expect(log.restored).toMatchObject({ lastIndex: 1, impaired: true, genesis, hardState: { term: 3 } });
});

test('a power cut at any operation of such a start leaves what the next one finishes', async () => {
  for (const [upTo, state, isLoss] of [
    [0, installed(40, 5), false],
    [15, installed(20, 2), false],
    [0, flushed(31), true],
    [25, empty, true],
  ] as const) {
    const whole = await filled(upTo);
    const before = whole.operations;
    const expected = (await openOn(whole, 1, { state })).restored;
    expect(expected.impaired).toBe(isLoss);
    const operations = whole.operations - before;
    for (const fate of fates) {
      for (let at = 1; at <= operations; at += 1) {
        const disk = await filled(upTo);
        disk.crashAfter(at);
        await expect(openOn(disk, 1, { state })).rejects.toMatchObject({ code: 'DISK_FAILED' });
        disk.reboot(fate);
        expect((await openOn(disk, 1, { state })).restored).toEqual(expected);
      }
    }
  }
});
