import { expect, test } from 'vitest';
import { asIndex, asStoreId, asTerm } from '../../raft/types.ts';
import { limits } from '../../src/lib/limits.ts';
import { answerForward, Forwarding } from '../../src/peer/forwarding.ts';
import type { PeerMessage } from '../../src/peer/ports.ts';
import { Proposals, type Settlement } from '../../src/peer/proposals.ts';
import { FakeClock } from '../lib/fake-clock.ts';

const leader = asStoreId('leader');
const other = asStoreId('other');
const data = new Uint8Array([1]);

function setUp(
  linked = true,
  incarnation = 1,
): {
  clock: FakeClock;
  forwarding: Forwarding;
  sent: PeerMessage[];
  settled: Settlement[];
  submit: () => void;
} {
  const clock = new FakeClock();
  const sent: PeerMessage[] = [];
  const settled: Settlement[] = [];
  const forwarding = new Forwarding({
    clock,
    incarnation,
    send: (_to, message) => {
      if (linked) sent.push(message);
      return linked;
    },
  });
  const submit = (): void =>
    void forwarding
      .submit({ to: leader, term: asTerm(3), data, withinMs: limits.requestMs })
      .then((one) => settled.push(one));
  return { clock, forwarding, sent, settled, submit };
}

/** The number under which the `place`-th write of a set-up was sent. */
function numberOf(sent: readonly PeerMessage[], place = 0): number {
  const message = sent[place];
  if (message?.kind !== 'forward') throw new Error('a write was sent');
  return message.requestId;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('a write that could not be queued to the leader was certainly not applied', async () => {
  const { settled, submit } = setUp(false);
  submit();
  await turn();
  expect(settled).toEqual([{ kind: 'refused', reason: 'NOT_LEADER' }]);
});

test('a write that was queued is unknown once the link goes down, and what comes later changes nothing', async () => {
  const { forwarding, sent, settled, submit } = setUp();
  submit();
  expect(sent).toMatchObject([{ kind: 'forward', term: 3, data }]);
  forwarding.onLinkDown(other);
  await turn();
  expect(settled).toEqual([]);
  forwarding.onLinkDown(leader);
  forwarding.onAnswer(leader, numberOf(sent), {
    kind: 'applied',
    index: asIndex(9),
    result: { kind: 'done' },
  });
  await turn();
  expect(settled).toEqual([{ kind: 'unknown' }]);
});

test('only the peer that was asked can answer', async () => {
  const { forwarding, sent, settled, submit } = setUp();
  submit();
  forwarding.onAnswer(other, numberOf(sent), { kind: 'refused', reason: 'NOT_LEADER' });
  await turn();
  expect(settled).toEqual([]);
  forwarding.onAnswer(leader, numberOf(sent), {
    kind: 'applied',
    index: asIndex(9),
    result: { kind: 'done' },
  });
  await turn();
  expect(settled).toEqual([{ kind: 'applied', applied: { index: 9, result: { kind: 'done' } } }]);
});

test('an answer to a write of an earlier run answers no write of this one', async () => {
  const before = setUp(true, 1);
  before.submit();
  const { forwarding, sent, settled, submit } = setUp(true, 2);
  submit();
  submit();
  forwarding.onAnswer(leader, numberOf(before.sent), {
    kind: 'applied',
    index: asIndex(9),
    result: { kind: 'done' },
  });
  await turn();
  expect(settled).toEqual([]);
  expect(numberOf(sent, 1)).toBeGreaterThan(numberOf(sent));
});

test('a write without an answer is unknown in time', async () => {
  const { clock, settled, submit } = setUp();
  submit();
  clock.advance(limits.requestMs);
  await turn();
  expect(settled).toEqual([{ kind: 'unknown' }]);
});

test('a peer that does not lead the term a write is meant for refuses it, definitely', async () => {
  const pushed: unknown[] = [];
  const proposals = new Proposals({ clock: new FakeClock(), push: (id) => pushed.push(id) > 0 });
  for (const leadsTerm of [undefined, asTerm(2), asTerm(4)]) {
    const answer = await answerForward({ proposals, leadsTerm, term: asTerm(3), data });
    expect(answer).toEqual({ kind: 'refused', reason: 'NOT_LEADER' });
  }
  expect(pushed).toEqual([]);
});
