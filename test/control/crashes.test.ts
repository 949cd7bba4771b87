// What is said of a service whose replica crashes: by the real controllers, over the real state.

import { expect, test } from 'vitest';
import { present } from '../../src/lib/assert.ts';
import { rolloutOf } from '../../src/protocol/rollout.ts';
import { applying } from '../state/lab.ts';
import { World } from './world.ts';

async function running(): Promise<World> {
  const world = new World();
  world.control.start(1);
  world.connect('node1');
  world.run(applying('shop', { web: {} }));
  await world.settle();
  return world;
}

/** Reports the first replica of `web`, and answers what is said of it before anything else happens. */
async function report(
  world: World,
  state: 'starting' | 'failed' | 'running',
  fields: object,
): Promise<string> {
  const id = present([...world.lab.state.assignments.values()][0], 'it was placed').metadata.name;
  const body = world.lab.reporting(id, state);
  if (body.kind !== 'assignment.report') throw new Error('a report is a report');
  world.run({ ...body, reports: body.reports.map((one) => Object.assign(one, fields)) });
  while (await world.commit());
  await world.tick();
  while (await world.commit());
  return world.condition('web', 'Progressing') ?? '';
}

const rolloutState = (world: World): string => {
  const service = present(world.lab.state.services.get('web'), 'it was applied');
  return rolloutOf(service, world.lab.state.assignments.values()).state;
};

test('one crash is no failed rollout, for nobody: its revision goes on until it crashes again', async () => {
  const world = await running();
  expect(await report(world, 'failed', { reason: 'CRASHED', exitCode: 3 })).toMatch(
    /^True RollingOut: .* is started again on node1: CRASHED: exit code 3$/,
  );
  expect(rolloutState(world)).toBe('progressing');
  expect(await report(world, 'failed', { reason: 'CRASH_LOOP', exitCode: 3 })).toMatch(
    /^False ReplicaFailed/,
  );
  expect(rolloutState(world)).toBe('failed');
});

test('why a replica failed is one sentence, the same for each crash whatever the last lines were', async () => {
  const world = await running();
  for (const line of ['12:00:01 no database', '12:00:02 no database']) {
    const message = `exited with code 3; it wrote last:\n${line}`;
    expect(await report(world, 'failed', { reason: 'CRASH_LOOP', exitCode: 3, message })).toBe(
      'False ReplicaFailed: replica 0 failed on node1: CRASH_LOOP: exited with code 3',
    );
  }
});

test('a crash loop is no progress between two of its tries', async () => {
  const world = await running();
  const loop = { restarts: 3, reason: 'CRASH_LOOP' };
  expect(await report(world, 'failed', loop)).toMatch(/^False ReplicaFailed: .*CRASH_LOOP/);
  expect(await report(world, 'starting', loop)).toMatch(/^False ReplicaFailed: .*CRASH_LOOP/);
  await report(world, 'running', loop);
  await world.settle();
  expect(world.condition('web', 'Progressing')).toMatch(/^True Complete/);
});
