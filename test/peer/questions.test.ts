// What one peer asks another over a link: who may answer, and what no answer means.

import { expect, test } from 'vitest';
import { asStoreId } from '../../raft/types.ts';
import type { CallAnswer, PeerMessage } from '../../src/peer/ports.ts';
import { type QuestionOutcome, Questions } from '../../src/peer/questions.ts';
import { FakeClock } from '../lib/fake-clock.ts';

const leader = asStoreId('leader');
const other = asStoreId('other');
const withinMs = 1_000;
const waitingMax = 4;
/** Of the first question of the second run. */
const firstId = 2 * 2 ** 32 + 1;

function setUp(linked = true): {
  clock: FakeClock;
  questions: Questions<CallAnswer>;
  sent: PeerMessage[];
  outcomes: QuestionOutcome<CallAnswer>[];
  ask: () => void;
} {
  const clock = new FakeClock();
  const sent: PeerMessage[] = [];
  const outcomes: QuestionOutcome<CallAnswer>[] = [];
  const questions = new Questions<CallAnswer>({
    clock,
    waitingMax,
    incarnation: 2,
    send: (_to, message) => linked && sent.push(message) > 0,
  });
  const message = (requestId: number): PeerMessage => ({
    kind: 'callAnswer',
    requestId,
    answer: { kind: 'refused' },
  });
  const ask = (): void =>
    void questions.ask({ to: leader, message, withinMs }).then((outcome) => outcomes.push(outcome));
  return { clock, questions, sent, outcomes, ask };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('a question is answered by whom it was asked of alone, once', async () => {
  const { questions, sent, outcomes, ask } = setUp();
  ask();
  expect(sent).toMatchObject([{ requestId: firstId }]);
  questions.onAnswer(other, firstId, { kind: 'done', value: 0 });
  questions.onAnswer(leader, firstId, { kind: 'done', value: 1 });
  questions.onAnswer(leader, firstId, { kind: 'unknown' });
  await turn();
  expect(outcomes).toEqual([{ kind: 'answered', answer: { kind: 'done', value: 1 } }]);
});

test('an answer to a question of an earlier run answers none of this one', async () => {
  const { questions, outcomes, ask } = setUp();
  ask();
  questions.onAnswer(leader, 1 * 2 ** 32 + 1, { kind: 'done', value: 0 });
  await turn();
  expect(outcomes).toEqual([]);
});

test('what could not be queued had no effect', async () => {
  const { outcomes, ask } = setUp(false);
  ask();
  await turn();
  expect(outcomes).toEqual([{ kind: 'unsent', reason: 'NO_LINK' }]);
});

test('a question is unknown when the link goes down, its time is up, or the peer stops', async () => {
  const { clock, questions, outcomes, ask } = setUp();
  ask();
  questions.onLinkDown(other);
  await turn();
  expect(outcomes).toEqual([]);
  questions.onLinkDown(leader);
  ask();
  clock.advance(withinMs);
  ask();
  questions.abandon();
  await turn();
  expect(outcomes).toEqual([{ kind: 'unknown' }, { kind: 'unknown' }, { kind: 'unknown' }]);
  expect(clock.timers).toBe(0);
});

test('beyond the bound a question is refused, and not sent', async () => {
  const { sent, outcomes, ask } = setUp();
  for (let i = 0; i <= waitingMax; i += 1) ask();
  await turn();
  expect(sent).toHaveLength(waitingMax);
  expect(outcomes).toEqual([{ kind: 'unsent', reason: 'FULL' }]);
});
