// Orders to hand leadership over: each settles once, whatever becomes of the core's answer (T1 of src/peer/transfers.ts).

import { expect, test } from 'vitest';
import { asStoreId, type Input } from '../../raft/types.ts';
import { Transfers } from '../../src/peer/transfers.ts';
import { FakeClock } from '../lib/fake-clock.ts';

const b = asStoreId('b');

function rig(isFull = false) {
  const clock = new FakeClock();
  const pushed: Extract<Input, { kind: 'transfer' }>[] = [];
  const transfers = new Transfers({
    clock,
    push: (input) => {
      if (input.kind === 'transfer' && !isFull) pushed.push(input);
      return !isFull;
    },
  });
  return { clock, pushed, transfers };
}

test('an order is passed on with its target, and settles with what the core says', async () => {
  const { pushed, transfers } = rig();
  const [ended, refused] = [transfers.request(b, 1_000), transfers.request(undefined, 1_000)];
  const [first, second] = pushed.map(({ requestId }) => requestId);
  expect(pushed.map(({ to }) => to)).toEqual([b, undefined]);
  expect(first).not.toBe(second);
  transfers.onOutcome({ kind: 'refused', requestId: second!, reason: 'TRANSFERRING' });
  transfers.onOutcome({ kind: 'ended', requestId: first! });
  expect(await Promise.all([ended, refused])).toEqual(['ended', 'TRANSFERRING']);
});

test('an order is unknown once its time is up, and an answer that comes later changes nothing', async () => {
  const { clock, pushed, transfers } = rig();
  const order = transfers.request(b, 1_000);
  clock.advance(1_000);
  transfers.onOutcome({ kind: 'ended', requestId: pushed[0]!.requestId });
  expect(await order).toBe('unknown');
});

test('an order that finds the queue full, or the peer stopping, is unknown at once', async () => {
  expect(await rig(true).transfers.request(b, 1_000)).toBe('unknown');
  const { transfers } = rig();
  const order = transfers.request(b, 1_000);
  transfers.stop();
  expect(await order).toBe('unknown');
});
