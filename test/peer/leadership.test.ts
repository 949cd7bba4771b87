// Whether this peer may decide for the cluster, by what its core told last and by what time it is.

import { expect, test } from 'vitest';
import type { RaftStatus } from '../../raft/status.ts';
import { asIndex, asTerm } from '../../raft/types.ts';
import { Leadership } from '../../src/peer/leadership.ts';
import { FakeClock } from '../lib/fake-clock.ts';

const told = (term: number, controlUntilMs: number | undefined): RaftStatus =>
  ({ term: asTerm(term), mayControl: controlUntilMs !== undefined, controlUntilMs }) as RaftStatus;

test('a leader decides no longer than was proven, whether or not its core is asked again', () => {
  const clock = new FakeClock();
  const leadership = new Leadership(clock);
  leadership.onStatus(told(2, clock.monotonicMs() + 500));
  clock.advance(499);
  expect(leadership.controlTerm).toBe(2);
  clock.advance(1);
  expect(leadership.controlTerm).toBeUndefined();
  leadership.onStatus(told(2, clock.monotonicMs() + 500));
  expect(leadership.controlTerm).toBe(2);
});

test('it decides nothing while its state is not to be trusted, or once its core says no', () => {
  const clock = new FakeClock();
  const leadership = new Leadership(clock);
  const heard: (number | undefined)[] = [];
  leadership.onControlTerm((term) => heard.push(term));
  leadership.onStatus(told(2, clock.monotonicMs() + 500));
  leadership.onStanding({ kind: 'undecided', index: asIndex(1) });
  expect(leadership.controlTerm).toBeUndefined();
  leadership.onStanding({ kind: 'trusted' });
  expect(leadership.controlTerm).toBe(2);
  leadership.onStatus(told(3, undefined));
  expect(leadership.controlTerm).toBeUndefined();
  expect(heard).toEqual([undefined, 2, undefined, 2, undefined]);
});

test('it knows when it led last: nothing that it has is older than that', () => {
  const clock = new FakeClock();
  const leadership = new Leadership(clock);
  const onRole = (role: RaftStatus['role']): void => leadership.onStatus({ ...told(2, undefined), role });
  onRole('candidate');
  expect(leadership.ledMs).toBeUndefined();
  onRole('leader');
  clock.advance(700);
  onRole('leader');
  const ledMs = clock.monotonicMs();
  clock.advance(300);
  onRole('follower');
  expect(leadership.ledMs).toBe(ledMs);
});
