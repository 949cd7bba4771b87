// The main job: a cluster, a service, and a leader that dies. Real processes, real files, real sockets.

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Assignment, Setting } from '../../src/protocol/objects.ts';
import { Cluster } from './cluster.ts';
import { request } from './http.ts';
import { echoScript, Watcher } from './services.ts';

let cluster: Cluster;

beforeAll(async () => {
  cluster = await Cluster.start({ peers: 3, agents: 1 });
});

afterAll(() => cluster.stop());

const urlOf = (assignment: Assignment | undefined): string =>
  `http://127.0.0.1:${assignment?.status.ports['http']}`;

/** One apply through one peer, tried again only while the peer says that it was certainly not applied. */
async function apply(api: string, body: object): Promise<number> {
  return cluster.until(`${api} accepts a manifest`, async () => {
    const answer = await request(`${api}/api/apply`, { method: 'POST', body });
    if (answer.status === 503) throw new Error(JSON.stringify(answer.body));
    return answer.status;
  });
}

test('kill -9 of the leader stops neither the service nor the next apply, and the killed peer catches up', async () => {
  const leader = await cluster.leader();
  const manifest = cluster.manifest('web', [
    { name: 'echo', script: echoScript(), replicas: 2, ports: ['http'] },
  ]);
  expect(await apply(leader.api, manifest)).toBe(202);
  const before = await cluster.untilRuns('echo', 2);
  expect(new Set(before.map((one) => one.status.ports['http'])).size).toBe(2);

  const watcher = new Watcher(urlOf(before[0]));
  await leader.kill();
  for (const [i, peer] of cluster.peers.filter((peer) => peer.running).entries()) {
    const name = `after-${i}`;
    const more = cluster.manifest(name, [{ name, script: echoScript(), ports: ['http'] }]);
    expect(await apply(peer.api, more)).toBe(202);
    await cluster.untilRuns(name, 1);
  }
  const pulse = await watcher.stop();
  expect(pulse.failures).toEqual([]);
  expect(pulse.answered).toBeGreaterThan(0);
  const after = await cluster.untilRuns('echo', 2);
  expect(after.map((one) => one.status.pid)).toEqual(before.map((one) => one.status.pid));

  const newest = await cluster.clusterView(await cluster.leader());
  leader.start();
  await cluster.until(`${leader.id} has caught up`, async () => {
    const view = await cluster.clusterView(leader);
    if (view.appliedIndex >= newest.commitIndex && view.leader !== null) return true;
    throw new Error(`it has applied ${view.appliedIndex} of ${newest.commitIndex}`);
  });
  const answer = await request(`${leader.api}/api/services/after-1?consistency=stale`);
  expect(answer.status).toBe(200);
});

test('two replicas of three that die are replaced by exactly two', async () => {
  const manifest = cluster.manifest('three', [
    { name: 'three', script: echoScript(), replicas: 3, ports: ['http'] },
  ]);
  expect(await apply((await cluster.leader()).api, manifest)).toBe(202);
  const before = await cluster.untilRuns('three', 3);
  const victims = before.slice(0, 2).map((one) => one.status.pid ?? 0);
  for (const pid of victims) process.kill(pid, 'SIGKILL');
  const after = await cluster.until('two new processes run beside the old one', async () => {
    const running = await cluster.running('three');
    return running.length === 3 && running.every((one) => !victims.includes(one.status.pid ?? 0)) && running;
  });
  expect(after[2]?.status.pid).toBe(before[2]?.status.pid);
  expect(after.map((one) => one.spec.index)).toEqual([0, 1, 2]);
});

test('a changed service is replaced without one request unanswered on what is ready', async () => {
  const { api } = await cluster.leader();
  const first = cluster.manifest('roll', [
    { name: 'roll', script: echoScript('old'), replicas: 2, ports: ['http'] },
  ]);
  expect(await apply(api, first)).toBe(202);
  await cluster.untilRuns('roll', 2);
  const second = structuredClone(first) as { spec: { services: { env?: Record<string, string> }[] } };
  for (const service of second.spec.services) service.env = { MARKER: 'new' };
  expect(await apply(api, second)).toBe(202);
  let least = 2;
  await cluster.until('both replicas are of revision 2', async () => {
    const running = await cluster.running('roll');
    least = Math.min(least, running.length);
    return running.length === 2 && running.every((one) => one.spec.revision === 2);
  });
  expect(least).toBe(2);
});

test('scale up and down, and deletion, converge; nothing is left behind', async () => {
  const { api } = await cluster.leader();
  const manifest = cluster.manifest('elastic', [{ name: 'elastic', script: echoScript(), ports: ['http'] }]);
  expect(await apply(api, manifest)).toBe(202);
  await cluster.untilRuns('elastic', 1);
  for (const replicas of [4, 2]) {
    const answer = await request(`${api}/api/services/elastic/scale`, { method: 'POST', body: { replicas } });
    expect(answer.status).toBe(200);
    await cluster.untilRuns('elastic', replicas);
  }
  const pids = new Set((await cluster.running('elastic')).map((one) => one.status.pid ?? 0));
  expect((await request(`${api}/api/services/elastic`, { method: 'DELETE' })).status).toBe(204);
  await cluster.until('its assignments and processes are gone', async () => {
    const assignments = await cluster.list<Assignment>('assignments');
    const left = assignments.filter((one) => one.spec.service === 'elastic').length;
    const alive = cluster.servicePids().filter((pid) => pids.has(pid)).length;
    return left === 0 && alive === 0;
  });
});

test('what one peer acknowledged, every peer reads', async () => {
  for (const [i, writer] of cluster.peers.entries()) {
    const data = `value ${i}`;
    const answer = await request(`${writer.api}/api/settings/shared`, { method: 'PUT', body: { data } });
    expect([200, 201]).toContain(answer.status);
    for (const reader of cluster.peers) {
      const { body } = await request<Setting>(`${reader.api}/api/settings/shared`);
      expect(body.spec.data).toBe(data);
    }
  }
});
