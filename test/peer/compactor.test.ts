// When a log is cut, and up to where.

import { expect, test } from 'vitest';
import { asIndex, asStoreId, type LogIndex } from '../../raft/types.ts';
import type { MemberProgress, RaftStatus } from '../../raft/status.ts';
import { type CompactionBounds, Compactor, cutUpTo, type LogFacts } from '../../src/peer/compactor.ts';
import { FakeClock } from '../lib/fake-clock.ts';

const bounds: CompactionBounds = {
  keepEntries: 100,
  keepBytes: 5_000,
  retainBytesMax: 50_000,
  retainHeardMs: 1_000,
  cutBytesMin: 2_000,
};

function statusOf(
  lastIndex: number,
  base = 0,
  followers: readonly { needs: number; heardMs: number | undefined }[] = [],
): RaftStatus {
  const progress = new Map(
    followers.map(({ needs, heardMs }, i): [ReturnType<typeof asStoreId>, MemberProgress] => [
      asStoreId(`store-${i}`),
      { kind: 'replicate', match: asIndex(needs - 1), needs: asIndex(needs), lastHeardMs: heardMs },
    ]),
  );
  return { lastIndex: asIndex(lastIndex), base: asIndex(base), progress } as unknown as RaftStatus;
}

/** A log of 1,000 entries of 10 bytes each, all of which the state holds. */
const facts: LogFacts = {
  status: statusOf(1_000),
  flushed: asIndex(1_000),
  base: asIndex(0),
  asked: asIndex(0),
  bytes: 10_000,
  nowMs: 5_000,
};

test('the newest entries stay, as many as were asked for', () => {
  expect(cutUpTo(bounds, facts)).toBe(900);
});

test('of large entries fewer stay', () => {
  expect(cutUpTo(bounds, { ...facts, status: statusOf(100), flushed: asIndex(100) })).toBe(50);
});

test('nothing goes that the state does not hold (R9)', () => {
  expect(cutUpTo(bounds, { ...facts, flushed: asIndex(400) })).toBe(400);
});

test('what a follower that was heard lately is still to be sent stays', () => {
  const status = (heardMs: number | undefined): RaftStatus =>
    statusOf(1_000, 0, [
      { needs: 950, heardMs: 5_000 },
      { needs: 301, heardMs },
    ]);
  expect(cutUpTo(bounds, { ...facts, status: status(4_000) })).toBe(300);
  expect(cutUpTo(bounds, { ...facts, status: status(3_999) })).toBe(900);
  expect(cutUpTo(bounds, { ...facts, status: status(undefined) })).toBe(900);
});

test('a follower that is too far behind holds back no log without end', () => {
  const status = statusOf(10_000, 0, [{ needs: 2, heardMs: 5_000 }]);
  const slow = { ...facts, status, flushed: asIndex(10_000) };
  expect(cutUpTo(bounds, { ...slow, bytes: 50_000 })).toBeUndefined();
  expect(cutUpTo(bounds, { ...slow, bytes: 50_001 })).toBe(9_900);
});

test('a cut that frees too little is not made, nor one that was just asked for in vain', () => {
  const few = { ...facts, status: statusOf(300), flushed: asIndex(300), bytes: 3_000 };
  expect(cutUpTo(bounds, { ...few, base: asIndex(0) })).toBe(200);
  expect(cutUpTo(bounds, { ...few, status: statusOf(299), bytes: 2_990 })).toBeUndefined();
  expect(cutUpTo(bounds, { ...facts, asked: asIndex(850) })).toBe(900);
  expect(cutUpTo(bounds, { ...facts, asked: asIndex(851) })).toBeUndefined();
});

function setUp() {
  const done: (() => void)[] = [];
  const cuts: LogIndex[] = [];
  const told: LogIndex[] = [];
  const fatal: unknown[] = [];
  const log = {
    base: asIndex(0),
    stats: () => ({ bytes: 10_000 }) as never,
    compact: (upTo: LogIndex) => {
      cuts.push(upTo);
      return new Promise<void>((resolve) => void done.push(resolve));
    },
  };
  const compactor = new Compactor({
    bounds,
    log,
    clock: new FakeClock(),
    tell: (base) => told.push(base),
    onFatal: (error) => fatal.push(error),
  });
  return { compactor, log, done, cuts, told, fatal };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('the core is told first, and the log is cut once it has heard; one cut is under way at a time', async () => {
  const { compactor, log, done, cuts, told } = setUp();
  compactor.onStatus(statusOf(1_000));
  expect(told).toEqual([]); // the state on disk holds nothing yet
  compactor.onFlushed(asIndex(1_000));
  compactor.onStatus(statusOf(1_000));
  compactor.onStatus(statusOf(1_000));
  expect([told, cuts]).toEqual([[900], []]);
  compactor.onStatus(statusOf(1_000, 900));
  compactor.onFlushed(asIndex(2_000));
  compactor.onStatus(statusOf(2_000, 900));
  expect([told, cuts]).toEqual([[900], [900]]);
  Object.assign(log, { base: asIndex(880) });
  done[0]?.();
  await turn();
  compactor.onStatus(statusOf(2_000, 900));
  expect(told).toEqual([900, 1_900]);
});

test('a log that begins anew behind a snapshot needs no cut that was meant for the one before', () => {
  const { compactor, cuts, told } = setUp();
  compactor.onFlushed(asIndex(1_000));
  compactor.onStatus(statusOf(1_000));
  compactor.onInstalled(asIndex(5_000));
  compactor.onStatus(statusOf(5_000, 5_000));
  expect([told, cuts]).toEqual([[900], []]);
});

test('whoever stops waits for the cut that is under way, and begins no other', async () => {
  const { compactor, done, cuts, told } = setUp();
  compactor.onFlushed(asIndex(1_000));
  compactor.onStatus(statusOf(1_000));
  compactor.onStatus(statusOf(1_000, 900));
  let hasStopped = false;
  const stopped = compactor.stop().then(() => (hasStopped = true));
  await turn();
  expect(hasStopped).toBe(false);
  done[0]?.();
  await stopped;
  compactor.onFlushed(asIndex(9_000));
  compactor.onStatus(statusOf(9_000, 900));
  expect([told, cuts]).toEqual([[900], [900]]);
});
