// The bad days of docs/operations.md, with its commands, on real processes.

import { execFile } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Setting } from '../../src/protocol/objects.ts';
import { Cluster } from './cluster.ts';
import { request } from './http.ts';
import { WriteLoad } from './load.ts';
import { configFileOf, configOf, makePeer, type Peer } from './peer.ts';
import { mainFile } from './program.ts';

/** Above every index that was told before. */
const jump = 2 ** 32;

let cluster: Cluster;

beforeEach(async () => {
  cluster = await Cluster.start({ peers: 3, agents: 0 });
});
afterEach(() => cluster.stop());

const orion = async (...args: readonly string[]): Promise<string> =>
  (await promisify(execFile)(process.execPath, [mainFile, ...args])).stdout;

const put = (peer: Peer, name: string, data: string) =>
  request<Setting>(`${peer.api}/api/settings/${name}`, { method: 'PUT', body: { data } });

async function settingsOf(peer: Peer): Promise<readonly Setting[]> {
  const { body } = await request<{ items: Setting[] }>(`${peer.api}/api/settings`);
  return body.items;
}

async function untilReady(peer: Peer): Promise<void> {
  await cluster.until(
    `${peer.id} is ready`,
    async () => (await request(`${peer.api}/readyz`)).status === 200,
  );
}

/** `peer` again, as one that joins: to be started on an empty directory. */
function joining(peer: Peer, leader: Peer): Peer {
  writeFileSync(configFileOf(cluster.folder, peer.id), configOf(cluster.peers));
  const ports = [Number(new URL(peer.api).port), Number(peer.raft.split(':')[1])];
  const joiner = makePeer({ folder: cluster.folder, id: peer.id, ports, join: [leader.api] });
  cluster.peers[cluster.peers.indexOf(peer)] = joiner;
  return joiner;
}

async function comeIn(peer: Peer, leader: Peer): Promise<void> {
  const joiner = joining(peer, leader);
  joiner.start();
  await cluster.until('it waits to be added', async () => {
    const { body } = await request<{ reasons: string[] }>(`${joiner.api}/readyz`);
    return body.reasons[0]?.includes('waiting to be added');
  });
  const where = ['--api', joiner.api, '--raft', joiner.raft, '--peers', leader.api, '--yes'];
  await orion('cluster', 'add', joiner.id, ...where);
  await untilReady(joiner);
}

test('a backup taken under load from a follower makes a new cluster with the same objects', async () => {
  const [one, two] = cluster.peers as [Peer, Peer];
  for (let i = 0; i < 20; i += 1) await put(one, `kept-${i}`, `value ${i}`);
  const keyed = (peer: Peer) =>
    request<Setting>(`${peer.api}/api/settings/once`, {
      method: 'PUT',
      body: { data: 'first' },
      headers: { 'idempotency-key': 'deploy-17' },
    });
  const first = await keyed(one);
  await put(one, 'once', 'second');
  const [follower] = await cluster.followers();
  const load = new WriteLoad(cluster.peers.map(({ api }) => api));
  const file = join(cluster.folder, 'home.backup');
  const told = await orion('backup', file, '--peers', follower!.api);
  await load.stop();
  expect(told).toContain('cluster e2e at index');
  await expect(orion('backup', file, '--peers', follower!.api)).rejects.toThrow(/there already/);

  const before = (await settingsOf(one)).filter(({ metadata }) => metadata.name.startsWith('kept-'));
  const oldId = (await cluster.clusterView(one)).clusterId;
  await Promise.all(cluster.peers.map((peer) => peer.kill()));
  for (const peer of cluster.peers) renameSync(peer.dataDir, `${peer.dataDir}.old`);
  const where = ['--config', cluster.configFile, '--id', one.id, '--data-dir', one.dataDir];
  expect(await orion('restore', file, ...where)).toContain(`--accept-cluster`);
  await expect(orion('restore', file, ...where)).rejects.toThrow(/not empty/);
  one.start();
  await untilReady(one);
  const view = await cluster.clusterView(one);
  expect(view.clusterId).not.toBe(oldId);
  expect(view.quorum).toEqual({ need: 1, have: 1, voters: 1 });
  const after = await settingsOf(one);
  expect(after.filter(({ metadata }) => metadata.name.startsWith('kept-'))).toEqual(before);
  const written = await put(one, 'kept-0', 'new');
  expect(Number(written.body.metadata.resourceVersion)).toBeGreaterThan(jump);
  const repeated = await keyed(one);
  expect(repeated).toMatchObject({ status: 201, body: { spec: { data: 'second' } } });
  expect(repeated.headers.get('etag')).toBe(first.headers.get('etag'));

  await comeIn(two, one);
  expect((await settingsOf(cluster.peer(two.id))).length).toBe(after.length);
});

