// A write passed on to the leader: what becomes of it on either side.

import { expect, test } from 'vitest';
import { asIndex, asRequestId, asStoreId, asTerm, type RequestId } from '../../raft/types.ts';
import { answerForward, forwardWrite } from '../../src/peer/forwarding.ts';
import type { ForwardAnswer, PeerMessage } from '../../src/peer/ports.ts';
import { Proposals, type Settlement } from '../../src/peer/proposals.ts';
import { Questions } from '../../src/peer/questions.ts';
import { createCommandCodec } from '../../src/storage/codec.ts';
import { FakeClock } from '../lib/fake-clock.ts';

const leader = asStoreId('leader');
const codec = createCommandCodec();
const data = codec.encode({ kind: 'setting.delete', schema: 1, requestId: 'r', name: 's' });

function setUp(options: { linked?: boolean; waitingMax?: number } = {}): {
  questions: Questions<ForwardAnswer>;
  sent: PeerMessage[];
  settled: Settlement[];
  submit: () => void;
} {
  const { linked = true, waitingMax = 1 } = options;
  const sent: PeerMessage[] = [];
  const settled: Settlement[] = [];
  const questions = new Questions<ForwardAnswer>({
    clock: new FakeClock(),
    waitingMax,
    incarnation: 1,
    send: (_to, message) => linked && sent.push(message) > 0,
  });
  const submit = (): void =>
    void forwardWrite(questions, { to: leader, term: asTerm(3), data, withinMs: 1_000 }).then((one) =>
      settled.push(one),
    );
  return { questions, sent, settled, submit };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('a write that could not be queued to the leader was certainly not applied', async () => {
  const { settled, submit } = setUp({ linked: false });
  submit();
  await turn();
  expect(settled).toEqual([{ kind: 'refused', reason: 'NOT_LEADER' }]);
});

test('beyond the bound a write is refused as busy', async () => {
  const { settled, submit } = setUp();
  submit();
  submit();
  await turn();
  expect(settled).toEqual([{ kind: 'refused', reason: 'BUSY' }]);
});

test('a write that was queued is unknown once the link goes down, and what comes later changes nothing', async () => {
  const { questions, sent, settled, submit } = setUp();
  submit();
  expect(sent).toMatchObject([{ kind: 'forward', term: 3, data }]);
  questions.onLinkDown(leader);
  questions.onAnswer(leader, 2 ** 32 + 1, { kind: 'refused', reason: 'NOT_LEADER' });
  await turn();
  expect(settled).toEqual([{ kind: 'unknown' }]);
});

test('the answer of the leader is how the write ended', async () => {
  const answers: readonly [ForwardAnswer, Settlement][] = [
    [
      { kind: 'applied', index: asIndex(9), result: { kind: 'done' } },
      { kind: 'applied', applied: { index: 9, result: { kind: 'done' } } },
    ],
    [
      { kind: 'refused', reason: 'OVERTAKEN' },
      { kind: 'refused', reason: 'OVERTAKEN' },
    ],
    [{ kind: 'unknown' }, { kind: 'unknown' }],
  ];
  for (const [answer, settlement] of answers) {
    const { questions, settled, submit } = setUp();
    submit();
    questions.onAnswer(leader, 2 ** 32 + 1, answer);
    await turn();
    expect(settled).toEqual([settlement]);
  }
});

/** The leader's side, with what its core was asked to append. */
function leaderSide(): { proposals: Proposals; pushed: RequestId[] } {
  const pushed: RequestId[] = [];
  const proposals = new Proposals({ clock: new FakeClock(), push: (id) => pushed.push(id) > 0 });
  return { proposals, pushed };
}

test('a peer that does not lead the term a write is meant for refuses it, definitely', async () => {
  const { proposals, pushed } = leaderSide();
  for (const leadsTerm of [undefined, asTerm(2), asTerm(4)]) {
    const answer = await answerForward({ proposals, codec, leadsTerm, term: asTerm(3), data });
    expect(answer).toEqual({ kind: 'refused', reason: 'NOT_LEADER' });
  }
  expect(pushed).toEqual([]);
});

test('a leader does not append a command of a later version: once committed it would stop every peer like it', async () => {
  const { proposals, pushed } = leaderSide();
  const term = asTerm(3);
  const later = codec.encode({ kind: 'setting.paint', schema: 1, requestId: 'r' } as never);
  for (const unknown of [later, new Uint8Array([0xc1])]) {
    const answer = await answerForward({ proposals, codec, leadsTerm: term, term, data: unknown });
    expect(answer).toEqual({ kind: 'refused', reason: 'UNKNOWN_COMMAND' });
  }
  expect(pushed).toEqual([]);
  const known = answerForward({ proposals, codec, leadsTerm: term, term, data });
  expect(pushed).toHaveLength(1);
  proposals.onOutcome({ kind: 'refused', requestId: asRequestId(1), reason: 'BUSY' });
  expect(await known).toEqual({ kind: 'refused', reason: 'BUSY' });
});
