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
