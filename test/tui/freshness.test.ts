// What the screen says of its own age.

import { expect, test } from 'vitest';
import { demoStats } from './demo-cluster.ts';
import { Driver } from './driver.ts';

const peers = ['http://10.0.0.1:6060', 'http://10.0.0.2:6060', 'http://10.0.0.3:6060'];

test('news that stay away make it stale after three seconds, and the banner counts', () => {
  const driver = Driver.live();
  driver.pass(2_900);
  expect(driver.text()).not.toContain('STALE');
  expect(driver.row('via')).toContain('● live');
  driver.pass(9_500);
  expect(driver.row('STALE')).toContain('STALE 12 s: pi-1 says nothing');
  expect(driver.row('via')).toContain('● not live');
});

test('a peer that is gone is told with the one that is tried; then it is live again, and the place is the same', () => {
  const driver = Driver.live();
  driver.press('2', 'down', 'down');
  const selected = driver.text().split('\n').slice(3);
  driver.take({ kind: 'peer', event: { kind: 'trying', peer: peers[2] ?? '', reason: 'the stream ended' } });
  driver.pass(12_000);
  expect(driver.row('STALE')).toContain('STALE 12 s, trying pi-3 (the stream ended)');
  driver.take({ kind: 'peer', event: { kind: 'open', peer: peers[2] ?? '' } });
  driver.take({ kind: 'stats', stats: demoStats() });
  expect(driver.text()).not.toContain('STALE');
  expect(driver.row('via')).toContain('via pi-3 ● live');
  expect(driver.row('now with')).toContain('now with pi-3; pi-1 is gone or silent');
  driver.pass(7_000);
  driver.take({ kind: 'stats', stats: demoStats() });
  expect(driver.text().split('\n').slice(3)).toEqual(selected);
});

test('a change of peers that takes no time is no reason for a banner', () => {
  const driver = Driver.live();
  driver.take({ kind: 'peer', event: { kind: 'trying', peer: peers[2] ?? '' } });
  driver.pass(200);
  expect(driver.text()).not.toContain('STALE');
});

test('a peer without news of its leader is as stale as those', () => {
  const driver = Driver.live();
  driver.take({ kind: 'stats', stats: { ...demoStats(), ageMs: 8_000 } });
  expect(driver.row('STALE')).toContain('STALE 8 s: pi-1 does not hear its leader pi-2');
});

test('a peer that hears no leader says so', () => {
  const driver = Driver.live();
  driver.take({
    kind: 'stats',
    stats: demoStats(0, { leader: null, quorum: { need: 2, have: null, voters: 3 } }),
  });
  expect(driver.row('NO LEADER')).toContain('NO LEADER: pi-1 hears none; nothing can be written');
  expect(driver.row('term 7')).toContain('no leader · 3 voters, 2 needed');
});

test('a peer of a minority has figures of its own: there is no leader, and the others are not counted as there', () => {
  const driver = Driver.live();
  driver.pass(6_000);
  const view = {
    ...demoStats().cluster,
    self: 'pi-1',
    leader: null,
    quorum: { need: 2, have: null, voters: 3 },
  };
  driver.take({ kind: 'view', cluster: view });
  expect(driver.row('NO LEADER')).toContain('NO LEADER: pi-1 hears none; nothing can be written; STALE 6 s');
  expect(driver.row('term 7')).toContain('no leader · 3 voters, 2 needed');
  expect(driver.row('Quorum')).toContain('who is there is not known');
  driver.take({ kind: 'stats', stats: demoStats() });
  expect(driver.text()).not.toContain('NO LEADER');
});

test('a lost quorum and an alarm are told before everything else', () => {
  const driver = Driver.live();
  driver.take({ kind: 'stats', stats: demoStats(0, { quorum: { need: 2, have: 1, voters: 3 } }) });
  expect(driver.row('NO QUORUM')).toContain('1 of 3 voters, 2 needed');
  expect(driver.row('term 7')).toContain('1/3 voters, 1 missing');
  const alarm = { peer: 'pi-3', kind: 'disk-full', message: 'its disk is full', sinceMs: 0 } as const;
  driver.take({ kind: 'stats', stats: demoStats(0, { alarms: [alarm, { ...alarm, peer: 'pi-1' }] }) });
  expect(driver.row('ALARM')).toContain('ALARM disk-full of pi-3: its disk is full (and 1 more: see Raft)');
});

test('before any peer has answered the screen is there, and says who is tried', () => {
  const driver = new Driver();
  expect(driver.row('waiting')).toBeDefined();
  driver.take({ kind: 'peer', event: { kind: 'trying', peer: 'http://127.0.0.1:6060' } });
  driver.pass(5_000);
  expect(driver.row('NOT CONNECTED')).toContain('NOT CONNECTED 5 s, trying 127.0.0.1:6060');
  driver.press('1', '3');
  expect(driver.row('─ Nodes')).toBeDefined();
});
