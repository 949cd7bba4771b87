// The driver and a disk that hangs: the core is told, then the peer stops (D3).

import { expect, test } from 'vitest';
import { raftDefaults } from '../../raft/config.ts';
import { makeGenesis } from '../../raft/genesis.ts';
import { Raft } from '../../raft/raft.ts';
import { asIndex, asPeerId, asStoreId, asTerm, noBase, type Entry } from '../../raft/types.ts';
import { isOrionError } from '../../src/lib/errors.ts';
import { limits } from '../../src/lib/limits.ts';
import { Driver } from '../../src/peer/driver.ts';
import type { LogStore } from '../../src/peer/ports.ts';
import { FakeClock } from '../lib/fake-clock.ts';

/** A peer alone, which elects itself as soon as its disk writes; its disk ends a write when told to. */
function alone() {
  const storeId = asStoreId('a');
  const founder = { storeId, peerId: asPeerId('p'), api: 'http://127.0.0.1:1', raft: '127.0.0.1:2' };
  const genesis = makeGenesis({ name: 'test', founders: [founder] }, () => 'id');
  const tail: Entry[] = [
    { index: asIndex(1), term: asTerm(1), time: 0, payload: { kind: 'genesis', genesis } },
  ];
  const clock = new FakeClock();
  const raft = new Raft({
    storeId,
    config: raftDefaults,
    seed: 1,
    now: clock.monotonicMs(),
    applied: asIndex(1),
    restored: {
      hardState: { term: asTerm(1), vote: undefined },
      base: noBase,
      lastIndex: asIndex(1),
      termRuns: [{ from: asIndex(1), term: asTerm(1) }],
      tail,
      genesis,
      configurations: [],
      impaired: false,
    },
  });
  const writes: (() => void)[] = [];
  const log = { persist: () => new Promise<void>((resolve) => writes.push(resolve)) } as unknown as LogStore;
  const seen = { stalls: 0, errors: [] as unknown[] };
  const driver = new Driver({
    raft,
    log,
    clock,
    events: {
      send: () => undefined,
      apply: () => undefined,
      onProposal: () => undefined,
      onTransfer: () => undefined,
      onChange: () => undefined,
      onRead: () => undefined,
      onStatus: () => undefined,
      sendSnapshot: () => undefined,
      install: () => Promise.resolve(),
      onInstalled: () => undefined,
      discard: () => undefined,
      onDiskStalled: (stalls) => (seen.stalls += stalls ? 1 : 0),
      onStall: () => undefined,
      onFatal: (error) => seen.errors.push(error),
    },
  });
  return { driver, clock, writes, seen };
}

test('a write that takes too long is told to the core and to people once, and long before the peer stops', () => {
  const { driver, clock, writes, seen } = alone();
  driver.start();
  while (writes.length === 0) clock.advance(limits.tickMs);
  clock.advance(limits.diskStallMs - 2 * limits.tickMs);
  expect(seen.stalls).toBe(0);
  clock.advance(4 * limits.tickMs);
  expect(seen.stalls).toBe(1);
  expect(driver.status().role).toBe('follower');
  clock.advance(limits.diskGiveUpMs - limits.diskStallMs - 10 * limits.tickMs);
  expect(seen).toEqual({ stalls: 1, errors: [] });
  clock.advance(20 * limits.tickMs);
  expect(seen.errors).toHaveLength(1);
  expect(isOrionError(seen.errors[0], 'DISK_FAILED')).toBe(true);
});

test('a write that ends late is forgiven: the peer campaigns again', async () => {
  const { driver, clock, writes, seen } = alone();
  driver.start();
  while (writes.length === 0) clock.advance(limits.tickMs);
  clock.advance(limits.diskStallMs * 2);
  expect(driver.status().role).toBe('follower');
  while (driver.status().role !== 'leader') {
    writes.shift()?.();
    await Promise.resolve();
    clock.advance(limits.tickMs);
  }
  expect(seen).toEqual({ stalls: 1, errors: [] });
});

test('a process that was paused itself does not take that for its disk', () => {
  const { driver, clock, writes, seen } = alone();
  driver.start();
  while (writes.length === 0) clock.advance(limits.tickMs);
  clock.skip(60_000);
  clock.advance(5 * limits.tickMs);
  expect(seen).toEqual({ stalls: 0, errors: [] });
});

test('a write that waits for room on a full disk does not count as hanging, until there is room', () => {
  const { driver, clock, writes, seen } = alone();
  driver.start();
  while (writes.length === 0) clock.advance(limits.tickMs);
  driver.tell({ kind: 'diskFull', full: true });
  clock.advance(limits.diskGiveUpMs * 3);
  expect(seen).toEqual({ stalls: 0, errors: [] });
  driver.tell({ kind: 'diskFull', full: false });
  clock.advance(limits.diskGiveUpMs + 10 * limits.tickMs);
  expect(seen.errors).toHaveLength(1);
});
