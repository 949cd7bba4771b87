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

const failed = condition('Progressing', 'False', 'ReplicaFailed', 'replica 0 failed on pi-1: CRASH_LOOP');

test.each([
  ['a first crash is tried again', { reason: 'CRASHED' }, {}, false],
  [
    'an end that nobody saw, as after the boot of a box, is tried again',
    { reason: 'EXIT_UNKNOWN' },
    {},
    false,
  ],
  ['a crash loop has failed', { reason: 'CRASH_LOOP' }, {}, true],
  ['a program that is not there has failed', { reason: 'COMMAND_NOT_FOUND' }, {}, true],
  ['an earlier revision that fails is not its failure', { reason: 'CRASH_LOOP' }, { revision: 3 }, false],
] as const)('%s', (_, status, spec, isFailure) => {
  const one = replica(0, { state: 'failed', exitCode: 3, message: 'it wrote last:\nno', ...status }, spec);
  const told = {
    index: 0,
    node: 'pi-1',
    reason: status.reason,
    exitCode: 3,
    message: 'it wrote last:\nno',
  };
  expect(rolloutOf(hello(rollingOut), [one]).failed).toMatchObject(isFailure ? [told] : []);
});

test('a rollout has failed when its condition says so, and not before: history goes by the same words', () => {
  const one = replica(0, { state: 'failed', reason: 'CRASH_LOOP' });
  expect(rolloutOf(hello(rollingOut), [one]).state).toBe('progressing');
  expect(rolloutOf(hello(failed), [one])).toMatchObject({ state: 'failed', message: failed.message });
  const retried = replica(0, { state: 'starting', restarts: 3 });
  expect(rolloutOf(hello(failed), [retried]).state).toBe('failed');
});

test('a crash that is not tried again has failed', () => {
  const one = replica(0, { state: 'failed', reason: 'CRASHED' });
  const never: Assignment = {
    ...one,
    spec: { ...one.spec, workload: { ...one.spec.workload, restart: 'never' } },
  };
  expect(rolloutOf(hello(failed), [never]).failed).toHaveLength(1);
});
