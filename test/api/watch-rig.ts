// A hub of watchers over a control plane in the test's hand, new for each test of the file that imports it.

import { beforeEach, expect } from 'vitest';
import { WatchHub } from '../../src/api/watch-hub.ts';
import { watchRequestOf } from '../../src/api/watch-request.ts';
import { type ServingLimits, servingLimits } from '../../src/lib/serving-limits.ts';
import { FakeClock } from '../lib/fake-clock.ts';
import { FakeControlPlane } from './fake-control-plane.ts';
import { settingRow } from './fake-rows.ts';
import { FakeReader } from './fake-reader.ts';

export let peer: FakeControlPlane;
export let clock: FakeClock;
export let bounds: ServingLimits;
export let hub: WatchHub;
export let logged: string[];

beforeEach(() => {
  peer = new FakeControlPlane();
  clock = new FakeClock();
  bounds = { ...servingLimits, watchQueueBytesMax: 2_000, watchTurnBytes: 1_000 };
  logged = [];
  hub = new WatchHub({ controlPlane: peer, clock, bounds, log: (_fields, message) => logged.push(message) });
});

/** At `where`, or at the hub of this test. */
export function watch(
  query: Parameters<typeof watchRequestOf>[0] = {},
  lastEventId?: string,
  where: WatchHub = hub,
): FakeReader {
  const reader = new FakeReader();
  const request = watchRequestOf({ stats: 'false', ...query }, lastEventId, peer.view);
  reader.watcher = where.open(request, reader);
  expect(reader.heard).toEqual([]);
  return reader;
}

export const put = (name: string, data = 'x'): void => {
  const before = peer.view.settings.get(name);
  peer.write({ before, after: settingRow(name, data, peer.view.appliedIndex + 1) });
};
