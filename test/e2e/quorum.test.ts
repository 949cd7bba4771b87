// A cluster without its majority: it says so, truthfully and in time, and heals by itself.

import { afterEach, expect, test } from 'vitest';
import type { Setting } from '../../src/protocol/objects.ts';
import { rmSync } from 'node:fs';
import { Cluster } from './cluster.ts';
import { request } from './http.ts';

let cluster: Cluster;

afterEach(() => cluster.stop());

interface Problem {
  readonly code: string;
  readonly status: number;
}

test('with two of three peers paused, writes end as 503 or 504, stale reads are served, and all is well after', async () => {
  cluster = await Cluster.start({ peers: 3, agents: 0 });
  const leader = await cluster.leader();
  const [first, second] = await cluster.followers();
  const put = (data: string, timeoutMs = 5_000): ReturnType<typeof request<Problem & Setting>> =>
    request<Problem & Setting>(`${leader.api}/api/settings/truth`, {
      method: 'PUT',
      body: { data },
      timeoutMs,
    });
  expect((await put('before')).status).toBe(201);

  const pausedMs = performance.now();
  first!.pause();
  second!.pause();
  const unknown: string[] = [];
  const refused: string[] = [];
  for (let i = 0; i < 4; i += 1) {
    const answer = await put(`during ${i}`);
    expect([503, 504]).toContain(answer.status);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    if (answer.status === 503) {
      expect(['NO_LEADER', 'NO_QUORUM', 'BUSY']).toContain(answer.body.code);
      expect(answer.headers.get('retry-after')).toBeTruthy();
      refused.push(`during ${i}`);
    } else {
      expect(answer.body.code).toBe('OUTCOME_UNKNOWN');
      unknown.push(`during ${i}`);
    }
  }
  const stale = await request<Setting>(`${leader.api}/api/settings/truth?consistency=stale`);
  expect(stale.status).toBe(200);
  expect(stale.body.spec.data).toBe('before');
  expect(stale.headers.get('x-orion-index')).toMatch(/^\d+$/);
  const sinceMs = stale.headers.get('x-orion-last-contact-ms');
  expect(sinceMs).toMatch(/^\d+$/); // since it led itself
  expect(Number(sinceMs)).toBeLessThan(performance.now() - pausedMs);
  expect((await request(`${leader.api}/api/settings/truth`)).status).toBe(503);
  expect((await request(`${leader.api}/api/cluster`)).status).toBe(200);
  expect((await request(`${leader.api}/livez`)).status).toBe(200);

  first!.resume();
  second!.resume();
  await cluster.ready();
  const { body } = await cluster.get<Setting>('/api/settings/truth');
  expect(['before', ...unknown]).toContain(body.spec.data);
  expect(refused).not.toContain(body.spec.data);
  const after = await cluster.until('a write is acknowledged again', async () => {
    const answer = await request(`${leader.api}/api/settings/truth`, {
      method: 'PUT',
      body: { data: 'after' },
    });
    return answer.status === 200 && answer;
  });
  expect(after.status).toBe(200);
  for (const peer of cluster.peers) {
    expect((await request<Setting>(`${peer.api}/api/settings/truth`)).body.spec.data).toBe('after');
  }
});

test('a founder whose disk was wiped does not come back as a voter by itself, and says what to do', async () => {
  cluster = await Cluster.start({ peers: 3, agents: 0 });
  const [victim] = await cluster.followers();
  const before = await cluster.clusterView(await cluster.leader());
  await victim!.kill();
  rmSync(victim!.dataDir, { recursive: true, force: true });
  victim!.start();
  const reasons = await cluster.until('it says why it is not ready', async () => {
    const answer = await request<{ reasons?: string[] }>(`${victim!.api}/ready`);
    const text = answer.body.reasons?.join(' ') ?? '';
    return answer.status === 503 && text.includes('disk') && text;
  });
  expect(reasons).toContain(victim!.id);
  const after = await cluster.until('its old disk counts as absent', async () => {
    const view = await cluster.clusterView(await cluster.leader());
    return view.quorum.have === 2 && view;
  });
  expect(after.peers.map((peer) => peer.storeId)).toEqual(before.peers.map((peer) => peer.storeId));
  const answer = await request(`${(await cluster.leader()).api}/api/settings/x`, {
    method: 'PUT',
    body: { data: '1' },
  });
  expect(answer.status).toBe(201);
  expect((await request(`${victim!.api}/livez`)).status).toBe(200);
  expect((await request(`${victim!.api}/api/settings/x`)).status).toBe(503);
});
