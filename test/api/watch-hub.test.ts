// Watchers over connections in the test's hand: what each is told, in which order, and why it ends.

import { beforeEach, expect, test } from 'vitest';
import { WatchHub } from '../../src/api/watch-hub.ts';
import { watchRequestOf } from '../../src/api/watch-request.ts';
import type { Watcher } from '../../src/api/watcher.ts';
import { OrionError } from '../../src/lib/errors.ts';
import { type ServingLimits, servingLimits } from '../../src/lib/serving-limits.ts';
import type { LeaderStats } from '../../src/protocol/watch.ts';
import { FakeClock } from '../lib/fake-clock.ts';
import { FakeControlPlane, nodeRow, serviceRow, settingRow } from './fake-control-plane.ts';
import { FakeReader } from './fake-reader.ts';
import { clusterAt } from './fake-stats.ts';

let peer: FakeControlPlane;
let clock: FakeClock;
let bounds: ServingLimits;
let hub: WatchHub;

beforeEach(() => {
  peer = new FakeControlPlane();
  clock = new FakeClock();
  bounds = { ...servingLimits, watchQueueBytesMax: 2_000, watchTurnBytes: 1_000 };
  hub = new WatchHub({ controlPlane: peer, clock, bounds });
});

function watch(query: Parameters<typeof watchRequestOf>[0] = {}, lastEventId?: string): FakeReader {
  const reader = new FakeReader();
  const request = watchRequestOf({ stats: 'false', ...query }, lastEventId, peer.view);
  reader.watcher = hub.open(request, reader);
  expect(reader.heard).toEqual([]);
  return reader;
}

const put = (name: string, data = 'x'): void => {
  const before = peer.view.settings.get(name);
  peer.write({ before, after: settingRow(name, data, peer.view.appliedIndex + 1) });
};

const stats = (at: number): LeaderStats => ({
  at,
  cluster: clusterAt(1),
  disk: { fsyncP99Ms: 1, logBytes: 2 },
  peers: {},
  nodes: { n1: { cpu: 1, memory: 2, atMs: 3 } },
});

test('a watcher hears where it stands, then each change from there on, once and in order', () => {
  put('early');
  const reader = watch();
  clock.settle();
  put('a');
  put('b');
  clock.settle();
  peer.write({ before: peer.view.settings.get('a') });
  put('b', 'y');
  clock.settle();
  expect(reader.told).toEqual(['bookmark 2', '3: ADDED a', '4: ADDED b', '5: DELETED a', '6: MODIFIED b']);
});

test('one that says from where hears what it missed, and a Last-Event-ID counts more', () => {
  for (const name of ['a', 'b', 'c']) put(name);
  const readers = [watch({ from: '1' }), watch({ from: '1' }, '3'), watch({ from: '4' })];
  clock.settle();
  put('d');
  clock.settle();
  expect(readers.map(({ told }) => told)).toEqual([
    ['bookmark 1', '2: ADDED a', '3: ADDED b', '4: ADDED c', '5: ADDED d'],
    ['bookmark 3', '4: ADDED c', '5: ADDED d'],
    ['bookmark 4', '5: ADDED d'],
  ]);
});

test('one from a version that is still to come hears nothing up to it', () => {
  const reader = watch({ from: '4' });
  for (const name of ['a', 'b', 'c', 'd', 'e']) put(name);
  clock.settle();
  expect(reader.told).toEqual(['bookmark 4', '5: ADDED d', '6: ADDED e']);
});

test('what an index changed is one message, of what is selected alone', () => {
  const all = watch();
  const services = watch({ kind: 'Service' });
  const some = watch({ kind: 'Service,Node', fieldSelector: 'metadata.name!=n1' });
  peer.write({ after: serviceRow('web') }, { after: nodeRow('n1') }, { after: settingRow('a', 'x') });
  put('b');
  peer.write({ after: nodeRow('n2') });
  clock.settle();
  expect(all.told).toEqual(['bookmark 1', '2: ADDED web, ADDED n1, ADDED a', '3: ADDED b', '4: ADDED n2']);
  expect(services.told).toEqual(['bookmark 1', '2: ADDED web']);
  expect(some.told).toEqual(['bookmark 1', '2: ADDED web', '4: ADDED n2']);
});

