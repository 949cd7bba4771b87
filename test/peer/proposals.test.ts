import { expect, test } from 'vitest';
import { asIndex, asTerm, type Entry, type RequestId, type Snapshot } from '../../raft/types.ts';
import { limits } from '../../src/lib/limits.ts';
import type { CommandResult } from '../../src/protocol/command.ts';
import { Proposals, type Settlement } from '../../src/peer/proposals.ts';
import { FakeClock } from '../lib/fake-clock.ts';

const done: CommandResult = { kind: 'done' };
const data = new Uint8Array();

function entry(index: number, term: number): Entry {
  return { index: asIndex(index), term: asTerm(term), time: 0, payload: { kind: 'command', data } };
}

function setUp(accepts = true): {
  clock: FakeClock;
  proposals: Proposals;
  pushed: RequestId[];
  settled: Settlement[];
  submit: () => void;
} {
  const clock = new FakeClock();
  const pushed: RequestId[] = [];
  const settled: Settlement[] = [];
  const proposals = new Proposals({
    clock,
    push: (requestId) => {
      if (accepts) pushed.push(requestId);
      return accepts;
    },
  });
  const submit = (): void => void proposals.submit(data, limits.requestMs).then((one) => settled.push(one));
  return { clock, proposals, pushed, settled, submit };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function append(proposals: Proposals, requestId: RequestId, index: number, term: number): void {
  proposals.onOutcome({ kind: 'appended', requestId, index: asIndex(index), term: asTerm(term) });
}

test('a proposal settles as applied with the result and index of its own entry', async () => {
  const { proposals, pushed, settled, submit } = setUp();
  submit();
  append(proposals, pushed[0]!, 7, 3);
  proposals.onApplied(entry(6, 3), done);
  await turn();
  expect(settled).toEqual([]);
  proposals.onApplied(entry(7, 3), done);
  await turn();
  expect(settled).toEqual([{ kind: 'applied', applied: { index: 7, result: done } }]);
});

test("another term's committed entry at its index proves that a proposal was not applied", async () => {
  const { proposals, pushed, settled, submit } = setUp();
  submit();
  append(proposals, pushed[0]!, 7, 3);
  proposals.onApplied(entry(7, 4), done);
  await turn();
  expect(settled).toEqual([{ kind: 'refused', reason: 'OVERTAKEN' }]);
});

test('a proposal whose entry left this log is unknown: another peer may still commit it', async () => {
  const { proposals, pushed, settled, submit } = setUp();
  submit();
  append(proposals, pushed[0]!, 7, 3);
  submit();
  append(proposals, pushed[1]!, 7, 5);
  await turn();
  expect(settled).toEqual([{ kind: 'unknown' }]);
  proposals.onApplied(entry(7, 5), done);
  await turn();
  expect(settled[1]).toEqual({ kind: 'applied', applied: { index: 7, result: done } });
});

test('a proposal that is not committed in time is unknown, never refused', async () => {
  const { clock, proposals, pushed, settled, submit } = setUp();
  submit();
  append(proposals, pushed[0]!, 7, 3);
  clock.advance(limits.requestMs);
  await turn();
  expect(settled).toEqual([{ kind: 'unknown' }]);
  proposals.onApplied(entry(7, 3), done);
  await turn();
  expect(settled).toHaveLength(1);
});

test('what the core refuses is refused for certain', async () => {
  const { proposals, pushed, settled, submit } = setUp();
  submit();
  proposals.onOutcome({ kind: 'refused', requestId: pushed[0]!, reason: 'NOT_LEADER' });
  await turn();
  expect(settled).toEqual([{ kind: 'refused', reason: 'NOT_LEADER' }]);
});

test('one proposal more than may be pending is refused as busy, and so is one that the driver cannot queue', async () => {
  const { pushed, settled, submit } = setUp();
  for (let i = 0; i <= limits.proposalsMax; i += 1) submit();
  await turn();
  expect(pushed).toHaveLength(limits.proposalsMax);
  expect(settled).toEqual([{ kind: 'refused', reason: 'BUSY' }]);
  const full = setUp(false);
  full.submit();
  await turn();
  expect(full.settled).toEqual([{ kind: 'refused', reason: 'BUSY' }]);
});

test('a peer that stops tells whoever waits that the outcome is unknown', async () => {
  const { proposals, settled, submit } = setUp();
  submit();
  proposals.stop();
  await turn();
  expect(settled).toEqual([{ kind: 'unknown' }]);
});

test('a proposal that a snapshot jumped over is unknown, unless its last entry shows that another came in its place', async () => {
  const { proposals, pushed, settled, submit } = setUp();
  for (const index of [5, 7, 8]) {
    submit();
    append(proposals, pushed.at(-1)!, index, 3);
  }
  proposals.onJump({ index: asIndex(7), term: asTerm(4) } as Snapshot);
  await turn();
  expect(settled).toEqual([{ kind: 'unknown' }, { kind: 'refused', reason: 'OVERTAKEN' }]);
  proposals.onApplied(entry(8, 3), done);
  await turn();
  expect(settled[2]).toEqual({ kind: 'applied', applied: { index: 8, result: done } });
});

test('a proposal that is the last entry of a snapshot was applied, and with which result nobody knows', async () => {
  const { proposals, pushed, settled, submit } = setUp();
  submit();
  append(proposals, pushed[0]!, 7, 3);
  proposals.onJump({ index: asIndex(7), term: asTerm(3) } as Snapshot);
  await turn();
  expect(settled).toEqual([{ kind: 'unknown' }]);
});
