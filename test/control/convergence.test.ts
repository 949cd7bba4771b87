// Whatever happens in whatever order, the cluster ends with what was asked for: each replica once, and nothing else.

import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { applying } from '../state/lab.ts';
import { drained, World } from './world.ts';

const nodes = ['node1', 'node2', 'node3'] as const;

type Event =
  | { readonly kind: 'apply'; readonly replicas: number; readonly version: number }
  | { readonly kind: 'scale'; readonly replicas: number }
  | { readonly kind: 'delete' | 'restart' | 'undo' }
  | { readonly kind: 'setting'; readonly version: number }
  | { readonly kind: 'commit' | 'tick' | 'newTerm' | 'sleep' }
  | { readonly kind: 'agent' | 'disconnect' | 'connect' | 'lose'; readonly node: string };

/** Every story begins with this setting. */
const env = { MODE: '${settings.mode}' };

const node = fc.constantFrom(...nodes);
const replicas = fc.nat(4);
const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('apply'), replicas, version: fc.nat(2) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('scale'), replicas }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('delete', 'restart', 'undo') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('setting'), version: fc.nat(2) }) },
  { weight: 12, arbitrary: fc.record({ kind: fc.constantFrom('commit', 'commit', 'tick') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('newTerm', 'sleep') }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('agent'), node }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('disconnect', 'connect', 'lose'), node }) },
);

async function happen(world: World, event: Event): Promise<void> {
  switch (event.kind) {
    case 'apply':
      world.run(applying('shop', { web: { replicas: event.replicas, args: [`v${event.version}`], env } }));
      break;
    case 'scale':
      world.run({ kind: 'service.scale', name: 'web', replicas: event.replicas });
      break;
    case 'delete':
    case 'restart':
    case 'undo':
      world.run({ kind: `service.${event.kind}`, name: 'web' });
      break;
    case 'setting':
      world.run({ kind: 'setting.put', name: 'mode', data: `s${event.version}` });
      break;
    case 'commit':
      await world.commit();
      break;
    case 'tick':
      await world.tick(500);
      break;
    case 'newTerm':
      beginTerm(world);
      break;
    case 'sleep':
      world.now += 30_000;
      break;
    case 'agent':
      if (world.control.liveNodes.has(event.node)) world.agent(event.node);
      break;
    case 'disconnect':
      world.control.sessionClosed(event.node);
      break;
    case 'connect':
      world.connect(event.node);
      break;
    default:
      // The machine loses its power: its processes are gone, and its agent is not heard until it is down.
      world.processesOf(event.node).clear();
      world.control.sessionClosed(event.node);
      for (let ms = 0; ms < 11_000; ms += 500) await world.tick(500);
  }
  await drained();
}

function newWorld(): World {
  const world = new World();
  world.run({ kind: 'setting.put', name: 'mode', data: 's0' });
  world.control.start(1);
  for (const name of nodes) world.connect(name);
  return world;
}

/** Another leader, which every agent has yet to find; what was proposed before is still on its way. */
function beginTerm(world: World): void {
  world.lab.term += 1;
  world.lab.noop();
  world.control.start(world.lab.term);
}

async function liveThrough(events: readonly Event[]): Promise<World> {
  const world = newWorld();
  for (const event of events) await happen(world, event);
  for (const name of nodes) if (!world.control.liveNodes.has(name)) world.connect(name);
  await world.settle();
  return world;
}

