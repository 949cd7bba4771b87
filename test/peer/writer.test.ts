import { expect, test } from 'vitest';
import type { RaftStatus } from '../../raft/status.ts';
import { asIndex, asStoreId, asTerm, type RequestId, type StoreId } from '../../raft/types.ts';
import { present } from '../../src/lib/assert.ts';
import { isOrionError, OrionError } from '../../src/lib/errors.ts';
import { limits } from '../../src/lib/limits.ts';
import { Leadership } from '../../src/peer/leadership.ts';
import type { ForwardAnswer } from '../../src/peer/ports.ts';
import { Proposals } from '../../src/peer/proposals.ts';
import { Questions } from '../../src/peer/questions.ts';
import { type Route, Writer } from '../../src/peer/writer.ts';
import { FakeClock } from '../lib/fake-clock.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test.each([
  [limits.requestMs, undefined],
  [700, 700],
])(
  'a write that is refused late ends in its %d ms: what is left is all that it waits for another leader',
  async (totalMs, given) => {
    const clock = new FakeClock();
    const pushed: RequestId[] = [];
    const proposals = new Proposals({ clock, push: (requestId) => pushed.push(requestId) > 0 });
    const writer = new Writer({
      clock,
      leadership: new Leadership(clock),
      route: () => (pushed.length === 0 ? { kind: 'here' } : { kind: 'nowhere' }),
      parts: () => ({
        proposals,
        forwards: new Questions({ clock, waitingMax: 1, incarnation: 1, send: () => false }),
      }),
      noLeader: () => new OrionError('NO_LEADER', 'nobody leads'),
      busy: () => new OrionError('BUSY', 'too many wait'),
    });
    const ends: unknown[] = [];
    writer.write(new Uint8Array([1]), given).catch((error: unknown) => ends.push(error));
    clock.advance(totalMs - 10);
    for (const requestId of pushed) proposals.onOutcome({ kind: 'refused', requestId, reason: 'NOT_LEADER' });
    await turn();
    expect(ends).toEqual([]);
    clock.advance(10);
    await turn();
    expect(ends).toMatchObject([{ code: 'NO_LEADER' }]);
  },
);

test('a write that the leader does not know is refused at once, and says what to do', async () => {
  const clock = new FakeClock();
  const proposals = new Proposals({ clock, push: () => true });
  const forwards = new Questions<ForwardAnswer>({ clock, waitingMax: 1, incarnation: 0, send: () => true });
  const leader = asStoreId('leader');
  const writer = new Writer({
    clock,
    leadership: new Leadership(clock),
    route: () => ({ kind: 'leader', storeId: leader, term: asTerm(2) }),
    parts: () => ({ proposals, forwards }),
    noLeader: () => new OrionError('NO_LEADER', 'nobody leads'),
    busy: () => new OrionError('BUSY', 'too many wait'),
  });
  const written = writer.write(new Uint8Array([1]));
  forwards.onAnswer(leader, 1, { kind: 'refused', reason: 'UNKNOWN_COMMAND' });
  await expect(written).rejects.toMatchObject({
    code: 'CONFLICT',
    message: expect.stringContaining('upgrade every peer'),
  });
});

/** A writer on a follower, whose leader's answers the test gives. */
function follower() {
  const clock = new FakeClock();
  const sent: { to: StoreId; requestId: number; term: number; data: Uint8Array }[] = [];
  const forwards = new Questions<ForwardAnswer>({
    clock,
    waitingMax: 8,
    incarnation: 0,
    send: (to, message) => message.kind === 'forward' && sent.push({ to, ...message }) > 0,
  });
  const leadership = new Leadership(clock);
  const life = { route: { kind: 'nowhere' } as Route, runs: true };
  const writer = new Writer({
    clock,
    leadership,
    route: () => life.route,
    parts: () =>
      life.runs ? { proposals: new Proposals({ clock, push: () => true }), forwards } : undefined,
    noLeader: () => new OrionError('NO_LEADER', 'nobody leads'),
    busy: () => new OrionError('BUSY', 'too many wait'),
  });
  const ends: unknown[] = [];
  const write = (): void =>
    void writer.write(new Uint8Array([1])).then(
      (applied) => ends.push(applied),
      (error: unknown) => ends.push(isOrionError(error) ? error.code : error),
    );
  const lead = (name: string, term: number): void => {
    life.route = { kind: 'leader', storeId: asStoreId(name), term: asTerm(term) };
    leadership.wake();
  };
  const answer = (position: number, given: ForwardAnswer): void => {
    const question = present(sent[position], 'it was asked');
    forwards.onAnswer(question.to, question.requestId, given);
  };
  return { clock, sent, forwards, leadership, life, ends, write, lead, answer };
}

