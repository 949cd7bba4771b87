import { expect, test } from 'vitest';
import type { ServiceSpec } from '../../src/protocol/objects.ts';
import { applying, Lab } from './lab.ts';

/** Two nodes, and a service of two replicas. */
function labWith(overrides: Partial<ServiceSpec> = {}): Lab {
  const lab = new Lab();
  lab.register('node1');
  lab.register('node10');
  lab.run(applying('shop', { web: { replicas: 2, ...overrides } }));
  return lab;
}

test('a placed replica is pending: sent is not running', () => {
  const lab = labWith();
  const id = lab.place('web', 0, 'node1');
  expect(id).toBe(`web-0-${lab.state.appliedIndex.toString(36)}`);
  expect(lab.assignment(id)).toMatchObject({
    spec: { service: 'web', index: 0, revision: 1, node: 'node1', desired: 'running' },
    status: { state: 'pending', sequence: 0 },
  });
  expect(lab.service('web').status).toMatchObject({ running: 0, ready: 0, observedGeneration: 1 });
});

test('the id of a long name is still a DNS label', () => {
  const lab = new Lab();
  lab.register('node1');
  const name = 'x'.repeat(63);
  lab.run(applying('shop', { [name]: { replicas: 1_000 } }));
  expect(lab.place(name, 999, 'node1')).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
});

test('two reconciles at once never make three of two: the second creation of a slot is refused', () => {
  const lab = labWith();
  const first = [lab.creation('web', 0, 'node1'), lab.creation('web', 1, 'node10')];
  const second = [lab.creation('web', 0, 'node10'), lab.creation('web', 1, 'node1')];
  expect(first.map((body) => lab.refusal(body))).toEqual([undefined, undefined]);
  expect(second.map((body) => lab.refusal(body))).toEqual(['STALE', 'STALE']);
  expect(lab.state.assignments.size).toBe(2);
});

test('a creation is refused when the service has changed since it was planned', () => {
  const lab = labWith();
  const planned = lab.creation('web', 1, 'node1');
  expect(lab.refusal({ ...planned, service: 'absent' })).toBe('STALE');
  expect(lab.refusal({ ...planned, serviceUid: 'another' })).toBe('STALE');
  expect(lab.refusal({ ...planned, revision: 2 })).toBe('STALE');
  expect(lab.refusal({ ...planned, index: 2 })).toBe('STALE');
  lab.run({ kind: 'service.scale', name: 'web', replicas: 1 });
  expect(lab.refusal(planned)).toBe('STALE');
  lab.run({ kind: 'service.delete', name: 'web' });
  expect(lab.refusal(planned)).toBe('STALE');
});

/** Why a replica of `overrides` is refused on node1, beside one that holds half of it and port 80. */
const fits = (overrides: Partial<ServiceSpec>): string | undefined => {
  const lab = labWith({ resources: { cpu: 2, memory: 400 }, ports: [{ name: 'http', port: 80 }] });
  lab.run(applying('blog', { posts: overrides }));
  lab.place('web', 0, 'node1');
  const result = lab.run(lab.creation('posts', 0, 'node1'));
  return result.kind === 'refused' ? `${result.code}: ${result.message}` : undefined;
};

test('a creation is refused where it no longer fits: node, runtime, labels, cpu, memory, port', () => {
  expect(fits({})).toBeUndefined();
  expect(fits({ resources: { cpu: 2, memory: 600 }, ports: [{ name: 'http' }] })).toBeUndefined();
  expect(fits({ runtime: 'bun' })).toMatch(/STALE.*runtime bun/);
  expect(fits({ placement: { labels: { disk: 'ssd' }, strategy: 'spread' } })).toMatch(/STALE.*labels/);
  expect(fits({ resources: { cpu: 2.001, memory: 0 } })).toMatch(/STALE.*cpu/);
  expect(fits({ resources: { cpu: 0, memory: 601 } })).toMatch(/STALE.*memory/);
  expect(fits({ ports: [{ name: 'x', port: 80 }] })).toMatch(/STALE.*port/);
});

