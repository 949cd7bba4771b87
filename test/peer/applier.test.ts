// The applier and a state store that is slow, or fails: what is flushed, and when.

import { expect, test } from 'vitest';
import { asIndex, asPeerId, asStoreId, asTerm } from '../../raft/types.ts';
import { OrionError } from '../../src/lib/errors.ts';
import { limits } from '../../src/lib/limits.ts';
import { encodeNote } from '../../src/peer/member-note.ts';
import { codec, setUp, turn } from './applier-rig.ts';

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
    [2, 2],
    [3, 3],
  ]);
  flushes[1]?.end();
  await turn();
  expect(flushed).toEqual([3]);
  expect(applier.lagging).toBe(false);
  apply();
  clock.advance(limits.flushMs);
  expect(flushes[2]?.rows).toBe(2);
});

test('rows that wait for room make commands wait, too', async () => {
  const { applier, clock, flushes, apply } = setUp({ unflushedRowsMax: 100 });
  const half = 50; // and a row or two of what they changed
  for (let i = 0; i <= half; i += 1) apply();
  clock.advance(limits.flushMs);
  flushes[0]?.fail(new OrionError('DISK_FULL', 'as the test wants it'));
  await turn();
  expect(applier.lagging).toBe(false);
  for (let i = 0; i < half; i += 1) apply();
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

test('a change of members that somebody asked for is an operation; one that nobody asked for, or whose note is none, is not', () => {
  const { applier } = setUp();
  const member = (name: string) => ({
    peerId: asPeerId(name),
    storeId: asStoreId(name),
    api: `http://${name}:1`,
    raft: `${name}:2`,
  });
  const change = (index: number, voters: readonly string[], note?: string): void => {
    const membership = { voters: voters.map(member), outgoing: [], learners: [], removed: [] };
    const payload = { kind: 'configuration', membership, ...(note !== undefined && { note }) } as const;
    applier.apply({ index: asIndex(index), term: asTerm(1), time: 0, payload });
  };
  const origin = { actor: 'ann', method: 'DELETE', path: '/p', from: '::1', agent: 'test', operation: 'op' };
  change(2, ['c', 'a', 'b']);
  for (const [at, note] of ['', '{}', 'null', '{"origin":{"operation":7},"status":200}'].entries())
    change(3 + at, ['c', 'a', 'b'], note);
  change(7, ['b', 'a'], encodeNote({ origin, status: 200 }));
  expect([...applier.state.operationsBefore(Number.POSITIVE_INFINITY, 9)]).toMatchObject([
    {
      id: 'op',
      index: 7,
      actor: 'ann',
      members: { before: { voters: ['a', 'b', 'c'] }, after: { voters: ['a', 'b'] } },
    },
  ]);
});