test('what enters the selection is added, and what leaves it is deleted, as it was last', () => {
  const reader = watch({ labelSelector: 'tier=a' });
  const row = (tier: string, replicas: number) => {
    const service = serviceRow('web', replicas);
    return { ...service, metadata: { ...service.metadata, labels: { tier } } };
  };
  const versions = [row('b', 1), row('a', 2), row('a', 3), row('b', 4), row('b', 5)];
  for (const [at, after] of versions.entries()) peer.write({ before: versions[at - 1], after });
  clock.settle();
  expect(reader.told).toEqual(['bookmark 1', '3: ADDED web', '4: MODIFIED web', '5: DELETED web']);
  expect(reader.heard[3]).toMatchObject({ data: { changes: [{ object: versions[2] }] } });
});

test('a bookmark says every 15 s how far it got, whether or not it heard anything', () => {
  const reader = watch({ kind: 'Node' });
  clock.settle();
  put('a');
  clock.advance(servingLimits.watchBookmarkMs);
  expect(reader.told).toEqual(['bookmark 1', 'bookmark 2']);
  clock.advance(servingLimits.watchBookmarkMs);
  expect(reader.told).toHaveLength(3);
});

test('a long past is told in turns, so that a watcher of the present does not wait for it', () => {
  for (let i = 0; i < 40; i += 1) put(`old-${i}`, 'x'.repeat(100));
  const late = watch({ from: '1' });
  const fresh = watch();
  let turns = 0;
  const countTurn = (run: () => void): void =>
    clock.soon(() => {
      turns += 1;
      run();
    });
  const counted = { ...bounds, watchTurnMs: -1 }; // one turn at a time
  hub = new WatchHub({
    controlPlane: peer,
    clock: { ...fakeOf(clock), soon: countTurn },
    bounds: counted,
  });
  const [alone, other] = [watch({ from: '1' }), watch()];
  clock.settle();
  put('new');
  clock.settle();
  for (const reader of [late, alone]) expect(reader.told.slice(-1)).toEqual(['42: ADDED new']);
  for (const reader of [late, alone]) expect(reader.told).toHaveLength(42);
  for (const reader of [fresh, other]) expect(reader.told).toEqual(['bookmark 41', '42: ADDED new']);
  expect(turns).toBeGreaterThan(10);
});

const fakeOf = (fake: FakeClock) => ({
  monotonicMs: () => fake.monotonicMs(),
  wallMs: () => fake.wallMs(),
  after: (ms: number, callback: () => void) => fake.after(ms, callback),
});

test('one that reads slowly misses nothing, and no more than a bound waits for it', () => {
  const reader = watch();
  clock.settle();
  reader.isStuck = true;
  for (let i = 0; i < 50; i += 1) put(`s-${i}`, 'x'.repeat(100));
  clock.settle();
  expect(reader.waiting).toBeGreaterThan(bounds.watchQueueBytesMax);
  expect(reader.waiting).toBeLessThan(bounds.watchQueueBytesMax + 2 * bounds.watchTurnBytes);
  while (reader.waiting > 0) {
    reader.waiting = 0;
    hub.wake(reader.watcher as Watcher);
    clock.settle();
  }
  expect(reader.told).toEqual([
    'bookmark 1',
    ...Array.from({ length: 50 }, (_, i) => `${i + 2}: ADDED s-${i}`),
  ]);
});

test('one that does not read is cut off with the reason', () => {
  const reader = watch({ stats: 'true' });
  const other = watch();
  clock.settle();
  reader.isStuck = true;
  for (let i = 0; i < 50; i += 1) put(`s-${i}`, 'x'.repeat(100));
  clock.advance(servingLimits.watchStallMs);
  expect(reader.isEnded).toBe(false);
  clock.advance(2 * servingLimits.watchStatsMs);
  expect(reader.told.at(-1)).toBe('error SLOW_WATCHER');
  expect([reader.isEnded, other.isEnded]).toEqual([true, false]);
});

