// What becomes of services, told as stories: the real state, the real controllers, agents that obey.

import { expect, test } from 'vitest';
import type { ServiceSpec } from '../../src/protocol/objects.ts';
import { applying } from '../state/lab.ts';
import { drained, World } from './world.ts';

async function worldWith(
  service: Partial<ServiceSpec>,
  nodes: readonly string[] = ['node1', 'node2'],
): Promise<World> {
  const world = new World();
  world.control.start(1);
  for (const node of nodes) world.connect(node);
  world.run(applying('shop', { web: service }));
  await world.settle();
  return world;
}

const registrationOf = (node: string) => ({
  kind: 'node.register' as const,
  node,
  address: '127.0.0.1',
  labels: {},
  capacity: { cpu: 4, memory: 1_000 },
  runtimes: ['node' as const],
  running: [],
});

const figures = (world: World): number[] => {
  const { desired, running, ready } = world.lab.service('web').status;
  return [desired, running, ready];
};

test('a service runs as many replicas as it asks for, spread over the nodes', async () => {
  const world = await worldWith({ replicas: 4 });
  expect(world.replicas('web')).toEqual(['0@node1', '1@node2', '2@node1', '3@node2']);
  expect(figures(world)).toEqual([4, 4, 4]);
  expect(world.condition('web', 'Placed')).toBe('True NodesFound: every replica has a node');
  expect(world.condition('web', 'Progressing')).toBe('True Complete: every replica is of revision 1');
  expect(world.lab.service('web').status.observedGeneration).toBe(1);
});

test('scaling up starts the missing replicas alone, scaling down stops the highest indexes', async () => {
  const world = await worldWith({ replicas: 2 });
  const first = world.running('web').map((row) => row.metadata.name);
  world.run({ kind: 'service.scale', name: 'web', replicas: 4 });
  await world.settle();
  expect(world.running('web').map((row) => row.metadata.name)).toEqual(expect.arrayContaining(first));
  expect(world.running('web')).toHaveLength(4);
  world.run({ kind: 'service.scale', name: 'web', replicas: 1 });
  await world.settle();
  expect(world.replicas('web')).toEqual(['0@node1']);
  expect(figures(world)).toEqual([1, 1, 1]);
  world.run({ kind: 'service.scale', name: 'web', replicas: 0 });
  await world.settle();
  expect(world.lab.state.assignments.size).toBe(0);
});

test('a removed service ends with no replica and no row', async () => {
  const world = await worldWith({ replicas: 3 });
  world.run({ kind: 'service.delete', name: 'web' });
  await world.settle();
  expect(world.lab.state.assignments.size).toBe(0);
  expect([...world.processes.values()].every((processes) => processes.size === 0)).toBe(true);
});

test('api is not api-v2: removing one leaves the other', async () => {
  const world = await worldWith({});
  world.run(applying('names', { api: {}, 'api-v2': {} }));
  await world.settle();
  world.run({ kind: 'service.delete', name: 'api' });
  await world.settle();
  expect(world.replicas('api')).toEqual([]);
  expect(world.replicas('api-v2')).toHaveLength(1);
});

test('a changed workload replaces replica after replica: each old one stops once the new one runs', async () => {
  const world = await worldWith({ replicas: 3 });
  world.run(applying('shop', { web: { replicas: 3, args: ['new'] } }));
  let processesMax = 0;
  let served = 3;
  for (let step = 0; step < 100; step += 1) {
    await world.commit();
    world.agent(step % 2 === 0 ? 'node1' : 'node2');
    await world.tick();
    const running = world.running('web');
    processesMax = Math.max(processesMax, running.length);
    served = Math.min(served, new Set(running.map((row) => row.spec.index)).size);
  }
  expect([served, processesMax]).toEqual([3, 4]);
  expect(world.running('web').map((row) => row.spec.revision)).toEqual([2, 2, 2]);
  expect(figures(world)).toEqual([3, 3, 3]);
  expect(world.condition('web', 'Progressing')).toMatch(/^True Complete/);
});

test('where the old replica itself is in the way, it goes first', async () => {
  const fixed = { ports: [{ name: 'http', port: 80 }], replicas: 2 };
  const world = await worldWith(fixed);
  world.run(applying('shop', { web: { ...fixed, args: ['new'] } }));
  await world.settle();
  expect(world.running('web').map((row) => row.spec.revision)).toEqual([2, 2]);
  const greedy = await worldWith({ resources: { cpu: 3, memory: 0 }, replicas: 2 });
  greedy.run(applying('shop', { web: { resources: { cpu: 4, memory: 0 }, replicas: 2 } }));
  await greedy.settle();
  expect(greedy.running('web').map((row) => row.spec.revision)).toEqual([2, 2]);
});

test('a rollout in which old replicas go first still replaces one at a time', async () => {
  const fixed = { ports: [{ name: 'http', port: 80 }], replicas: 2 };
  const world = await worldWith(fixed);
  world.run(applying('shop', { web: { ...fixed, args: ['new'] } }));
  let served = 2;
  for (let step = 0; step < 100; step += 1) {
    await world.commit();
    world.agent(step % 2 === 0 ? 'node1' : 'node2');
    await world.tick();
    served = Math.min(served, world.running('web').length);
  }
  expect(served).toBe(1);
  expect(figures(world)).toEqual([2, 2, 2]);
});

test('a new revision that fits nowhere keeps the old replicas, and says why', async () => {
  const world = await worldWith({ replicas: 2 });
  world.run(applying('shop', { web: { replicas: 2, resources: { cpu: 99, memory: 0 } } }));
  await world.settle();
  expect(world.running('web').map((row) => row.spec.revision)).toEqual([1, 1]);
  expect(world.condition('web', 'Placed')).toBe(
    'False NoNodeFits: replica 0 fits no node: 2 node(s) lack cpu',
  );
});

