import { expect, test } from 'vitest';
import type { CommandBody } from '../../src/protocol/command.ts';
import type { ServiceSpec } from '../../src/protocol/objects.ts';
import { applying, Lab } from './lab.ts';

/** A service of one replica that runs on node1. */
function labWithReplica(overrides: Partial<ServiceSpec> = {}): { lab: Lab; id: string } {
  const lab = new Lab();
  lab.register('node1');
  lab.register('node2');
  lab.run(applying('shop', { web: { replicas: 1, ...overrides } }));
  const id = lab.place('web', 0, 'node1');
  lab.report(id, 'running', { sequence: 7 });
  return { lab, id };
}

test('a node registers, and again with what has changed of it', () => {
  const lab = new Lab();
  expect(lab.register('node1', { cpu: 2 })).toMatchObject({
    kind: 'object',
    created: true,
    object: { metadata: { resourceVersion: '2' }, status: { state: 'ready', capacity: { cpu: 2 } } },
  });
  const { uid } = lab.node('node1').metadata;
  lab.register('node1', { cpu: 8, labels: { disk: 'ssd' }, runtimes: ['node', 'bun'] });
  expect(lab.node('node1')).toMatchObject({
    metadata: { uid, labels: { disk: 'ssd' }, generation: 1 },
    status: { capacity: { cpu: 8 }, runtimes: ['node', 'bun'] },
  });
});

test('registering with nothing new changes nothing', () => {
  const { lab, id } = labWithReplica();
  const { resourceVersion } = lab.node('node1').metadata;
  lab.register('node1', { running: [id] });
  expect(lab.node('node1').metadata.resourceVersion).toBe(resourceVersion);
});

test('a node that is unknown keeps its replicas, but they are not ready', () => {
  const { lab, id } = labWithReplica();
  lab.nodeState('node1', 'unknown');
  expect(lab.assignment(id).status.state).toBe('running');
  expect(lab.service('web').status).toMatchObject({ running: 1, ready: 0 });
  lab.nodeState('node1', 'ready');
  expect(lab.service('web').status).toMatchObject({ running: 1, ready: 1 });
});

test('the replicas of a node that is down are lost, and their slots free', () => {
  const { lab, id } = labWithReplica({ resources: { cpu: 1, memory: 1 } });
  lab.nodeState('node1', 'down');
  expect(lab.assignment(id).status).toMatchObject({ state: 'lost', reason: 'NODE_DOWN' });
  expect(lab.service('web').status).toMatchObject({ running: 0, ready: 0 });
  expect(lab.node('node1').status.allocated).toEqual({ cpu: 0, memory: 0 });
  expect(lab.refusal(lab.creation('web', 0, 'node2'))).toBeUndefined();
});

test('what was being stopped on a node that is down is gone', () => {
  const { lab, id } = labWithReplica();
  lab.run(lab.stopping(id));
  lab.nodeState('node1', 'down');
  expect(lab.state.assignments.size).toBe(0);
});

test('what ended for good is not lost with its node: it is not run a second time', () => {
  const { lab, id } = labWithReplica({ restart: 'never' });
  lab.report(id, 'exited');
  lab.nodeState('node1', 'down');
  expect(lab.assignment(id).status.state).toBe('exited');
  lab.run({ kind: 'node.delete', name: 'node1' });
  expect(lab.refusal(lab.creation('web', 0, 'node2'))).toBe('STALE');
});

test('a change of a node’s state is refused when the node has changed since, or is not there', () => {
  const { lab } = labWithReplica();
  const body = { kind: 'node.state', fence: lab.fence, state: 'down', reason: 'R' } as const;
  expect(lab.refusal({ ...body, node: 'node1', resourceVersion: '1' })).toBe('STALE');
  expect(lab.refusal({ ...body, node: 'absent', resourceVersion: '1' })).toBe('STALE');
});

test('a node that is down comes back by registering alone', () => {
  const { lab } = labWithReplica();
  lab.nodeState('node1', 'down');
  expect(lab.nodeState('node1', 'ready')).toMatchObject({ code: 'STALE' });
  lab.register('node1');
  expect(lab.node('node1').status.state).toBe('ready');
});

