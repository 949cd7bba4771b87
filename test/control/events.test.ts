// What a leader tells of what it sees happen: the real state and recorder, a clock that moves when told to.

import { expect, test } from 'vitest';
import { EventRecorder } from '../../src/control/events.ts';
import { OrionError } from '../../src/lib/errors.ts';
import { eventLimits } from '../../src/lib/event-limits.ts';
import type { CommandBody, CommandResult, SeenEvent } from '../../src/protocol/command.ts';
import { applying, Lab, seen } from '../state/lab.ts';
import { drained, World } from './world.ts';

class Rig {
  readonly lab = new Lab();
  readonly sent: (readonly SeenEvent[])[] = [];
  readonly dropped: number[] = [];
  readonly errors: unknown[] = [];
  nowMs = 0;
  isUnderLoad = false;
  members = [{ id: 'peer-1', voter: true }];
  answer: () => Promise<{ result: CommandResult }> = async () => ({ result: { kind: 'done' } });
  readonly recorder = new EventRecorder({
    self: 'peer-1',
    members: () => this.members,
    propose: (_term, body) => {
      if (body.kind === 'event.record') this.sent.push(body.events);
      return this.answer();
    },
    nowMs: () => this.nowMs,
    wallMs: () => 1_750_000_000_000 + this.nowMs,
    isUnderLoad: () => this.isUnderLoad,
    onDropped: (count) => this.dropped.push(count),
    onError: (error) => this.errors.push(error),
  });

  /** A rig whose leader told of its election already. */
  static async leading(): Promise<Rig> {
    const rig = new Rig();
    rig.recorder.start(1);
    await rig.pass();
    rig.sent.length = 0;
    return rig;
  }

  run(body: CommandBody): void {
    this.recorder.onChanges(this.lab.entry(body).changes);
  }

  async pass(ms: number = eventLimits.everyMs): Promise<void> {
    this.nowMs += ms;
    this.recorder.tick();
    await drained();
  }

  /** `reason of object` of each event sent. */
  get told(): string[] {
    return this.sent.flat().map(({ reason, regarding }) => `${reason} ${regarding.kind}/${regarding.name}`);
  }
}

test('a new leader tells of itself, and nothing more while nothing happens', async () => {
  const rig = new Rig();
  rig.recorder.start(1);
  for (let i = 0; i < 100; i += 1) await rig.pass();
  expect(rig.sent).toMatchObject([
    [{ reason: 'LeaderElected', source: 'peer', message: 'peer-1 leads', count: 1 }],
  ]);
});

test('what happens within a second is one command, and the same again is counted', async () => {
  const rig = await Rig.leading();
  rig.run(applying('shop', { web: {} }));
  for (let replicas = 2; replicas < 6; replicas += 1) {
    rig.run({ kind: 'service.scale', name: 'web', replicas: 7 });
    rig.run({ kind: 'service.scale', name: 'web', replicas: 1 });
  }
  await rig.pass(eventLimits.everyMs - 1);
  expect(rig.sent).toEqual([]);
  await rig.pass(1);
  expect(rig.sent).toHaveLength(1);
  expect(rig.sent[0]?.map(({ reason, message, count }) => [reason, message, count])).toEqual([
    ['Created', 'it was created with 1 replica(s)', 1],
    ['Scaled', 'from 1 to 7 replica(s)', 4],
    ['Scaled', 'from 7 to 1 replica(s)', 4],
  ]);
});

test('one command is in flight; what comes meanwhile is told with the next', async () => {
  const rig = await Rig.leading();
  let settle = (): void => {};
  rig.answer = () =>
    new Promise((resolve) => {
      settle = () => resolve({ result: { kind: 'done' } });
    });
  rig.run(applying('shop', { web: {} }));
  await rig.pass();
  rig.run({ kind: 'service.delete', name: 'web' });
  await rig.pass(10_000);
  expect(rig.told).toEqual(['Created Service/web']);
  settle();
  await drained();
  await rig.pass();
  expect(rig.told).toEqual(['Created Service/web', 'Deleted Service/web']);
});

test('under load, when refused and when too many wait, events are dropped, counted, and never tried again', async () => {
  const rig = await Rig.leading();
  const happen = (): void => rig.run(applying('shop', { web: { args: [String(rig.nowMs)] } }));
  rig.isUnderLoad = true;
  happen();
  await rig.pass();
  rig.isUnderLoad = false;
  expect(rig.sent).toEqual([]);
  rig.answer = () => Promise.reject(new OrionError('BUSY', 'later'));
  happen();
  await rig.pass();
  rig.answer = async () => ({ result: { kind: 'refused', code: 'STALE', message: '', issues: [] } });
  happen();
  await rig.pass();
  rig.answer = async () => ({ result: { kind: 'done' } });
  await rig.pass();
  expect(rig.sent).toHaveLength(2);
  const many = Object.fromEntries(
    Array.from({ length: eventLimits.pendingMax + 7 }, (_, i) => [`s${i}`, {}]),
  );
  rig.run(applying('many', many));
  await rig.pass();
  expect(rig.sent.at(-1)).toHaveLength(eventLimits.pendingMax);
  expect(rig.dropped).toEqual([3 + 7]);
  expect(rig.errors).toEqual([]);
});

test('settings and events make no events, and what one term saw is not told in the next', async () => {
  const rig = await Rig.leading();
  rig.run({ kind: 'setting.put', name: 'motd', data: 'hello' });
  rig.run({ kind: 'event.record', fence: rig.lab.fence, events: [seen()] });
  await rig.pass();
  expect(rig.sent).toEqual([]);
  rig.run(applying('shop', { web: {} }));
  rig.recorder.stop();
  rig.run(applying('shop', { api: {} }));
  await rig.pass();
  rig.recorder.start(2);
  await rig.pass();
  expect(rig.told).toEqual(['LeaderElected Peer/peer-1']);
});

