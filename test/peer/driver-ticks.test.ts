// The driver and time: what a tick says.

import { expect, test, vi } from 'vitest';
import { asStoreId } from '../../raft/types.ts';
import type { LogStore } from '../../src/peer/ports.ts';
import { Driver } from '../../src/peer/driver.ts';
import { limits } from '../../src/lib/limits.ts';
import { FakeClock } from '../lib/fake-clock.ts';
import { TestNode } from '../raft/node.ts';

/** A clock on which a process can sleep between two turns of its loop. */
class StallingClock extends FakeClock {
  sleptMs = 0;

  override monotonicMs(): number {
    return super.monotonicMs() + this.sleptMs;
  }
}

function makeDriver(onStall: (ms: number) => void = () => undefined) {
  const clock = new StallingClock();
  const { raft } = new TestNode('a', { names: ['a', 'b', 'c'] });
  const ignore = (): void => undefined;
  const events = {
    send: ignore,
    apply: ignore,
    onProposal: ignore,
    onRead: ignore,
    onStatus: ignore,
    onTransfer: ignore,
    onDiskStalled: ignore,
    onStall,
    onChange: ignore,
    sendSnapshot: ignore,
    install: () => Promise.resolve(),
    onInstalled: () => undefined,
    discard: ignore,
  };
  const log: Pick<LogStore, 'persist' | 'read'> = {
    persist: () => Promise.resolve(),
    read: () => Promise.resolve([]),
  };
  const onFatal = (error: unknown): never => {
    throw error;
  };
  const driver = new Driver({ raft, clock, log: log as LogStore, events: { ...events, onFatal } });
  return { clock, raft, driver };
}

test('a process that stood still says for how long, once', () => {
  const stalls: number[] = [];
  const { clock, driver } = makeDriver((ms) => stalls.push(ms));
  driver.start();
  clock.advance(1_000);
  expect(stalls).toEqual([]);
  clock.sleptMs = limits.stallMs + 50;
  clock.advance(1_000);
  expect(stalls).toEqual([limits.stallMs + 50]);
  driver.stop();
});

test('a tick says when it is taken, not when it was queued', () => {
  const { clock, raft, driver } = makeDriver();
  const step = vi.spyOn(raft, 'step');
  const queuedMs = clock.monotonicMs();
  driver.start();
  clock.sleptMs = 3_000;
  clock.settle();
  expect(step).toHaveBeenCalledExactlyOnceWith({ kind: 'tick', now: queuedMs + 3_000 });
  driver.stop();
});

test('what is queued alone, and taken late, brings the time with it', () => {
  const { clock, raft, driver } = makeDriver();
  driver.start();
  clock.settle();
  const step = vi.spyOn(raft, 'step');
  driver.tell({ kind: 'peerLost', storeId: asStoreId('b') });
  clock.sleptMs = 3_000;
  clock.settle();
  expect(step.mock.calls.map(([input]) => input.kind)).toEqual(['peerLost', 'tick']);
  expect(step).toHaveBeenLastCalledWith({ kind: 'tick', now: clock.monotonicMs() });
  driver.stop();
});