test('from any story, exactly the replicas asked for run, each once, and then nothing is written', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 5, maxLength: 40 }), async (events) => {
      const world = await liveThrough(events);
      const service = world.lab.state.services.get('web');
      const wanted = Array.from({ length: service?.spec.replicas ?? 0 }, (_, index) => index);
      const running = world.running('web');
      expect(running.map(({ spec }) => spec.index).sort((a, b) => a - b)).toEqual(wanted);
      const { revision } = service?.status ?? {};
      expect(running.map(({ spec }) => spec.revision)).toEqual(wanted.map(() => revision));
      const setting = world.lab.state.settings.get('mode')?.spec.data;
      expect(running.map(({ spec }) => spec.workload.env)).toEqual(wanted.map(() => ({ MODE: setting })));
      expect(world.lab.state.revisionsOf('web').at(-1)?.result).toBe(service && 'complete');
      expect(world.lab.state.assignments.size).toBe(wanted.length);
      expect(nodes.flatMap((name) => Array.from(world.processesOf(name)))).toHaveLength(wanted.length);
      expect(service?.status.ready ?? 0).toBe(wanted.length);
      expect(world.errors).toEqual([]);
      const index = world.lab.state.appliedIndex;
      await world.tick(6_000);
      await world.settle();
      expect(world.lab.state.appliedIndex).toBe(index);
    }),
    { numRuns: 60 },
  );
});

test('when any of the replicas are missing, exactly those are started', async () => {
  await fc.assert(
    fc.asyncProperty(fc.subarray([0, 1, 2, 3, 4]), async (missing) => {
      const world = await liveThrough([{ kind: 'apply', replicas: 5, version: 0 }]);
      const before = world.running('web');
      for (const row of before.filter(({ spec }) => missing.includes(spec.index))) {
        world.run(world.lab.stopping(row.metadata.name));
      }
      await world.settle();
      const kept = before.filter(({ spec }) => !missing.includes(spec.index));
      const now = world.running('web');
      expect(now.map(({ spec }) => spec.index).sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4]);
      expect(now.map(({ metadata }) => metadata.name)).toEqual(
        expect.arrayContaining(kept.map(({ metadata }) => metadata.name)),
      );
    }),
    { numRuns: 32 },
  );
});

test('no old replica is asked to stop before the new one of its index runs', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 5, maxLength: 40 }), async (events) => {
      const world = newWorld();
      for (const event of events) {
        await happen(world, event);
        for (const id of stopsTooEarly(world)) expect(id).toBe('stopped once its successor runs');
      }
    }),
    { numRuns: 60 },
  );
});

test('a stop that a new wish has overtaken is never applied, though its replica has not changed since', async () => {
  const world = newWorld();
  await happen(world, { kind: 'apply', replicas: 1, version: 0 });
  await happen(world, { kind: 'commit' });
  await happen(world, { kind: 'apply', replicas: 0, version: 0 });
  await happen(world, { kind: 'agent', node: 'node1' });
  await happen(world, { kind: 'newTerm' });
  await happen(world, { kind: 'apply', replicas: 1, version: 0 });
  expect(world.proposals.map(({ body }) => body.kind)).toContain('assignment.stop');
  expect(stopsTooEarly(world)).toEqual([]);
  for (const name of nodes) world.connect(name);
  await world.settle();
  expect(world.running('web').map(({ spec }) => spec.revision)).toEqual([1]);
});

/** Stops still waiting that the state would apply now, of wanted indexes for which nothing else runs or has run. */
function stopsTooEarly(world: World): string[] {
  const { state, term, time } = world.lab;
  return world.proposals.flatMap(({ body, term: plannedIn }) => {
    if (body.kind !== 'assignment.stop' || plannedIn !== term) return [];
    const { result } = state.dryRun(body, { term, time });
    const row = state.assignments.get(body.assignmentId);
    const service = row && state.services.get(row.spec.service);
    if (result.kind === 'refused' || row === undefined || service === undefined) return [];
    const isWanted = row.spec.serviceUid === service.metadata.uid && row.spec.index < service.spec.replicas;
    const hasSuccessor = state
      .assignmentsOfService('web')
      .some(
        ({ spec, status }) =>
          spec.index === row.spec.index && spec.revision > row.spec.revision && status.state === 'running',
      );
    return isWanted && row.status.state === 'running' && !hasSuccessor ? [body.assignmentId] : [];
  });
}
