import { expect, test } from 'vitest';
import type { Assignment, Condition, Service } from '../../src/protocol/objects.ts';
import { rolloutOf } from '../../src/protocol/rollout.ts';
import { assignment, service } from '../cli/objects.ts';

const condition = (
  type: string,
  status: Condition['status'],
  reason: string,
  message: string,
): Condition => ({
  type,
  status,
  reason,
  message,
  lastTransitionTime: '2026-01-01T00:00:00.000Z',
});
const rollingOut = condition('Progressing', 'True', 'RollingOut', 'replicas of revision 4 are being started');
const complete = condition('Progressing', 'True', 'Complete', 'every replica is of revision 4');
const noRoom = condition('Placed', 'False', 'NoNodeFits', 'replica 2 fits no node: 1 node(s) lack cpu');

function hello(...conditions: Condition[]): Service {
  const one = service('hello');
  return { ...one, status: { ...one.status, conditions } };
}

function replica(
  index: number,
  status: Partial<Assignment['status']>,
  spec: Partial<Assignment['spec']> = {},
): Assignment {
  const one = assignment(`hello-${index}`);
  return { ...one, spec: { ...one.spec, index, ...spec }, status: { ...one.status, ...status } };
}

test('what no controller has seen waits, whatever the conditions of before say', () => {
  const seen = hello(complete);
  const changed = { ...seen, metadata: { ...seen.metadata, generation: 2 } };
  expect(rolloutOf(seen, [])).toMatchObject({ state: 'complete', revision: 4 });
  expect(rolloutOf(changed, [])).toMatchObject({ state: 'waiting' });
});

test('replicas of the current revision and of earlier ones are counted apart', () => {
  const all = [
    replica(0, {}),
    replica(1, {}, { revision: 3 }),
    replica(2, { state: 'lost' }),
    replica(1, {}, { serviceUid: 'of another service of that name' }),
  ];
  expect(rolloutOf(hello(rollingOut), all)).toMatchObject({
    state: 'progressing',
    desired: 3,
    updated: 1,
    old: 2,
    message: rollingOut.message,
  });
});

test('a replica that has no place is what holds a rollout up', () => {
  expect(rolloutOf(hello(rollingOut, noRoom), [])).toMatchObject({
    state: 'progressing',
    message: noRoom.message,
  });
});

test.each([
  ['a first crash is tried again', { reason: 'CRASHED' }, {}, 'progressing'],
  ['a crash loop has failed', { reason: 'CRASH_LOOP' }, {}, 'failed'],
  ['a program that is not there has failed', { reason: 'COMMAND_NOT_FOUND' }, {}, 'failed'],
  [
    'an earlier revision that fails is not its failure',
    { reason: 'CRASH_LOOP' },
    { revision: 3 },
    'progressing',
  ],
] as const)('%s', (_, status, spec, state) => {
  const one = replica(0, { state: 'failed', exitCode: 3, message: 'it wrote last:\nno', ...status }, spec);
  const rollout = rolloutOf(hello(rollingOut), [one]);
  expect(rollout.state).toBe(state);
  const failed = {
    index: 0,
    node: 'pi-1',
    reason: status.reason,
    exitCode: 3,
    message: 'it wrote last:\nno',
  };
  expect(rollout.failed).toMatchObject(state === 'failed' ? [failed] : []);
});

test('a crash that is not tried again has failed', () => {
  const one = replica(0, { state: 'failed', reason: 'CRASHED' });
  const never: Assignment = {
    ...one,
    spec: { ...one.spec, workload: { ...one.spec.workload, restart: 'never' } },
  };
  expect(rolloutOf(hello(rollingOut), [never]).state).toBe('failed');
});
