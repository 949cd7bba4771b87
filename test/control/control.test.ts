// How control works: when it plans, what it has in flight, how it starts, stops, and takes refusals.

import { expect, test } from 'vitest';
import { limits } from '../../src/lib/limits.ts';
import { OrionError } from '../../src/lib/errors.ts';
import { applying } from '../state/lab.ts';
import { drained, World } from './world.ts';

async function worldWithService(replicas: number): Promise<World> {
  const world = new World();
  world.control.start(1);
  world.connect('node1');
  world.run(applying('shop', { web: { replicas } }));
  await drained();
  return world;
}

const kinds = (world: World): string[] => world.proposals.map(({ body }) => body.kind);

test('nothing is proposed before control starts, or after it stops', async () => {
  const world = new World();
  world.connect('node1');
  world.run(applying('shop', { web: {} }));
  await world.tick();
  expect(world.proposals).toEqual([]);
  world.control.start(1);
  await drained();
  expect(kinds(world)).toEqual(['service.conditions']);
  world.proposals.length = 0;
  world.control.stop();
  world.run(applying('shop', { web: { replicas: 3 } }));
  await world.tick(60_000);
  expect(world.proposals).toEqual([]);
  expect(world.control.liveNodes.size).toBe(0);
});

test('work that was due when control stopped is not done', async () => {
  const world = new World();
  world.run(applying('shop', { web: {} }));
  world.control.start(1);
  world.control.stop();
  await drained();
  expect(world.proposals).toEqual([]);
});

test('every command carries the term it was decided in', async () => {
  const world = await worldWithService(2);
  world.lab.term = 2;
  world.control.start(2);
  world.control.sessionOpened('node1');
  await world.tick();
  const fences = world.proposals.map(({ term, body }) => [term, 'fence' in body && body.fence.term]);
  expect(new Set(fences.map(String))).toEqual(new Set(['1,1', '2,2']));
});

test('a deposed leader’s commands change nothing, whoever lets them through', async () => {
  const world = await worldWithService(2);
  world.lab.term = 2;
  const refusals = world.proposals.map(({ body }) => world.lab.refusal(body));
  expect(refusals).toEqual(['STALE', 'STALE', 'STALE']);
  expect(world.lab.state.assignments.size).toBe(0);
});

test('a service is not planned again until the commands of its last plan have settled', async () => {
  const world = await worldWithService(2);
  expect(kinds(world)).toEqual(['assignment.create', 'assignment.create', 'service.conditions']);
  for (let ms = 0; ms < 3 * limits.controlResyncMs; ms += 100) await world.tick();
  expect(world.proposals).toHaveLength(3);
  await world.commit();
  await world.tick();
  expect(world.proposals).toHaveLength(2);
  await world.settle();
  expect(world.replicas('web')).toEqual(['0@node1', '1@node1']);
});

test('two services planned at once share what is free, though neither is applied yet', async () => {
  const world = new World();
  world.control.start(1);
  world.connect('node1', { cpu: 2 });
  await drained();
  const greedy = { resources: { cpu: 2, memory: 0 } };
  world.run(applying('shop', { web: greedy }));
  await drained();
  world.run(applying('blog', { posts: greedy }));
  await drained();
  const created = world.proposals.filter(({ body }) => body.kind === 'assignment.create');
  expect(created).toHaveLength(1);
});

test('commands in flight are bounded, and the rest follows', async () => {
  const world = await worldWithService(limits.controlCommandsMax + 50);
  expect(world.proposals).toHaveLength(limits.controlCommandsMax);
  await world.settle();
  expect(world.replicas('web')).toHaveLength(limits.controlCommandsMax + 50);
  expect(world.errors).toEqual([]);
});

test('a refused plan is made anew, after a wait that grows', async () => {
  const world = await worldWithService(1);
  const waits: number[] = [];
  for (let round = 0; round < 8; round += 1) {
    for (const { settle } of world.proposals.splice(0)) {
      settle({ result: { kind: 'refused', code: 'STALE', message: '', issues: [] } });
    }
    await drained();
    const refusedMs = world.now;
    while (world.proposals.length === 0) await world.tick(10);
    waits.push(world.now - refusedMs);
  }
  expect(waits).toEqual([50, 100, 200, 400, 800, 1_600, 2_000, 2_000]);
  expect(world.errors).toEqual([]);
  await world.settle();
  expect(world.replicas('web')).toEqual(['0@node1']);
});

test('waits grow with refusals in a row alone', async () => {
  const world = await worldWithService(1);
  const refuseAll = async (): Promise<void> => {
    for (const { settle } of world.proposals.splice(0)) settle(new OrionError('BUSY', 'full'));
    await drained();
  };
  await refuseAll();
  world.run({ kind: 'service.delete', name: 'web' });
  await world.tick(limits.controlRetryMs);
  world.run(applying('shop', { web: {} }));
  await drained();
  await refuseAll();
  expect(world.proposals).toEqual([]);
  await world.tick(limits.controlRetryMs);
  expect(kinds(world)).toContain('assignment.create');
});

test('a full or leaderless cluster is weather; a bug is told', async () => {
  const world = await worldWithService(1);
  const [create, conditions] = world.proposals.splice(0);
  create?.settle(new OrionError('BUSY', 'full'));
  conditions?.settle({ result: { kind: 'refused', code: 'INTERNAL', message: 'entry 9', issues: [] } });
  await drained();
  expect(world.errors).toMatchObject([{ code: 'INTERNAL', message: 'entry 9' }]);
  await world.settle();
  expect(world.replicas('web')).toEqual(['0@node1']);
});

test('what an earlier run hears late changes nothing in a later one', async () => {
  const world = await worldWithService(1);
  const late = world.proposals.splice(0);
  world.control.stop();
  world.control.start(1);
  world.control.sessionOpened('node1');
  await drained();
  for (const { settle } of late) settle(new OrionError('NO_LEADER', ''));
  await drained();
  expect(world.proposals).toHaveLength(2);
  await world.settle();
  expect(world.replicas('web')).toEqual(['0@node1']);
});

test('an idle cluster writes nothing, however long it is looked at', async () => {
  const world = await worldWithService(3);
  await world.settle();
  const index = world.lab.state.appliedIndex;
  for (let ms = 0; ms < 10 * limits.controlResyncMs; ms += 100) await world.tick();
  expect(world.proposals).toEqual([]);
  expect(world.lab.state.appliedIndex).toBe(index);
});

test('a change that control was not told of is found by the next look at everything', async () => {
  const world = await worldWithService(1);
  await world.settle();
  world.lab.run({ kind: 'service.scale', name: 'web', replicas: 2 });
  await world.tick();
  expect(world.proposals).toEqual([]);
  await world.settle();
  for (let ms = 0; ms < limits.controlResyncMs; ms += 100) await world.tick();
  await world.settle();
  expect(world.replicas('web')).toEqual(['0@node1', '1@node1']);
});

test('a new leader finishes what the old one began', async () => {
  const world = await worldWithService(3);
  await world.commit();
  world.control.stop();
  world.lab.term = 2;
  world.proposals.length = 0;
  world.control.start(2);
  world.control.sessionOpened('node1');
  await world.settle();
  expect(world.replicas('web')).toEqual(['0@node1', '1@node1', '2@node1']);
  expect(world.running('web')).toHaveLength(3);
});

test('one change of a node’s state is in flight at a time', async () => {
  const world = await worldWithService(0);
  await world.settle();
  world.control.sessionClosed('node1');
  for (let ms = 0; ms < 20_000; ms += 100) await world.tick();
  expect(kinds(world)).toEqual(['node.state']);
});
