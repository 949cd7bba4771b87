import { expect, test } from 'vitest';
import { asStoreId, asTerm, type RequestId } from '../../raft/types.ts';
import { OrionError } from '../../src/lib/errors.ts';
import { limits } from '../../src/lib/limits.ts';
import { Leadership } from '../../src/peer/leadership.ts';
import type { ForwardAnswer } from '../../src/peer/ports.ts';
import { Proposals } from '../../src/peer/proposals.ts';
import { Questions } from '../../src/peer/questions.ts';
import { Writer } from '../../src/peer/writer.ts';
import { FakeClock } from '../lib/fake-clock.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('a write that is refused late ends in its time: what is left of it is all that it waits for another leader', async () => {
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
  writer.write(new Uint8Array([1])).catch((error: unknown) => ends.push(error));
  clock.advance(limits.requestMs - 10);
  for (const requestId of pushed) proposals.onOutcome({ kind: 'refused', requestId, reason: 'NOT_LEADER' });
  await turn();
  expect(ends).toEqual([]);
  clock.advance(10);
  await turn();
  expect(ends).toMatchObject([{ code: 'NO_LEADER' }]);
});

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