test('versions that are not kept any more are refused, and so is a foreign cluster', () => {
  for (let i = 0; i < 3; i += 1) put('a', String(i));
  peer.view.window.push({
    index: (peer.view.appliedIndex += 1),
    time: '2026-01-01T00:00:00.000Z',
    changes: [{ before: settingRow('big', 'x'.repeat(3_000_000)), after: undefined }], // too large to be told
  });
  const refusalOf = (query: Parameters<typeof watch>[0], id?: string): unknown => {
    try {
      return watch(query, id);
    } catch (error) {
      return (error as OrionError).code;
    }
  };
  expect(refusalOf({ from: '4' })).toBe('EXPIRED');
  expect(refusalOf({}, '2')).toBe('EXPIRED');
  expect(refusalOf({ from: '5', cluster: 'c2' })).toBe('EXPIRED');
  expect(refusalOf({ from: '5', cluster: 'c1' })).toBeInstanceOf(FakeReader);
  for (const query of [
    { from: 'x' },
    { from: '-1' },
    { from: '' },
    { kind: 'Pod' },
    { kind: '' },
    { stats: '1' },
  ])
    expect([query, refusalOf(query)]).toEqual([query, 'MALFORMED']);
});

test('after another state took the place of this one, those whom the window covers go on, the others end', () => {
  const covered = watch();
  clock.settle();
  put('a');
  clock.settle();
  const left = watch({ from: '1' });
  clock.settle();
  peer.view.window.push({
    index: 9,
    time: '2026-01-01T00:00:00.000Z',
    changes: [{ before: undefined, after: settingRow('b', 'y') }],
  });
  peer.view.appliedIndex = 9;
  peer.reset();
  clock.settle();
  expect(covered.told).toEqual(['bookmark 1', '2: ADDED a', '9: ADDED b']);
  peer.view.window.push({
    index: 20,
    time: '2026-01-01T00:00:00.000Z',
    changes: [{ before: settingRow('big', 'x'.repeat(3_000_000)), after: undefined }],
  });
  peer.view.appliedIndex = 20;
  peer.reset();
  clock.settle();
  for (const reader of [covered, left]) expect(reader.told.at(-1)).toBe('error EXPIRED');
});

test('nobody watches a peer whose state may not be read', () => {
  const reader = watch();
  clock.settle();
  peer.differs = 'its state differs';
  put('a');
  clock.settle();
  expect(reader.told).toEqual(['bookmark 1', 'error NO_LEADER']);
});

test("the leader's statistics come each second, without an id, with their age while the leader does not answer", async () => {
  peer.leaderStats.answers.push(stats(1), stats(2), 'NO_LEADER');
  const reader = watch({ stats: 'true' });
  const without = watch();
  clock.settle();
  const second = async (): Promise<void> => {
    clock.advance(servingLimits.watchStatsMs);
    await Promise.resolve().then(() => undefined);
  };
  for (let i = 0; i < 5; i += 1) await second();
  expect(reader.told.filter((text) => text.startsWith('stats'))).toEqual([
    'stats 0',
    'stats 0',
    'stats 1000', // nobody leads
    'stats 3000', // nothing is heard
  ]);
  expect(reader.heard.find(({ event }) => event === 'stats')).toEqual({
    event: 'stats',
    data: { ...stats(1), ageMs: 0 },
  });
  expect(without.told).toEqual(['bookmark 1']);
});

test('the statistics are asked for once at a time, and only while somebody wants them', async () => {
  const reader = watch();
  clock.advance(10 * servingLimits.watchStatsMs);
  expect(peer.leaderStats.asked).toBe(0);
  const wanting = watch({ stats: 'true' });
  clock.advance(10 * servingLimits.watchStatsMs);
  expect(peer.leaderStats.asked).toBe(1); // no answer
  for (const one of [reader, wanting]) hub.close(one.watcher as Watcher);
  expect([clock.timers, peer.listeners()]).toEqual([0, 0]);
});

test('one that ended or has gone hears nothing more', () => {
  const [ended, gone] = [watch(), watch()];
  clock.settle();
  ended.watcher?.end(new OrionError('NO_LEADER', 'it stops'));
  hub.close(gone.watcher as Watcher);
  put('a');
  clock.advance(servingLimits.watchBookmarkMs);
  expect(ended.told).toEqual(['bookmark 1', 'error NO_LEADER']);
  expect(gone.told).toEqual(['bookmark 1']);
});