test('a creation on a node that is not ready, or not there, is refused', () => {
  const lab = labWith();
  expect(lab.refusal({ ...lab.creation('web', 0, 'node1'), node: 'absent' })).toBe('STALE');
  lab.nodeState('node1', 'unknown');
  expect(lab.refusal(lab.creation('web', 0, 'node1'))).toBe('STALE');
  lab.nodeState('node1', 'down');
  expect(lab.refusal(lab.creation('web', 0, 'node1'))).toBe('STALE');
});

test('a port that an agent chose is in use, too', () => {
  const lab = labWith({ ports: [{ name: 'http' }] });
  const id = lab.place('web', 0, 'node1');
  lab.report(id, 'running', { ports: { http: 20_001 } });
  lab.run(applying('blog', { posts: { ports: [{ name: 'http', port: 20_001 }] } }));
  expect(lab.refusal(lab.creation('posts', 0, 'node1'))).toBe('STALE');
  expect(lab.refusal(lab.creation('posts', 0, 'node10'))).toBeUndefined();
});

test('what is being stopped keeps its port and its room until its end is reported', () => {
  const lab = labWith({ resources: { cpu: 3, memory: 0 }, ports: [{ name: 'http', port: 80 }] });
  const id = lab.place('web', 0, 'node1');
  lab.report(id, 'running');
  lab.run(lab.stopping(id));
  expect(lab.assignment(id).spec.desired).toBe('stopped');
  lab.report(id, 'stopping');
  expect(lab.node('node1').status.allocated.cpu).toBe(3);
  expect(lab.refusal(lab.creation('web', 0, 'node1'))).toBe('STALE');
  lab.report(id, 'exited');
  expect(lab.state.assignments.get(id)).toBeUndefined();
  expect(lab.node('node1').status.allocated.cpu).toBe(0);
  expect(lab.refusal(lab.creation('web', 0, 'node1'))).toBeUndefined();
});

test('a replica that ended for good reserves nothing, but holds its slot', () => {
  const lab = labWith({ restart: 'never', resources: { cpu: 3, memory: 10 } });
  const id = lab.place('web', 0, 'node1');
  lab.report(id, 'exited');
  expect(lab.node('node1').status.allocated).toEqual({ cpu: 0, memory: 0 });
  expect(lab.refusal(lab.creation('web', 0, 'node10'))).toBe('STALE');
});

test('a crash that will be restarted keeps its room', () => {
  const lab = labWith({ restart: 'on-failure', resources: { cpu: 3, memory: 10 } });
  const id = lab.place('web', 0, 'node1');
  lab.report(id, 'failed');
  expect(lab.node('node1').status.allocated.cpu).toBe(3);
  lab.report(id, 'exited');
  expect(lab.node('node1').status.allocated.cpu).toBe(0);
});

test('a stop is refused when the assignment has changed, and deletes at once what does not run', () => {
  const lab = labWith();
  const id = lab.place('web', 0, 'node1');
  const planned = lab.stopping(id);
  lab.report(id, 'running');
  expect(lab.refusal(planned)).toBe('STALE');
  expect(
    lab.refusal({
      ...planned,
      kind: 'assignment.stop',
      assignmentId: 'absent',
      resourceVersion: '1',
      generation: 1,
      fence: lab.fence,
    }),
  ).toBe('STALE');
  lab.report(id, 'failed');
  expect(lab.refusal(lab.stopping(id))).toBeUndefined();
  expect(lab.state.assignments.size).toBe(0);
});

test('a stop that was planned before its service changed is refused: the replica may be wanted again', () => {
  const lab = labWith();
  const id = lab.place('web', 0, 'node1');
  const planned = lab.stopping(id);
  const { replicas } = lab.service('web').spec;
  lab.run({ kind: 'service.scale', name: 'web', replicas: replicas + 1 });
  expect(lab.refusal(planned)).toBe('STALE');
  expect(lab.assignment(id).spec.desired).toBe('running');
  expect(lab.refusal(lab.stopping(id))).toBeUndefined();
});

test('reports apply by their sequence: an older one, or the same again, changes nothing', () => {
  const lab = labWith();
  const id = lab.place('web', 0, 'node1');
  lab.report(id, 'running', { sequence: 5 });
  for (const sequence of [1, 4, 5]) {
    expect(lab.report(id, 'failed', { sequence }).changes).toEqual([]);
  }
  expect(lab.assignment(id).status).toMatchObject({ state: 'running', sequence: 5 });
  lab.report(id, 'failed', { sequence: 6 });
  expect(lab.assignment(id).status.state).toBe('failed');
});