test('a failed rollout keeps the healthy replicas and says why, and the next one mends it', async () => {
  const world = await worldWith({ replicas: 3 });
  world.crashes = ({ spec }) => spec.revision === 2;
  world.run(applying('shop', { web: { replicas: 3, args: ['broken'] } }));
  await world.settle();
  expect(world.running('web').map((row) => row.spec.revision)).toEqual([1, 1, 1]);
  expect(world.condition('web', 'Progressing')).toMatch(/^False ReplicaFailed: replica 0 failed/);
  expect(world.condition('web', 'Available')).toMatch(/^True/);
  world.run(applying('shop', { web: { replicas: 3, args: ['mended'] } }));
  await world.settle();
  expect(world.running('web').map((row) => row.spec.revision)).toEqual([3, 3, 3]);
  expect(world.lab.state.assignments.size).toBe(3);
  expect(world.condition('web', 'Progressing')).toMatch(/^True Complete/);
});

test('what ended for good holds its slot: it is not run a second time', async () => {
  const world = await worldWith({ restart: 'never', replicas: 2 });
  const id = world.running('web')[0]?.metadata.name ?? '';
  world.processesOf('node1').delete(id);
  world.run(world.lab.reporting(id, 'exited'));
  await world.settle();
  expect(world.running('web')).toHaveLength(1);
  expect(world.replicas('web')).toHaveLength(2);
  world.run(applying('shop', { web: { restart: 'never', replicas: 2, args: ['new'] } }));
  await world.settle();
  expect(world.running('web').map((row) => row.spec.revision)).toEqual([2, 2]);
  expect(world.lab.state.assignments.size).toBe(2);
});

test('a replica that fits nowhere is placed as soon as a node comes that takes it', async () => {
  const world = await worldWith({ placement: { labels: { disk: 'ssd' }, strategy: 'spread' } });
  expect(world.replicas('web')).toEqual([]);
  expect(world.condition('web', 'Placed')).toMatch(/^False NoNodeFits.*2 node\(s\) lack the labels/);
  world.connect('node3', { labels: { disk: 'ssd' } });
  await world.settle();
  expect(world.replicas('web')).toEqual(['0@node3']);
  expect(world.condition('web', 'Placed')).toMatch(/^True/);
});

test('a replica that fits nowhere is placed as soon as another makes room', async () => {
  const greedy = { resources: { cpu: 4, memory: 0 } };
  const world = await worldWith(greedy, ['node1']);
  world.run(applying('blog', { posts: greedy }));
  await world.settle();
  expect(world.replicas('posts')).toEqual([]);
  world.run({ kind: 'service.delete', name: 'web' });
  world.agent('node1');
  await drained();
  expect(world.proposals.map(({ body }) => body.kind)).toContain('assignment.create');
});

test('a replica that fits nowhere is placed as soon as a session opens', async () => {
  const world = await worldWith({}, ['node1']);
  world.control.sessionClosed('node1');
  world.run(applying('blog', { posts: {} }));
  await world.settle();
  expect(world.condition('posts', 'Placed')).toMatch(/1 node\(s\) have no live session|are not ready/);
  world.run({ ...registrationOf('node1'), fence: world.lab.fence });
  while (await world.commit());
  world.control.sessionOpened('node1');
  await drained();
  expect(world.proposals.map(({ body }) => body.kind)).toContain('assignment.create');
});

test('a change that asks for nothing is observed all the same', async () => {
  const world = await worldWith({});
  world.run(applying('shop', { web: { placement: { labels: {}, strategy: 'binpack' } } }));
  expect(world.lab.service('web').metadata.generation).toBe(2);
  await world.settle();
  expect(world.lab.service('web').status.observedGeneration).toBe(2);
});

test('a node that died is noticed, and its replicas run elsewhere; when it returns nothing runs twice', async () => {
  const world = await worldWith({ replicas: 2 });
  world.control.sessionClosed('node1');
  for (let ms = 0; ms < 11_000; ms += 100) await world.tick();
  await world.settle();
  expect(world.lab.node('node1').status.state).toBe('down');
  expect(world.replicas('web')).toEqual(['0@node2', '1@node2']);
  expect(world.processesOf('node1').size).toBe(1);
  world.connect('node1');
  await world.settle();
  expect(world.replicas('web')).toEqual(['0@node2', '1@node2']);
  expect(world.processesOf('node1').size).toBe(0);
});

test('a node that returns before its replicas fit elsewhere goes on with the same processes', async () => {
  const world = await worldWith({ replicas: 2, ports: [{ name: 'http', port: 80 }] });
  const before = world.running('web').map((row) => row.metadata.name);
  world.control.sessionClosed('node1');
  for (let ms = 0; ms < 11_000; ms += 100) await world.tick();
  await world.settle();
  expect(figures(world)).toEqual([2, 1, 1]);
  world.connect('node1');
  await world.settle();
  expect(world.running('web').map((row) => row.metadata.name)).toEqual(before);
  expect(figures(world)).toEqual([2, 2, 2]);
});

test('an agent that is only gone for a moment keeps its replicas', async () => {
  const world = await worldWith({ replicas: 2 });
  const before = world.lab.state.assignments.values();
  world.control.sessionClosed('node1');
  for (let ms = 0; ms < 3_000; ms += 100) await world.tick();
  world.connect('node1');
  await world.settle();
  expect([...world.lab.state.assignments.values()].map((row) => row.metadata.uid)).toEqual(
    [...before].map((row) => row.metadata.uid),
  );
});
