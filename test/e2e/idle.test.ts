// A cluster with nothing to do writes nothing: homelab boxes boot from SD cards.

import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { limits } from '../../src/lib/limits.ts';
import { Cluster } from './cluster.ts';
import { SyncCounter, writtenBytes } from './disk-use.ts';
import { request } from './http.ts';
import { echoScript } from './services.ts';
import { canTrace } from './strace.ts';

let cluster: Cluster;
afterEach(() => cluster.stop());

/** Longer than every period in which something could come back to life by itself. */
const idleMs = 2 * limits.controlResyncMs;

test('an idle cluster with agents and services appends nothing, writes nothing and syncs nothing', async () => {
  cluster = await Cluster.start({ peers: 3, agents: 2 });
  const body = cluster.manifest('web', [
    { name: 'echo', script: echoScript(), replicas: 2, ports: ['http'] },
  ]);
  const leader = await cluster.leader();
  expect((await request(`${leader.api}/api/apply`, { method: 'POST', body })).status).toBe(202);
  await cluster.untilRuns('echo', 2);
  const members = [...cluster.peers, ...cluster.agents];
  const countSyncs = (): Promise<SyncCounter> => SyncCounter.start(members.map(({ pid }) => pid));
  const written = (): readonly number[] => members.map(({ pid }) => writtenBytes(pid));
  let last: readonly number[] = [];
  await cluster.until('the last state is on every disk', async () => {
    const before = last;
    await sleep(limits.flushMs + 500);
    last = written();
    return last.every((bytes, i) => bytes === before[i]);
  });

  const { commitIndex } = await cluster.clusterView(leader);
  const syncs = canTrace ? await countSyncs() : undefined;
  const before = written();
  await sleep(idleMs);
  const after = written();
  expect(after.map((bytes, i) => bytes - (before[i] ?? 0))).toEqual(members.map(() => 0));
  if (syncs !== undefined) expect(await syncs.stop()).toEqual(members.map(() => 0));
  expect((await cluster.clusterView(leader)).commitIndex).toBe(commitIndex);
  expect((await cluster.leader()).id).toBe(leader.id);

  // The instruments see a write where there is one.
  const control = canTrace ? await countSyncs() : undefined;
  const put = await request(`${leader.api}/api/settings/x`, { method: 'PUT', body: { data: 'x' } });
  expect(put.status).toBe(201);
  await cluster.until(
    'its bytes are seen',
    () => written()[members.indexOf(leader)] !== after[members.indexOf(leader)],
  );
  // The log is written through; what a trace sees as a sync is that of the state.
  await cluster.until('the state is flushed', async () =>
    (await (await fetch(`${leader.api}/metrics`)).text()).includes('\norion_state_unflushed_rows 0\n'),
  );
  if (control !== undefined) expect((await control.stop())[members.indexOf(leader)]).toBeGreaterThan(0);
}, 60_000);
