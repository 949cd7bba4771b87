// The leader's statistics, as watchers hear them.

import { expect, test } from 'vitest';
import type { Watcher } from '../../src/api/watcher.ts';
import { servingLimits } from '../../src/lib/serving-limits.ts';
import type { LeaderStats } from '../../src/protocol/watch.ts';
import { clusterAt } from './fake-stats.ts';
import { clock, hub, peer, watch } from './watch-rig.ts';

const stats = (at: number): LeaderStats => ({
  at,
  cluster: clusterAt(1),
  disk: { fsyncP99Ms: 1, logBytes: 2 },
  peers: {},
  nodes: { n1: { cpu: 1, memory: 2, atMs: 3 } },
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
