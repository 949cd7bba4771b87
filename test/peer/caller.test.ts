// How a leader puts the end of a call into words.

import { expect, test } from 'vitest';
import { OrionError } from '../../src/lib/errors.ts';
import { Caller } from '../../src/peer/caller.ts';
import type { Core } from '../../src/peer/core.ts';
import { Leadership } from '../../src/peer/leadership.ts';
import { parsePeerMessage } from '../../src/transport/wire.ts';
import { FakeClock } from '../lib/fake-clock.ts';

test('however much there is to say of a failure, it fits a message: one that does not would end the link', async () => {
  const clock = new FakeClock();
  const caller = new Caller({
    clock,
    leadership: new Leadership(clock),
    core: () => ({}) as Core,
    route: () => ({ kind: 'here' }),
    perform: () => Promise.reject(new OrionError('NOT_FOUND', `it has ${'pi-3, '.repeat(1_000)}`)),
    noLeader: () => new OrionError('NO_LEADER', ''),
  });
  const answer = await caller.perform({ kind: 'stats' });
  expect(answer).toMatchObject({ kind: 'failed', code: 'NOT_FOUND' });
  const message = { kind: 'callAnswer', requestId: 1, answer };
  expect(parsePeerMessage(message)).toBeDefined();
});