const done: ForwardAnswer = { kind: 'applied', index: asIndex(9), result: { kind: 'done' } };

test('a write whose leader went away is sent to the next one, the same bytes, and answered by that one', async () => {
  const { sent, forwards, ends, write, lead, answer } = follower();
  lead('a', 2);
  write();
  await turn();
  forwards.onLinkDown(asStoreId('a'));
  await turn();
  lead('b', 3);
  await turn();
  expect(sent.map(({ to, term }) => [to, term])).toEqual([
    ['a', 2],
    ['b', 3],
  ]);
  expect(sent[1]?.data).toEqual(sent[0]?.data);
  answer(1, done);
  await turn();
  expect(ends).toEqual([{ index: 9, result: { kind: 'done' } }]);
});

test('a write that is given up because another leads is sent to that one at once', async () => {
  const { sent, forwards, leadership, write, lead } = follower();
  lead('a', 2);
  write();
  await turn();
  // As the core does it: who was asked is given up, then all hear who leads.
  forwards.abandon();
  lead('b', 3);
  leadership.onStatus({ term: asTerm(3), leader: asStoreId('b') } as RaftStatus);
  await turn();
  expect(sent.map(({ to }) => to)).toEqual(['a', 'b']);
});

test('at most one copy is waited for: the next is sent when nobody waits for the last', async () => {
  const { clock, sent, write, lead } = follower();
  lead('a', 2);
  write();
  await turn();
  for (let i = 0; i < 5; i += 1) {
    clock.advance(limits.leaderRetryMs);
    lead('a', 2);
    await turn();
  }
  expect(sent).toHaveLength(1);
});

test.each<ForwardAnswer>([
  { kind: 'refused', reason: 'NOT_LEADER' },
  { kind: 'refused', reason: 'OVERTAKEN' },
  { kind: 'refused', reason: 'BUSY' },
  { kind: 'refused', reason: 'UNKNOWN_COMMAND' },
])('once the outcome of a copy is unknown, %j of another one does not end the doubt', async (later) => {
  const { clock, sent, forwards, life, ends, write, lead, answer } = follower();
  lead('a', 2);
  write();
  await turn();
  forwards.onLinkDown(asStoreId('a'));
  await turn();
  lead('b', 3);
  await turn();
  answer(1, later);
  life.route = { kind: 'nowhere' };
  await turn();
  clock.advance(limits.requestMs);
  await turn();
  expect(sent).toHaveLength(2);
  expect(ends).toEqual(['OUTCOME_UNKNOWN']);
});

test('a doubt ends with the peer: nobody waits for one that stops', async () => {
  const { forwards, leadership, life, ends, write, lead } = follower();
  lead('a', 2);
  write();
  await turn();
  life.runs = false;
  forwards.abandon();
  leadership.wake();
  await turn();
  expect(ends).toEqual(['OUTCOME_UNKNOWN']);
});

test('without any doubt a write that was only refused was certainly not applied', async () => {
  const { clock, life, ends, write, lead, answer } = follower();
  lead('a', 2);
  write();
  await turn();
  answer(0, { kind: 'refused', reason: 'OVERTAKEN' });
  life.route = { kind: 'nowhere' };
  await turn();
  for (let ms = 0; ms <= limits.requestMs; ms += limits.leaderRetryMs) {
    clock.advance(limits.leaderRetryMs);
    await turn();
  }
  expect(ends).toEqual(['NO_LEADER']);
});
