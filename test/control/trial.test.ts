// What a dry run says of nodes and of what to think about first.

import { expect, test } from 'vitest';
import { planTrial } from '../../src/control/trial.ts';
import { limits } from '../../src/lib/limits.ts';
import type { CommandBody } from '../../src/protocol/command.ts';
import type { TrialPlan } from '../../src/protocol/dry-run.ts';
import { applying, Lab } from '../state/lab.ts';

/** What `steps` end with. */
function finished<T>(steps: Generator<void, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** Plans `body` on the state of `lab`, which stays as it is. */
function plan(lab: Lab, body: CommandBody, live?: ReadonlySet<string>): TrialPlan {
  const before = lab.state.hash();
  const { changes } = lab.state.dryRun(body, { term: lab.term, time: lab.time });
  const planned = finished(planTrial(lab.state, changes, live));
  expect(lab.state.hash()).toBe(before);
  return planned;
}

test('replicas of a new service are placed as the scheduler would, one after the other', () => {
  const lab = new Lab();
  for (const node of ['pi-1', 'pi-2']) lab.register(node, { cpu: 1 });
  const body = applying('shop', { web: { replicas: 3, resources: { cpu: 0.6, memory: 0 } } });
  expect(plan(lab, body)).toEqual({
    placement: [
      { service: 'web', index: 0, node: 'pi-1' },
      { service: 'web', index: 1, node: 'pi-2' },
      { service: 'web', index: 2, node: null, reason: '2 node(s) lack cpu' },
    ],
    warnings: ['service "web": 1 of 3 replica(s) fit no node: 2 node(s) lack cpu'],
  });
});

test('what one service takes is taken when the next is placed', () => {
  const lab = new Lab();
  lab.register('pi-1', { cpu: 1 });
  const resources = { cpu: 0.6, memory: 0 };
  const { placement } = plan(lab, applying('shop', { a: { resources }, b: { resources } }));
  expect(placement.map(({ service, node }) => [service, node])).toEqual([
    ['a', 'pi-1'],
    ['b', null],
  ]);
});

test('what stands stays where it is, and what goes makes room', () => {
  const lab = new Lab();
  lab.register('pi-1', { cpu: 1 });
  const resources = { cpu: 0.6, memory: 0 };
  lab.run(applying('shop', { web: { resources } }));
  lab.place('web', 0, 'pi-1');
  const more = plan(lab, applying('shop', { web: { replicas: 2, resources } }));
  expect(more.placement).toEqual([
    { service: 'web', index: 0, node: 'pi-1' },
    { service: 'web', index: 1, node: null, reason: '1 node(s) lack cpu' },
  ]);
  const other = plan(lab, applying('shop', { web: { resources, args: ['new'] } }));
  expect(other).toEqual({
    placement: [{ service: 'web', index: 0, node: 'pi-1' }],
    warnings: ['service "web": 1 running replica(s) are replaced, one after the other'],
  });
});

test('a service that goes is told with what is stopped', () => {
  const lab = new Lab();
  lab.register('pi-1');
  lab.run(applying('shop', { web: {} }));
  lab.place('web', 0, 'pi-1');
  expect(plan(lab, applying('shop', {}, { prune: true }))).toEqual({
    placement: [],
    warnings: ['service "web" is deleted, and 1 replica(s) of it are stopped'],
  });
});

test('on the leader a node without a session takes nothing; elsewhere those that are ready count', () => {
  const lab = new Lab();
  lab.register('pi-1');
  const body = applying('shop', { web: {} });
  expect(plan(lab, body).placement).toMatchObject([{ node: 'pi-1' }]);
  expect(plan(lab, body, new Set()).placement).toMatchObject([
    { node: null, reason: '1 node(s) have no live session' },
  ]);
  lab.nodeState('pi-1', 'down');
  expect(plan(lab, body).placement).toMatchObject([{ node: null, reason: '1 node(s) are not ready' }]);
});

test('a request for more replicas than one dry run plans says so', () => {
  const lab = new Lab();
  lab.register('pi-1');
  const replicas = limits.replicasMax;
  const { placement, warnings } = plan(lab, applying('shop', { a: { replicas }, b: { replicas: 2 } }));
  expect(placement).toHaveLength(limits.trialReplicasMax);
  expect(warnings).toEqual(['service "b": 2 more replica(s) were not planned']);
});

test('nothing that changes nothing is planned', () => {
  const lab = new Lab();
  lab.run(applying('shop', { web: {} }));
  expect(plan(lab, applying('shop', { web: {} }))).toEqual({ placement: [], warnings: [] });
});

test('is worked out in steps, each a look at about a thousand nodes', () => {
  const lab = new Lab();
  for (let i = 0; i < 100; i += 1) lab.register(`node-${i}`);
  const body = applying('shop', { web: { replicas: 200 } });
  const { changes } = lab.state.dryRun(body, { term: lab.term, time: lab.time });
  expect([...planTrial(lab.state, changes, undefined)]).toHaveLength(20);
});
