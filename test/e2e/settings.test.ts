// Settings in services, through the real agent: what a replica finds in its environment and its files, and what becomes of
// it when a setting changes. And what is remembered of it: revisions and events.

import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { RevisionView } from '../../src/protocol/api.ts';
import type { Event, Service } from '../../src/protocol/objects.ts';
import { Cluster } from './cluster.ts';
import { request } from './http.ts';

let cluster: Cluster;
afterEach(() => cluster.stop());

/** Tells what it found as it started. */
const witness = `
import http from 'node:http';
import { readFileSync } from 'node:fs';
const found = { pid: process.pid, env: process.env.GREETING, file: readFileSync('app.conf', 'utf8') };
http.createServer((_, response) => response.end(JSON.stringify(found))).listen(Number(process.env.PORT), '127.0.0.1');
`;

interface Found {
  readonly pid: number;
  readonly env: string;
  readonly file: string;
}

test('a changed setting replaces the replicas that use it: they find the new value, in the environment and in files', async () => {
  cluster = await Cluster.start({ peers: 1, agents: 1 });
  const { api } = await cluster.leader();
  const manifest = cluster.manifest('shop', [
    {
      name: 'web',
      script: witness,
      replicas: 2,
      ports: ['http'],
      env: { GREETING: 'hello ${settings.who}, $${settings.who}' },
      files: [{ setting: 'conf', path: 'app.conf' }],
    },
  ]);
  const apply = () => request<{ errors: unknown[] }>(`${api}/api/apply`, { method: 'POST', body: manifest });
  const put = async (name: string, data: string): Promise<number> =>
    (await request(`${api}/api/settings/${name}`, { method: 'PUT', body: { data } })).status;
  const service = async (): Promise<Service> => (await cluster.get<Service>('/api/services/web')).body;
  /** What each replica found, once all are of `revision`. */
  const found = async (revision: number): Promise<Found[]> => {
    const running = await cluster.until(`revision ${revision} runs`, async () => {
      const { status } = await service();
      const rows = await cluster.running('web');
      const isThere = status.ready === 2 && rows.length === 2;
      return isThere && rows.every(({ spec }) => spec.revision === revision) && rows;
    });
    return Promise.all(
      running.map(({ status }) =>
        cluster.until('it answers', async () =>
          JSON.parse((await request<string>(`http://127.0.0.1:${status.ports['http']}/`)).body),
        ),
      ),
    );
  };

  expect(await put('who', 'world')).toBe(201);
  const refused = await apply();
  expect(refused.status).toBe(422);
  expect(refused.body.errors).toEqual([
    expect.objectContaining({ path: 'spec.services[0].files[0].setting' }),
  ]);
  expect(await put('conf', 'a=1')).toBe(201);
  expect((await apply()).status).toBe(202);
  const first = await found(1);
  expect(first.map(({ env, file }) => [env, file])).toEqual([
    ['hello world, ${settings.who}', 'a=1'],
    ['hello world, ${settings.who}', 'a=1'],
  ]);
  expect(statSync(join(cluster.folder, 'services/web/app.conf')).mode & 0o777).toBe(0o600);

  expect(await put('who', 'moon-secret')).toBe(200);
  const second = await found(2);
  expect(second.map(({ env }) => env)).toEqual(
    Array.from({ length: 2 }, () => 'hello moon-secret, ${settings.who}'),
  );
  expect(second.map(({ pid }) => pid)).not.toEqual(expect.arrayContaining(first.map(({ pid }) => pid)));
  expect(await put('conf', 'a=2')).toBe(200);
  expect((await found(3)).map(({ file }) => file)).toEqual(['a=2', 'a=2']);
  expect((await service()).metadata.generation).toBe(1);

  const remove = await request(`${api}/api/settings/who`, { method: 'DELETE' });
  expect([remove.status, remove.body]).toEqual([
    409,
    expect.objectContaining({ detail: expect.stringContaining('"web"') as string }),
  ]);
  const restarted = await request(`${api}/api/services/web/restart`, { method: 'POST' });
  expect(restarted.status).toBe(200);
  await found(4);
  await cluster.until('every rollout was judged', async () => {
    const { items } = (await cluster.get<{ items: RevisionView[] }>('/api/services/web/revisions')).body;
    expect(items.map(({ revision, result, repeats }) => [revision, result, repeats])).toEqual([
      [4, 'complete', 1],
      [3, 'complete', 1],
      [2, 'complete', 1],
      [1, 'complete', undefined],
    ]);
    return true;
  });
  const reasons = await cluster.until('what happened was recorded', async () => {
    const events = await cluster.list<Event>('events');
    const seen = new Set(events.map(({ spec }) => `${spec.regarding.kind} ${spec.reason}`));
    return seen.has('Assignment Stopped') && seen.has('Service RolloutComplete') && seen;
  });
  for (const one of ['Peer LeaderElected', 'Node NodeReady', 'Service Created', 'Assignment Placed']) {
    expect(reasons).toContain(one);
  }
  for (const { logFile } of [...cluster.peers, ...cluster.agents]) {
    expect(readFileSync(logFile, 'utf8')).not.toContain('moon-secret');
  }
});
