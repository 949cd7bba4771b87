// Watchers over connections in the test's hand: what each is told, in which order, and why it ends.

import { expect, test } from 'vitest';
import { WatchHub } from '../../src/api/watch-hub.ts';
import type { Watcher } from '../../src/api/watcher.ts';
import { OrionError } from '../../src/lib/errors.ts';
import { type ServingLimits, servingLimits } from '../../src/lib/serving-limits.ts';
import type { FakeClock } from '../lib/fake-clock.ts';
import { nodeRow, serviceRow, settingRow } from './fake-rows.ts';
import { FakeReader } from './fake-reader.ts';
import { bounds, clock, hub, logged, peer, put, watch } from './watch-rig.ts';

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
  for (const name of ['a', 'b', 'c', 'd', 'e']) {
    put(name);
    clock.settle();
  }
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
  const slow = oneTurnAtATime(bounds);
  const [alone, other] = [watch({ from: '1' }, undefined, slow.hub), watch({}, undefined, slow.hub)];
  clock.settle();
  put('new');
  clock.settle();
  for (const reader of [late, alone]) expect(reader.told.slice(-1)).toEqual(['42: ADDED new']);
  for (const reader of [late, alone]) expect(reader.told).toHaveLength(42);
  for (const reader of [fresh, other]) expect(reader.told).toEqual(['bookmark 41', '42: ADDED new']);
  expect(slow.turns).toBeGreaterThan(10);
});

test('so is one of which hardly anything is selected', () => {
  for (let i = 0; i < 40; i += 1) put(`old-${i}`);
  const slow = oneTurnAtATime({ ...bounds, watchTurnObjects: 4 });
  const reader = watch({ from: '1', fieldSelector: 'metadata.name=old-39' }, undefined, slow.hub);
  clock.settle();
  expect(reader.told).toEqual(['bookmark 1', '41: ADDED old-39']);
  expect(slow.turns).toBe(10);
});

/** A hub that gives one watcher a turn, and then lets everything else go first. */
function oneTurnAtATime(of: ServingLimits): { readonly hub: WatchHub; turns: number } {
  const soon = (run: () => void): void =>
    clock.soon(() => {
      counted.turns += 1;
      run();
    });
  const counted = {
    turns: 0,
    hub: new WatchHub({
      controlPlane: peer,
      clock: { ...fakeOf(clock), soon },
      bounds: { ...of, watchTurnMs: -1 },
      log: () => {},
    }),
  };
  return counted;
}

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
  expect(logged).toEqual(['a watcher that does not read is cut off']);
});

test('while too much waits for all of them together, only who has read everything is told more', () => {
  const few = { ...bounds, watchWaitingBytesMax: 4_000, watchStatsMs: 1_000 };
  const crowded = new WatchHub({ controlPlane: peer, clock, bounds: few, log: () => {} });
  const stuck = Array.from({ length: 8 }, () => watch({ stats: 'true' }, undefined, crowded));
  const reader = watch({}, undefined, crowded);
  clock.settle();
  for (const one of stuck) one.isStuck = true;
  for (let i = 0; i < 200; i += 1) {
    put(`s-${i}`);
    clock.advance(few.watchCountMs);
  }
  const waiting = stuck.reduce((sum, one) => sum + one.waiting, 0);
  expect(waiting).toBeGreaterThan(few.watchWaitingBytesMax);
  expect(waiting).toBeLessThan(few.watchWaitingBytesMax + stuck.length * few.watchTurnBytes);
  expect(reader.told).toHaveLength(201);
  clock.advance(few.watchStallMs + 2 * few.watchStatsMs);
  expect(stuck.map(({ isEnded }) => isEnded)).toEqual(stuck.map(() => true));
  expect(reader.isEnded).toBe(false);
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

test('watchers of one selection share its texts, and those of another do not', () => {
  const sent = new Map<string, Uint8Array[]>();
  const open = (name: string, query: Parameters<typeof watch>[0]): Watcher => {
    const reader = watch(query);
    sent.set(name, []);
    reader.send = (bytes) => void sent.get(name)?.push(bytes);
    return reader.watcher as Watcher;
  };
  const watchers = [open('a', { kind: 'Setting' }), open('b', { kind: 'Setting' }), open('c', {})];
  put('x');
  clock.settle();
  const last = (name: string): Uint8Array | undefined => sent.get(name)?.at(-1);
  expect(last('a')).toBe(last('b'));
  expect(last('c')).not.toBe(last('a'));
  expect(last('c')).toEqual(last('a'));
  for (const watcher of watchers) hub.close(watcher);
});
