import { expect, test } from 'vitest';
import { asIndex, type RequestId } from '../../raft/types.ts';
import { limits } from '../../src/lib/limits.ts';
import { type BarrierOutcome, Barriers } from '../../src/peer/barriers.ts';
import { FakeClock } from '../lib/fake-clock.ts';

function setUp(): {
  clock: FakeClock;
  barriers: Barriers;
  asked: RequestId[];
  outcomes: BarrierOutcome[];
  pass: () => void;
  state: { applied: number };
} {
  const clock = new FakeClock();
  const asked: RequestId[] = [];
  const outcomes: BarrierOutcome[] = [];
  const state = { applied: 0 };
  const barriers = new Barriers({
    clock,
    push: (requestId) => asked.push(requestId) > 0,
    appliedIndex: () => state.applied,
  });
  const pass = (): void => void barriers.pass(limits.requestMs).then((outcome) => outcomes.push(outcome));
  return { clock, barriers, asked, outcomes, pass, state };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('reads of one turn share one request; a later read never joins an earlier one', () => {
  const { clock, asked, pass } = setUp();
  pass();
  pass();
  clock.settle();
  expect(asked).toHaveLength(1);
  pass();
  clock.settle();
  expect(asked).toHaveLength(2);
  expect(new Set(asked).size).toBe(2);
});

test('a confirmed read waits until the state has applied its index (R12)', async () => {
  const { clock, barriers, asked, outcomes, pass, state } = setUp();
  pass();
  clock.settle();
  barriers.onRead({ kind: 'confirmed', requestId: asked[0]!, index: asIndex(5) });
  state.applied = 4;
  barriers.onApplied();
  await turn();
  expect(outcomes).toEqual([]);
  state.applied = 5;
  barriers.onApplied();
  await turn();
  expect(outcomes).toEqual(['passed']);
});

test('a refused read says why, and a read that nobody answers ends in time', async () => {
  const { clock, barriers, asked, outcomes, pass } = setUp();
  pass();
  clock.settle();
  barriers.onRead({ kind: 'refused', requestId: asked[0]!, reason: 'BUSY' });
  await turn();
  expect(outcomes).toEqual(['BUSY']);
  pass();
  clock.advance(limits.requestMs);
  await turn();
  expect(outcomes).toEqual(['BUSY', 'NO_LEADER']);
  barriers.onRead({ kind: 'confirmed', requestId: asked[1]!, index: asIndex(0) });
  await turn();
  expect(outcomes).toHaveLength(2);
});

test('one read more than may wait is refused as busy', async () => {
  const { outcomes, pass } = setUp();
  for (let i = 0; i <= limits.readsMax; i += 1) pass();
  await turn();
  expect(outcomes).toEqual(['BUSY']);
});

test('reads that gave up while nothing is applied leave nothing behind', () => {
  let looks = 0;
  const asked: RequestId[] = [];
  const clock = new FakeClock();
  const barriers = new Barriers({
    clock,
    push: (requestId) => asked.push(requestId) > 0,
    appliedIndex: () => {
      looks += 1;
      return 0;
    },
  });
  const confirm = (): void =>
    barriers.onRead({ kind: 'confirmed', requestId: asked.at(-1)!, index: asIndex(9) });
  for (const isLate of [false, true]) {
    void barriers.pass(limits.requestMs);
    clock.settle();
    if (!isLate) confirm();
    clock.advance(limits.requestMs);
    if (isLate) confirm();
  }
  looks = 0;
  barriers.onApplied();
  expect(looks).toBe(0);
});