test('a node cannot report for another, and node1 is not node10', () => {
  const lab = labWith();
  const id = lab.place('web', 0, 'node10');
  expect(lab.report(id, 'running', { node: 'node1' }).changes).toEqual([]);
  expect(lab.report('absent', 'running', { node: 'node1' })).toEqual({
    result: { kind: 'done' },
    changes: [],
  });
  expect(lab.assignment(id).status.state).toBe('pending');
});

test('a report that changes a service’s status changes the service at the same index', () => {
  const lab = labWith();
  const id = lab.place('web', 0, 'node1');
  lab.report(id, 'running');
  const { metadata, status } = lab.service('web');
  expect(metadata.resourceVersion).toBe(String(lab.state.appliedIndex));
  expect(metadata.generation).toBe(1);
  expect(status).toMatchObject({ desired: 2, running: 1, ready: 1 });
  expect(status.conditions[0]).toMatchObject({
    type: 'Available',
    status: 'False',
    reason: 'ReplicasMissing',
    message: expect.stringMatching('1 of 2') as string,
  });
  lab.report(lab.place('web', 1, 'node10'), 'running');
  expect(lab.service('web').status.conditions[0]).toMatchObject({ type: 'Available', status: 'True' });
});

test('a report that says nothing new of the service leaves the service’s version', () => {
  const lab = labWith();
  const id = lab.place('web', 0, 'node1');
  lab.report(id, 'starting');
  const { resourceVersion } = lab.service('web').metadata;
  lab.report(id, 'starting', { ports: { http: 20_000 } });
  expect(lab.service('web').metadata.resourceVersion).toBe(resourceVersion);
});

test('ready counts the current revision alone, running every one', () => {
  const lab = labWith();
  lab.report(lab.place('web', 0, 'node1'), 'running');
  lab.run(applying('shop', { web: { replicas: 2, args: ['new'] } }));
  expect(lab.service('web').status).toMatchObject({ running: 1, ready: 0, revision: 2 });
  lab.report(lab.place('web', 0, 'node1'), 'running');
  expect(lab.service('web').status).toMatchObject({ running: 2, ready: 1 });
});

test('deleting a service asks its replicas to stop in the same entry; each row goes with its reported end', () => {
  const lab = labWith();
  const id = lab.place('web', 0, 'node1');
  const lostId = lab.place('web', 1, 'node10');
  lab.report(id, 'running');
  lab.nodeState('node10', 'down');
  lab.run({ kind: 'service.delete', name: 'web' });
  expect(lab.state.services.size).toBe(0);
  expect(lab.state.assignments.get(lostId)).toBeUndefined();
  expect(lab.assignment(id).spec.desired).toBe('stopped');
  lab.report(id, 'exited');
  expect(lab.state.assignments.size).toBe(0);
});

test('conditions of a service are replaced by type, and refused for another generation or revision', () => {
  const lab = labWith();
  const { uid, generation } = lab.service('web').metadata;
  const revision = 1;
  const say = (message: string) => ({
    kind: 'service.conditions' as const,
    fence: lab.fence,
    service: 'web',
    serviceUid: uid,
    generation,
    revision,
    conditions: [{ type: 'Placed', status: 'False' as const, reason: 'NoNodeFits', message }],
  });
  lab.run(say('one'));
  lab.run(say('two'));
  const placed = lab.service('web').status.conditions.filter(({ type }) => type === 'Placed');
  expect(placed).toMatchObject([{ message: 'two' }]);
  expect(lab.service('web').status.observedGeneration).toBe(1);
  expect(lab.entry(say('two')).changes).toEqual([]);
  expect(lab.refusal({ ...say('x'), serviceUid: 'another' })).toBe('STALE');
  expect(lab.refusal({ ...say('x'), revision: 2 })).toBe('STALE');
  lab.run({ kind: 'service.scale', name: 'web', replicas: 5 });
  expect(lab.refusal(say('three'))).toBe('STALE');
  expect(lab.service('web').status.observedGeneration).toBe(1);
});