test('a node that returns revives what it still runs, if nobody took its slot', () => {
  const { lab, id } = labWithReplica();
  lab.nodeState('node1', 'down');
  lab.register('node1', { running: [id] });
  expect(lab.assignment(id).status.state).toBe('starting');
  expect(lab.refusal(lab.creation('web', 0, 'node2'))).toBe('STALE');
  lab.report(id, 'running', { sequence: 7 });
  expect(lab.service('web').status).toMatchObject({ running: 1, ready: 1 });
});

test('a node that returns drops what runs elsewhere by now', () => {
  const { lab, id } = labWithReplica();
  lab.nodeState('node1', 'down');
  const replacement = lab.place('web', 0, 'node2');
  lab.register('node1', { running: [id] });
  expect([...lab.state.assignments.values()].map((row) => row.metadata.name)).toEqual([replacement]);
});

const losses: Record<string, { readonly meanwhile: CommandBody[]; readonly stillRuns: boolean }> = {
  'it no longer runs': { meanwhile: [], stillRuns: false },
  'was scaled away': {
    meanwhile: [{ kind: 'service.scale', name: 'web', replicas: 0 }],
    stillRuns: true,
  },
  'belongs to a service that was deleted and applied anew': {
    meanwhile: [{ kind: 'service.delete', name: 'web' }, applying('shop', { web: {} })],
    stillRuns: true,
  },
};

test.each(Object.entries(losses))('a node that returns drops what %s', (_what, { meanwhile, stillRuns }) => {
  const { lab, id } = labWithReplica();
  lab.nodeState('node1', 'down');
  for (const body of meanwhile) lab.run(body);
  lab.register('node1', { running: stillRuns ? [id] : [] });
  expect(lab.state.assignments.size).toBe(0);
});

test.each([
  [false, 'starting'],
  [true, undefined],
])('an old revision comes back only while no other stands in for it: %s', (isReplaced, state) => {
  const { lab, id } = labWithReplica();
  lab.nodeState('node1', 'down');
  lab.run(applying('shop', { web: { args: ['new'] } }));
  if (isReplaced) lab.place('web', 0, 'node2');
  lab.register('node1', { running: [id] });
  expect(lab.state.assignments.get(id)?.status.state).toBe(state);
});

test('a lost replica is not revived by a report: its node registers first', () => {
  const { lab, id } = labWithReplica();
  lab.nodeState('node1', 'down');
  expect(lab.report(id, 'running', { sequence: 99 }).changes).toEqual([]);
  expect(lab.assignment(id).status.state).toBe('lost');
});

test('what should stop and is not running any more when the node registers is gone', () => {
  const { lab, id } = labWithReplica();
  lab.run(lab.stopping(id));
  lab.register('node1', { running: [id] });
  expect(lab.state.assignments.size).toBe(1);
  lab.register('node1', { running: [] });
  expect(lab.state.assignments.size).toBe(0);
});

test('only a node that is down can be deleted, with what was lost on it', () => {
  const { lab } = labWithReplica();
  expect(lab.refusal({ kind: 'node.delete', name: 'node1' })).toBe('CONFLICT');
  lab.nodeState('node1', 'unknown');
  expect(lab.refusal({ kind: 'node.delete', name: 'node1' })).toBe('CONFLICT');
  lab.nodeState('node1', 'down');
  expect(lab.run({ kind: 'node.delete', name: 'node1' })).toEqual({ kind: 'deleted' });
  expect(lab.state.nodes.get('node1')).toBeUndefined();
  expect(lab.state.assignments.size).toBe(0);
});

test('the state of a node is told by its condition, with the moment of its turn', () => {
  const { lab } = labWithReplica();
  lab.nodeState('node1', 'unknown');
  expect(lab.node('node1').status.conditions).toMatchObject([
    {
      type: 'Ready',
      status: 'Unknown',
      reason: 'Test',
      lastTransitionTime: new Date(lab.time).toISOString(),
    },
  ]);
});
