import { expect, test } from 'vitest';
import type { ServiceSpec } from '../../src/protocol/objects.ts';
import { type Reservation, SchedulingPass } from '../../src/control/scheduler.ts';
import { applying, Lab } from '../state/lab.ts';

function labWith(overrides: Partial<ServiceSpec>, nodes: readonly string[] = ['a', 'b']): Lab {
  const lab = new Lab();
  for (const node of nodes) lab.register(node);
  lab.run(applying('shop', { web: overrides }));
  return lab;
}

const passOver = (
  lab: Lab,
  liveNodes: readonly string[] = ['a', 'b'],
  reservations: readonly Reservation[] = [],
): SchedulingPass => new SchedulingPass({ view: lab.state, liveNodes: new Set(liveNodes), reservations });

/** Nodes for replicas 0 to count - 1 of web, in one pass; an explanation where there is none. */
function placeAll(lab: Lab, count: number, pass = passOver(lab)): string[] {
  return Array.from({ length: count }, (_, index) => {
    const placement = pass.place(lab.service('web'), index);
    return placement.kind === 'placed' ? placement.node : placement.explanation;
  });
}

test.each([
  ['cpu', { resources: { cpu: 4.001, memory: 0 } }, '2 node(s) lack cpu'],
  ['memory', { resources: { cpu: 0, memory: 1_001 } }, '2 node(s) lack memory'],
  ['a runtime', { runtime: 'deno' as const }, '2 node(s) lack the runtime deno'],
  [
    'labels',
    { placement: { labels: { disk: 'ssd' }, strategy: 'spread' as const } },
    '2 node(s) lack the labels',
  ],
])('a replica for which every node lacks %s is explained', (_what, overrides, explanation) => {
  expect(placeAll(labWith(overrides), 1)).toEqual([explanation]);
});

test('an explanation counts each reason over the nodes', () => {
  const lab = labWith({ resources: { cpu: 4, memory: 0 } }, ['a', 'b', 'c', 'd']);
  lab.place('web', 0, 'a');
  lab.nodeState('b', 'unknown');
  expect(placeAll(lab, 1, passOver(lab, ['a', 'b']))).toEqual([
    '1 node(s) lack cpu, 1 node(s) are not ready, 2 node(s) have no live session',
  ]);
  expect(placeAll(labWith({}, []), 1)).toEqual(['there is no node']);
});

test('a node exists for the scheduler only while its agent has a live session', () => {
  const lab = labWith({});
  expect(placeAll(lab, 1, passOver(lab, ['b']))).toEqual(['b']);
  expect(placeAll(lab, 1, passOver(lab, []))).toEqual(['2 node(s) have no live session']);
});

test('the scheduler subtracts what it has just placed, within one pass: cpu, memory, ports', () => {
  expect(placeAll(labWith({ resources: { cpu: 3, memory: 0 } }), 3)).toEqual([
    'a',
    'b',
    '2 node(s) lack cpu',
  ]);
  expect(placeAll(labWith({ resources: { cpu: 0, memory: 600 } }), 3)[2]).toBe('2 node(s) lack memory');
  expect(placeAll(labWith({ ports: [{ name: 'http', port: 80 }] }), 3)[2]).toBe(
    '2 node(s) have a fixed port in use',
  );
});

test('a replica that reserves nothing fits a full node', () => {
  const lab = labWith({ resources: { cpu: 4, memory: 1_000 }, replicas: 2 });
  lab.place('web', 0, 'a');
  lab.place('web', 1, 'b');
  lab.run(applying('shop', { web: { replicas: 3 } }));
  expect(placeAll(lab, 1)).toEqual(['a']);
});

test('what is on its way to be applied is subtracted, until the view has it', () => {
  const lab = labWith({ resources: { cpu: 3, memory: 0 }, replicas: 2 });
  const planned = lab.creation('web', 0, 'a');
  expect(placeAll(lab, 2, passOver(lab, ['a', 'b'], [planned]))).toEqual(['b', '2 node(s) lack cpu']);
  lab.run(planned);
  expect(placeAll(lab, 2, passOver(lab, ['a', 'b'], [planned]))).toEqual(['b', '2 node(s) lack cpu']);
  lab.run(lab.creation('web', 1, 'b'));
  lab.run(applying('shop', { web: { resources: { cpu: 1, memory: 0 } } }));
  expect(placeAll(lab, 2, passOver(lab, ['a', 'b'], [planned]))).toEqual(['a', 'b']);
});

test('spread: fewest replicas of the service first, then the least used node, then by name', () => {
  const lab = labWith({ replicas: 9 }, ['a', 'b', 'c']);
  lab.run(applying('blog', { posts: { resources: { cpu: 1, memory: 0 } } }));
  lab.place('posts', 0, 'a');
  lab.place('web', 8, 'b');
  expect(placeAll(lab, 5, passOver(lab, ['a', 'b', 'c']))).toEqual(['c', 'a', 'b', 'c', 'a']);
});

test('binpack: the fullest node that still fits', () => {
  const placement = { labels: {}, strategy: 'binpack' as const };
  const lab = labWith({ placement, resources: { cpu: 1, memory: 0 } }, ['a', 'b', 'c']);
  lab.run(applying('blog', { posts: { resources: { cpu: 2, memory: 0 } } }));
  lab.place('posts', 0, 'b');
  expect(placeAll(lab, 4, passOver(lab, ['a', 'b', 'c']))).toEqual(['b', 'b', 'a', 'a']);
});

test('roundRobin: replica after replica, around the nodes that fit', () => {
  const placement = { labels: {}, strategy: 'roundRobin' as const };
  const lab = labWith({ placement }, ['c', 'b', 'a']);
  expect(placeAll(lab, 5, passOver(lab, ['a', 'b', 'c']))).toEqual(['a', 'b', 'c', 'a', 'b']);
});

test('what would fit were another gone is told, and places nothing', () => {
  const lab = labWith({ ports: [{ name: 'http', port: 80 }] }, ['a']);
  const id = lab.place('web', 0, 'a');
  const pass = passOver(lab, ['a']);
  const service = lab.service('web');
  expect(pass.place(service, 0).kind).toBe('unplaced');
  expect(pass.wouldPlace(service, 0, [lab.assignment(id)])).toEqual({ kind: 'placed', node: 'a' });
  expect(pass.place(service, 0).kind).toBe('unplaced');
});
