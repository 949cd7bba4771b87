import { expect, test } from 'vitest';
import { isReached, parseGoal } from '../../src/cli/goal.ts';
import { isOrionError } from '../../src/lib/errors.ts';
import type { Service } from '../../src/protocol/objects.ts';
import { node, service } from './objects.ts';

const available: Service = {
  ...service('hello'),
  status: {
    ...service('hello').status,
    conditions: [
      {
        type: 'Available',
        status: 'True',
        reason: 'ReplicasRun',
        message: '',
        lastTransitionTime: '2026-01-01T00:00:00.000Z',
      },
    ],
  },
};
const reached = (goal: string, object: Parameters<typeof isReached>[1]): boolean =>
  isReached(parseGoal(goal), object);

test('a condition is True unless something else is asked for, in any case of letters', () => {
  expect(reached('condition=Available', available)).toBe(true);
  expect(reached('condition=available=true', available)).toBe(true);
  expect(reached('condition=Available=False', available)).toBe(false);
  expect(reached('condition=Placed', available)).toBe(false);
  expect(reached('condition=Available', undefined)).toBe(false);
});

test('a condition that speaks of an earlier spec does not count', () => {
  const changed = { ...available, metadata: { ...available.metadata, generation: 2 } };
  expect(reached('condition=Available', changed)).toBe(false);
});

test.each([
  ['status.ready=1', true],
  ['.status.ready=1', true],
  ['jsonpath={.status.ready}=1', true],
  ['{.status.ready}=2', false],
  ['status.conditions[0].reason=ReplicasRun', true],
  ['spec.stop={"signal":"SIGTERM","graceSeconds":10}', true],
  ['status.nothing=undefined', false],
  ['metadata.name=hello', true],
  ['spec.toString=x', false],
])('of a field, %s is %s', (goal, is) => {
  expect(reached(goal, available)).toBe(is);
});

test('a value may hold equal signs, and be empty', () => {
  const one = node('pi-1', 'a=b');
  expect(reached('status.address=a=b', one)).toBe(true);
  expect(reached('status.address=', node('pi-1', ''))).toBe(true);
});

test('deletion is reached by what is not there', () => {
  expect(reached('delete', undefined)).toBe(true);
  expect(reached('delete', available)).toBe(false);
});

test.each(['', 'Available', 'condition=', 'condition=A-B', '=3', 'conditions', 'delete=now='])(
  '%j is no goal',
  (text) => {
    try {
      const goal = parseGoal(text);
      // What looks like a field is one: only this one holds an equal sign behind a name.
      expect([text, goal.kind]).toEqual([text, 'field']);
      expect(text).toBe('delete=now=');
    } catch (error) {
      expect(isOrionError(error, 'USAGE')).toBe(true);
    }
  },
);