test('with two of three disks lost, what the third has is recovered, and the dead do not come back', async () => {
  const [one, two, three] = cluster.peers as [Peer, Peer, Peer];
  for (let i = 0; i < 20; i += 1) expect((await put(three, `s-${i}`, `value ${i}`)).status).toBe(201);
  await cluster.until('every peer holds all', async () => {
    const all = await Promise.all(cluster.peers.map((peer) => settingsOf(peer)));
    return all.every((settings) => settings.length === 20);
  });
  const before = await settingsOf(one);
  await Promise.all(cluster.peers.map((peer) => peer.kill()));
  for (const peer of [two, three]) renameSync(peer.dataDir, `${peer.dataDir}.old`);

  const where = ['--config', cluster.configFile, '--id', one.id, '--data-dir', one.dataDir];
  const dry = await orion('cluster', 'recover', ...where);
  expect(dry).toMatch(/voters +peer-1, peer-2, peer-3/);
  expect(dry).toContain('Nothing was changed');
  const done = await orion('cluster', 'recover', ...where, '--yes');
  expect(done).toContain('one voter of the cluster, in epoch 1');

  one.start();
  await untilReady(one);
  expect(await settingsOf(one)).toEqual(before);
  const written = await put(one, 's-0', 'new');
  expect(Number(written.body.metadata.resourceVersion)).toBeGreaterThan(jump);

  // Both dead ones come back with their old disks: a majority of the cluster that was.
  for (const peer of [two, three]) renameSync(`${peer.dataDir}.old`, peer.dataDir);
  for (const peer of [two, three]) peer.start();
  for (const peer of [two, three]) {
    await cluster.until(`${peer.id} says that it is of the past`, async () => {
      const { status, body } = await request<{ reasons: string[] }>(`${peer.api}/readyz`);
      return status === 503 && body.reasons[0]?.includes('before it was recovered');
    });
    expect((await put(peer, 's-1', 'from the past')).status).toBe(503);
  }
  expect((await cluster.clusterView(one)).quorum.voters).toBe(1);

  // They know it for good, also while nobody is there who could tell them.
  await one.kill();
  for (const peer of [two, three]) await peer.kill();
  for (const peer of [two, three]) peer.start();
  for (const peer of [two, three]) {
    await cluster.until(`${peer.id} still says that it is of the past`, async () => {
      const { status, body } = await request<{ reasons: string[] }>(`${peer.api}/readyz`);
      return status === 503 && body.reasons[0]?.includes('recovered without it');
    });
  }
  one.start();
  await untilReady(one);

  await two.kill();
  rmSync(two.dataDir, { recursive: true });
  await comeIn(two, one);
  const now = await settingsOf(cluster.peer(two.id));
  expect(now.find(({ metadata }) => metadata.name === 's-0')?.spec.data).toBe('new');
  expect(now.find(({ metadata }) => metadata.name === 's-1')?.spec.data).toBe('value 1');
});

test('rubbish is refused, and leaves nothing behind', async () => {
  const [one] = cluster.peers as [Peer];
  await put(one, 'a', 'x');
  const file = join(cluster.folder, 'home.backup');
  await orion('backup', file, '--peers', one.api);
  const bytes = readFileSync(file);
  const flipped = Buffer.from(bytes);
  flipped[bytes.length >> 1] = (flipped[bytes.length >> 1] ?? 0) ^ 1;
  const target = join(cluster.folder, 'restored');
  const where = ['--config', cluster.configFile, '--id', one.id, '--data-dir', target];
  for (const content of [flipped, bytes.subarray(0, -1), Buffer.from('rubbish')]) {
    writeFileSync(file, content);
    await expect(orion('restore', file, ...where)).rejects.toThrow(/backup cannot be used/);
    expect(existsSync(target)).toBe(false);
  }
  const running = ['--config', cluster.configFile, '--id', one.id, '--data-dir', one.dataDir, '--yes'];
  await expect(orion('cluster', 'recover', ...running)).rejects.toThrow(/another process/);
});