test('a leader that stops and starts to control within a term is told once', async () => {
  const rig = await Rig.leading();
  rig.recorder.stop();
  rig.recorder.start(1);
  await rig.pass();
  expect(rig.sent).toEqual([]);
});

test('who joins, votes, and leaves is told', async () => {
  const rig = await Rig.leading();
  const told = async (...members: { id: string; voter: boolean }[]): Promise<string[]> => {
    rig.members = members;
    rig.sent.length = 0;
    await rig.pass();
    await rig.pass();
    return rig.sent.flat().map(({ reason, message }) => `${reason}: ${message}`);
  };
  const [first] = rig.members as [{ id: string; voter: boolean }];
  const joined = { id: 'peer-2', voter: false };
  expect(await told(first, joined)).toEqual(['PeerAdded: peer-2 learns, and does not vote yet']);
  expect(await told(first, { ...joined, voter: true })).toEqual(['PeerPromoted: peer-2 votes']);
  expect(await told(first, { ...joined, voter: true })).toEqual([]);
  expect(await told(first, joined)).toEqual(['PeerReplaced: peer-2 learns, and does not vote yet']);
  expect(await told(first)).toEqual(['PeerRemoved: peer-2 belongs to the cluster no more']);
});

test('a condition that says something else is news; more lines of a log are not', async () => {
  const rig = await Rig.leading();
  rig.run(applying('shop', { web: {} }));
  const say = (message: string): void => {
    const saying = rig.lab.saying('web', 'failed');
    rig.run({ ...saying, conditions: saying.conditions.map((said) => Object.assign(said, { message })) });
  };
  say('replica 0 failed; it wrote last:\none');
  say('replica 0 failed; it wrote last:\ntwo');
  say('replica 1 failed');
  await rig.pass();
  expect(rig.sent.flat().slice(1)).toMatchObject([
    { reason: 'RolloutFailed', message: 'replica 0 failed', count: 1 },
    { reason: 'RolloutFailed', message: 'replica 1 failed', count: 1 },
  ]);
});

/** The events of a world as it goes on, by `REASON OBJECT: MESSAGE`. */
async function toldOf(story: (world: World) => Promise<void>): Promise<string[]> {
  const told: string[] = [];
  const world = new World();
  const recorder = new EventRecorder({
    self: 'peer-1',
    members: () => [],
    propose: async (_term, body) => {
      if (body.kind === 'event.record') {
        for (const { reason, regarding, message } of body.events)
          told.push(`${reason} ${regarding.name}: ${message}`);
      }
      return { result: { kind: 'done' } };
    },
    nowMs: () => world.now,
    wallMs: () => 1_750_000_000_000 + world.now,
    isUnderLoad: () => false,
    onDropped: () => {},
    onError: (error) => world.errors.push(error),
  });
  recorder.start(1);
  world.onChanges = (changes) => recorder.onChanges(changes);
  world.control.start(1);
  world.connect('node1');
  await story(world);
  await world.settle();
  world.now += eventLimits.everyMs;
  recorder.tick();
  await drained();
  return told.map((line) => line.replaceAll(/web-(\d)-[0-9a-z]+/g, 'web-$1-ID'));
}

test('a service that comes to run is told step by step', async () => {
  const told = await toldOf(async (world) => {
    world.run(applying('shop', { web: {} }));
  });
  expect(told).toEqual([
    'LeaderElected peer-1: peer-1 leads',
    'NodeReady node1: its agent has a session',
    'Created web: it was created with 1 replica(s)',
    'Placed web-0-ID: replica 0 of web was placed on node1',
    'Running web-0-ID: replica 0 of web on node1 runs',
    'RolloutComplete web: every replica is of revision 1',
  ]);
});

test('a crash, a rollout that fails, and a replica that fits nowhere are warnings with their reason', async () => {
  const told = await toldOf(async (world) => {
    world.run(applying('shop', { web: {} }));
    await world.settle();
    world.crashes = ({ spec }) => spec.revision === 2;
    world.run(applying('shop', { web: { args: ['broken'] } }));
    await world.settle();
    world.run(applying('shop', { web: { args: ['broken'], replicas: 2, runtime: 'bun' } }));
  });
  expect(told).toEqual(
    expect.arrayContaining([
      'Updated web: it is at revision 2',
      'Failed web-0-ID: replica 0 of web on node1 failed',
      'RolloutFailed web: replica 0 failed on node1',
      'Unplaced web: replica 1 fits no node: 1 node(s) lack the runtime bun',
    ]),
  );
});

test('a node that is not heard any more, what it ran, and a service that ends are told', async () => {
  const told = await toldOf(async (world) => {
    world.run(applying('shop', { web: { replicas: 1 } }));
    await world.settle();
    world.control.sessionClosed('node1');
    for (let ms = 0; ms < 11_000; ms += 500) await world.tick(500);
    await world.settle();
    world.connect('node1');
    await world.settle();
    world.run({ kind: 'service.delete', name: 'web' });
  });
  expect(told).toEqual(
    expect.arrayContaining([
      'NodeUnknown node1: its agent has not been heard lately',
      'NodeDown node1: its agent is not heard any more: its replicas run elsewhere',
      'Lost web-0-ID: replica 0 of web on node1 is lost: its node is down',
      'Deleted web: it was deleted',
      'Stopped web-0-ID: replica 0 of web on node1 was stopped',
    ]),
  );
});
