// An old copy of a peer's disk is put in place: it is noticed, and counts for nothing until it is replaced.

import { execFile } from 'node:child_process';
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import type { Problem } from '../../src/protocol/api.ts';
import { Cluster } from './cluster.ts';
import { type Answer, request } from './http.ts';
import { configFileOf, configOf, type Peer } from './peer.ts';
import { mainFile, Program } from './program.ts';

let cluster: Cluster;

afterEach(() => cluster.stop());

const put = (peer: Peer, name: string): Promise<Answer<Problem>> =>
  request<Problem>(`${peer.api}/api/settings/${name}`, { method: 'PUT', body: { data: 'x' } });

async function untilWritten(peer: Peer, name: string): Promise<void> {
  await cluster.until(`${peer.id} writes`, async () => (await put(peer, name)).status < 300);
}

async function untilSays(peer: Peer, reason: string): Promise<void> {
  await cluster.until(`${peer.id} says ${reason}`, async () => {
    const { status, body } = await request<{ reasons: readonly string[] }>(`${peer.api}/readyz`);
    if (status === 503 && body.reasons[0]?.includes(reason) === true) return true;
    throw new Error(JSON.stringify(body));
  });
}

test('an old copy of a disk is refused, counts for nothing however often it is started, and can be replaced', async () => {
  cluster = await Cluster.start({ peers: 3, agents: 0 });
  const [first, second, third] = cluster.peers as [Peer, Peer, Peer];
  const copy = join(cluster.folder, 'copy');
  await third.kill('SIGTERM');
  cpSync(third.dataDir, copy, { recursive: true });
  third.start(); // once is enough: the run after the copy is not the one that the copy makes
  await cluster.ready();
  await untilWritten(first, 'one');
  await third.kill('SIGTERM');
  rmSync(third.dataDir, { recursive: true });
  cpSync(copy, third.dataDir, { recursive: true });

  third.start();
  await untilSays(third, 'STALE: this disk has gone back in time');
  await untilWritten(first, 'without-it');
  await second.kill('SIGTERM');
  const answer = await cluster.until('writes have no majority', async () => {
    const refused = await put(first, 'with-it');
    return refused.status === 503 && refused.body.code === 'NO_QUORUM' ? refused : undefined;
  });
  expect(answer.body.code).toBe('NO_QUORUM');
  for (let start = 0; start < 3; start += 1) {
    await third.kill('SIGTERM');
    third.start();
    await untilSays(third, 'STALE: this disk has gone back in time');
  }
  expect((await put(first, 'with-it')).status).toBe(503);

  second.start();
  await untilWritten(first, 'both');
  await third.kill('SIGTERM');
  rmSync(third.dataDir, { recursive: true });
  const config = configFileOf(cluster.folder, third.id);
  writeFileSync(config, configOf(cluster.peers));
  const { id, dataDir, logFile, api, raft } = third;
  const urls = `${first.api},${second.api}`;
  const args = ['peer', 'start', '--config', config, '--id', id, '--data-dir', dataDir, '--join', urls];
  const joiner: Peer = Object.assign(new Program({ id, args, dataDir, logFile }), { api, raft });
  cluster.peers[2] = joiner;
  joiner.start();
  await untilSays(joiner, 'waiting to be added');
  const add = [
    'cluster',
    'add',
    id,
    '--api',
    api,
    '--raft',
    raft,
    '--replace',
    '--yes',
    '--peers',
    first.api,
  ];
  await promisify(execFile)(process.execPath, [mainFile, ...add]);
  await cluster.ready();
  await cluster.until('it is a voter again', async () => {
    const view = await cluster.clusterView(first);
    return view.peers.length === 3 && view.peers.every(({ voter }) => voter);
  });
  await second.kill('SIGTERM'); // its vote counts
  await untilWritten(joiner, 'with-the-new-one');
}, 120_000);
