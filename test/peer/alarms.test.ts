// What is wrong, and who hears of it.

import { expect, test } from 'vitest';
import { asPeerId, asStoreId, type StoreId } from '../../raft/types.ts';
import { limits } from '../../src/lib/limits.ts';
import { Alarms } from '../../src/peer/alarms.ts';
import type { Alarm, PeerMessage } from '../../src/peer/ports.ts';
import { FakeClock } from '../lib/fake-clock.ts';

const [a, b] = [asPeerId('a'), asPeerId('b')];
const [storeB, storeC] = [asStoreId('store-b'), asStoreId('store-c')];

function setUp(linked: readonly StoreId[] = [storeB, storeC]) {
  const clock = new FakeClock();
  const sent: { to: StoreId; alarms: readonly Alarm[] }[] = [];
  const reports: string[] = [];
  const alarms = new Alarms({
    clock,
    linked: () => linked,
    send: (to, message: PeerMessage) => {
      if (message.kind === 'alarms') sent.push({ to, alarms: message.alarms });
      return true;
    },
    report: (_fields, message) => reports.push(message),
  });
  return { alarms, clock, sent, reports };
}

test('an alarm is told to everybody when it is raised, and when it is over; it keeps the time of its first word', () => {
  const { alarms, clock, sent, reports } = setUp();
  const sinceMs = clock.wallMs();
  alarms.set('disk-full', a, 'make room');
  clock.advance(5_000);
  alarms.set('disk-full', a, 'make room');
  alarms.set('disk-full', a, 'make more room');
  alarms.set('disk-full', a, undefined);
  alarms.set('disk-full', a, undefined);
  const alarm = { peer: a, kind: 'disk-full', sinceMs };
  expect(sent.filter(({ to }) => to === storeB).map((one) => one.alarms)).toEqual([
    [{ ...alarm, message: 'make room' }],
    [{ ...alarm, message: 'make more room' }],
    [],
  ]);
  expect(sent.filter(({ to }) => to === storeC)).toHaveLength(3);
  expect(reports).toEqual(['an alarm is raised', 'an alarm is raised', 'an alarm is over']);
});

test('whoever is linked later hears of what stands, and of nothing when nothing does', () => {
  const { alarms, sent } = setUp([]);
  alarms.onLinkUp(storeB);
  alarms.set('corruption', a, 'lost');
  alarms.onLinkUp(storeC);
  expect(sent.map(({ to, alarms: told }) => [to, told.length])).toEqual([
    [storeB, 0],
    [storeC, 1],
  ]);
});

test('an alarm stands whoever raised it, until it is over', () => {
  const { alarms } = setUp();
  expect(alarms.stands('disk-full')).toBe(false);
  alarms.set('disk-full', a, 'own');
  alarms.onMessage(storeB, [{ peer: b, kind: 'corruption', message: 'theirs', sinceMs: 1 }]);
  expect([alarms.stands('disk-full'), alarms.stands('corruption')]).toEqual([true, true]);
  alarms.set('disk-full', a, undefined);
  alarms.onLinkDown(storeB);
  expect([alarms.stands('disk-full'), alarms.stands('corruption')]).toEqual([false, false]);
});

test('what others raise is shown beside the own alarms while they are linked; of one kind about one peer there is one', () => {
  const { alarms } = setUp();
  const theirs = (peer: typeof a, kind: Alarm['kind']): Alarm => ({
    peer,
    kind,
    message: 'theirs',
    sinceMs: 1,
  });
  alarms.set('state-differs', b, 'own');
  alarms.onMessage(storeB, [theirs(b, 'disk-full'), theirs(b, 'state-differs')]);
  alarms.onMessage(storeC, [theirs(a, 'disk-stalled')]);
  const shown = (): unknown => alarms.list().map(({ peer, kind, message }) => [peer, kind, message]);
  expect(shown()).toEqual([
    ['a', 'disk-stalled', 'theirs'],
    ['b', 'disk-full', 'theirs'],
    ['b', 'state-differs', 'own'],
  ]);
  alarms.onMessage(storeC, []);
  alarms.onLinkDown(storeB);
  expect(shown()).toEqual([['b', 'state-differs', 'own']]);
});

test('a long message is cut to what a peer takes', () => {
  const { alarms } = setUp();
  alarms.set('corruption', a, 'x'.repeat(10_000));
  expect(alarms.list()[0]?.message).toHaveLength(limits.linkTextCharsMax);
});

test('what a link did not take is told again, until it does or falls', () => {
  const clock = new FakeClock();
  const sent: number[] = [];
  let takes = false;
  const alarms = new Alarms({
    clock,
    linked: () => [storeB],
    send: (_, message: PeerMessage) => {
      if (takes && message.kind === 'alarms') sent.push(message.alarms.length);
      return takes;
    },
    report: () => {},
  });
  alarms.set('disk-full', a, 'make room');
  clock.advance(2_000);
  alarms.set('disk-full', a, undefined);
  takes = true;
  clock.advance(2_000);
  expect(sent).toEqual([0]); // once, and what holds now
  takes = false;
  alarms.onLinkUp(storeB);
  alarms.onLinkDown(storeB);
  takes = true;
  clock.advance(2_000);
  expect(sent).toEqual([0]);
});
