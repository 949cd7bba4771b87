// The driver and a long backlog of entries to apply: others have their turn meanwhile.

import { expect, test } from 'vitest';
import { raftDefaults } from '../../raft/config.ts';
import { makeGenesis } from '../../raft/genesis.ts';
import { Raft } from '../../raft/raft.ts';
import { asIndex, asPeerId, asStoreId, asTerm, type Entry, noBase } from '../../raft/types.ts';
import { limits } from '../../src/lib/limits.ts';
import { Driver } from '../../src/peer/driver.ts';
import type { LogStore } from '../../src/peer/ports.ts';
import { FakeClock } from '../lib/fake-clock.ts';

/** Counts what is applied in one turn of the loop, and lets time pass with it. */
class TurnClock extends FakeClock {
  inTurn = 0;
  longest = 0;
  workedMs = 0;

  override monotonicMs(): number {
    return super.monotonicMs() + this.workedMs;
  }

  override soon(callback: () => void): void {
    super.soon(() => {
      this.inTurn = 0;
      callback();
      this.longest = Math.max(this.longest, this.inTurn);
    });
  }
}

/** A peer alone whose state has to apply its whole log again: `last` entries, each of which takes `entryMs`. */
function behind({ last, data, entryMs }: { last: number; data?: Uint8Array; entryMs: number }) {
  const storeId = asStoreId('a');
  const founder = { storeId, peerId: asPeerId('p'), api: '', raft: '' };
  const genesis = makeGenesis({ name: 'test', founders: [founder] }, () => 'id');
  const tail = Array.from({ length: last }, (_, i): Entry => {
    const other = data === undefined ? ({ kind: 'noop' } as const) : ({ kind: 'command', data } as const);
    return {
      index: asIndex(i + 1),
      term: asTerm(1),
      time: 0,
      payload: i === 0 ? { kind: 'genesis', genesis } : other,
    };
  });
  const clock = new TurnClock();
  const raft = new Raft({
    storeId,
    config: { ...raftDefaults, applyingMax: limits.applyPortionEntries },
    seed: 1,
    now: clock.monotonicMs(),
    applied: asIndex(1),
    restored: {
      hardState: { term: asTerm(1), vote: undefined },
      base: noBase,
      lastIndex: asIndex(last),
      termRuns: [{ from: asIndex(1), term: asTerm(1) }],
      tail,
      genesis,
      configurations: [],
      impaired: false,
    },
  });
  const applied: number[] = [];
  const ignore = (): void => undefined;
  const driver = new Driver({
    raft,
    log: { persist: () => Promise.resolve() } as unknown as LogStore,
    clock,
    events: {
      send: ignore,
      apply: ({ index }) => {
        clock.inTurn += 1;
        clock.workedMs += entryMs;
        applied.push(index);
      },
      onProposal: ignore,
      onTransfer: ignore,
      onChange: ignore,
      onRead: ignore,
      onStatus: ignore,
      sendSnapshot: ignore,
      install: () => Promise.resolve(),
      onInstalled: ignore,
      discard: ignore,
      onDiskStalled: ignore,
      onStall: ignore,
      onFatal: (error) => {
        throw error;
      },
    },
  });
  return { driver, clock, applied };
}

test('a backlog is applied in portions, in order: heartbeats are answered in between', async () => {
  const last = 10_000;
  const { driver, clock, applied } = behind({ last, entryMs: 0 });
  driver.start();
  while (driver.status().applied <= last) {
    clock.advance(limits.tickMs);
    await Promise.resolve();
  }
  expect(applied).toEqual(Array.from({ length: last }, (_, i) => i + 2));
  expect(clock.longest).toBeLessThan(2 * limits.applyTurnEntries);
  driver.stop();
});

test('large entries are applied in portions of fewer', async () => {
  const last = 100;
  const data = new Uint8Array(raftDefaults.appendBytesMax / 8);
  const { driver, clock, applied } = behind({ last, data, entryMs: 2 });
  driver.start();
  while (driver.status().applied <= last) {
    clock.advance(limits.tickMs);
    await Promise.resolve();
  }
  expect(applied).toHaveLength(last);
  expect(clock.longest * 2).toBeLessThan(3 * limits.applyTurnMs);
  driver.stop();
});
