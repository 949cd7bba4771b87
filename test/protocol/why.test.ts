import { expect, test } from 'vitest';
import type { Assignment, Event, Node, Service } from '../../src/protocol/objects.ts';
import { workloadWith } from '../../src/protocol/references.ts';
import { judgeNodes, missingReplicas, whyOf } from '../../src/protocol/why.ts';
import { assignment, node, service } from '../cli/objects.ts';

/** Needs two cores, 1 GiB, port 80 and a node with an ssd. */
const demanding: Service['spec'] = {
  ...service('hello').spec,
  resources: { cpu: 2, memory: 2 ** 30 },
  ports: [{ name: 'web', port: 80 }],
  placement: { labels: { disk: 'ssd' }, strategy: 'spread' },
};

function pi(name: string, labels: Record<string, string>, status: Partial<Node['status']> = {}): Node {
  const one = node(name, '10.0.0.1');
  return { ...one, metadata: { ...one.metadata, labels }, status: { ...one.status, ...status } };
}

function replica(index: number, change: Partial<Assignment['spec']> = {}): Assignment {
  const one = assignment(`hello-${index}`);
  return { ...one, spec: { ...one.spec, index, ...change } };
}

test('each node says filter by filter what it has for one more replica', () => {
  const nodes = [pi('pi-2', {}, { state: 'down', runtimes: ['deno'] }), pi('pi-1', { disk: 'ssd' })];
  const verdicts = judgeNodes(demanding, nodes, []);
  expect(verdicts.map(({ node, fits }) => [node, fits])).toEqual([
    ['pi-1', true],
    ['pi-2', false],
  ]);
  expect(verdicts[1]?.filters.filter(({ passed }) => !passed)).toEqual([
    { filter: 'ready', passed: false, detail: 'is down' },
    { filter: 'runtime', passed: false, detail: 'needs node, has deno' },
    { filter: 'labels', passed: false, detail: 'lacks disk=ssd' },
  ]);
  expect(verdicts[0]?.filters).toContainEqual({ filter: 'cpu', passed: true, detail: 'needs 2, has 4' });
});

test('what stands on a node is taken from what it has, and given back for the replica that would make way', () => {
  const taken = replica(0, { workload: workloadWith(demanding, () => undefined) });
  const nodes = [pi('pi-1', { disk: 'ssd' }, { capacity: { cpu: 3, memory: 2 ** 31 } })];
  const failing = judgeNodes(demanding, nodes, [taken])[0]?.filters.filter(({ passed }) => !passed);
  expect(failing?.map(({ filter, detail }) => [filter, detail])).toEqual([
    ['cpu', 'needs 2, has 1'],
    ['ports', '80 in use'],
  ]);
  expect(judgeNodes(demanding, nodes, [taken], taken)[0]?.fits).toBe(true);
});

test('a replica is missing when no live assignment of the current revision holds its index', () => {
  const held = [replica(0), replica(1, { revision: 3 }), replica(2, { desired: 'stopped' })];
  expect(missingReplicas(service('hello'), held)).toEqual([1, 2]);
});

const event = (regarding: Service | Assignment | Node, lastSeen: string, reason: string): Event => ({
  kind: 'Event',
  metadata: { ...regarding.metadata, name: `${reason.toLowerCase()}-1`, uid: reason },
  spec: {
    regarding: { kind: regarding.kind, name: regarding.metadata.name, uid: regarding.metadata.uid },
    type: 'Normal',
    reason,
    message: '',
    source: 'rollout',
  },
  status: { count: 1, firstSeen: lastSeen, lastSeen },
});

test('why a service is as it is: its replicas, what is missing, and what happened to any of them, the newest first', () => {
  const hello = service('hello');
  const [first, other] = [replica(0), replica(1, { service: 'other', serviceUid: 'uid-other' })];
  const why = whyOf('hello', {
    services: [hello],
    nodes: [pi('pi-1', {})],
    assignments: [other, first],
    events: [
      event(hello, '2026-01-01T00:00:01.000Z', 'Created'),
      event(other, '2026-01-01T00:00:02.000Z', 'Lost'),
      event(first, '2026-01-01T00:00:03.000Z', 'Started'),
    ],
  });
  expect(why).toMatchObject({
    kind: 'Service',
    missing: [1, 2],
    replicas: [{ index: 0, assignment: 'hello-0' }],
  });
  expect(why?.nodes.map(({ fits }) => fits)).toEqual([true]);
  expect(why?.events.map(({ spec }) => spec.reason)).toEqual(['Started', 'Created']);
});

test('why a replica is as it is: itself, its node, and what the nodes would say to it anew', () => {
  const only = replica(0, { workload: workloadWith(demanding, () => undefined) });
  const small = pi('pi-1', { disk: 'ssd' }, { capacity: { cpu: 2, memory: 2 ** 30 } });
  const objects = {
    services: [{ ...service('hello'), spec: demanding }],
    nodes: [small],
    assignments: [only],
  };
  const why = whyOf('hello-0', {
    ...objects,
    events: [event(small, '2026-01-01T00:00:01.000Z', 'NodeReady')],
  });
  expect(why).toMatchObject({
    kind: 'Assignment',
    nodes: [{ fits: true }],
    events: [{ spec: { reason: 'NodeReady' } }],
  });
  expect(whyOf('nobody', { ...objects, events: [] })).toBeUndefined();
});
