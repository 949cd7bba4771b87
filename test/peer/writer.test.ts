import { expect, test } from 'vitest';
import type { RequestId } from '../../raft/types.ts';
import { OrionError } from '../../src/lib/errors.ts';
import { limits } from '../../src/lib/limits.ts';
import { Forwarding } from '../../src/peer/forwarding.ts';
import { Leadership } from '../../src/peer/leadership.ts';
import { Proposals } from '../../src/peer/proposals.ts';
import { Writer } from '../../src/peer/writer.ts';
import { FakeClock } from '../lib/fake-clock.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('a write that is refused late ends in its time: what is left of it is all that it waits for another leader', async () => {
  const clock = new FakeClock();
  const pushed: RequestId[] = [];
  const proposals = new Proposals({ clock, push: (requestId) => pushed.push(requestId) > 0 });
  const writer = new Writer({
    clock,
    leadership: new Leadership({ clock, staleMs: 100 }),
    route: () => (pushed.length === 0 ? { kind: 'here' } : { kind: 'nowhere' }),
    parts: () => ({ proposals, forwarding: new Forwarding({ clock, incarnation: 1, send: () => false }) }),
    noLeader: () => new OrionError('NO_LEADER', 'nobody leads'),
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
