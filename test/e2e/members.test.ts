// Members change in a running cluster of real processes: a peer joins, the leader leaves, a lost disk is replaced.

import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import type { ClusterView, MembersAnswer, Problem } from '../../src/protocol/api.ts';
import type { Setting } from '../../src/protocol/objects.ts';
import type { AuditAnswer, OperationView } from '../../src/protocol/operations.ts';
import { Cluster } from './cluster.ts';
import type { Peer } from './peer.ts';
import { request, type Answer } from './http.ts';
import { WriteLoad } from './load.ts';
import { mainFile } from './program.ts';

let cluster: Cluster;

afterEach(() => cluster.stop());

/** Runs `orion ARGS` against `peer`; resolves with what it printed, rejects when it failed. */
async function orion(peer: Peer, ...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [mainFile, ...args, '--peers', peer.api]);
  return stdout;
}

const votersOf = (view: ClusterView): string[] => view.peers.filter(({ voter }) => voter).map(({ id }) => id);

/** Resolves once every one of `peers` sees exactly these voters and nobody learning. */
async function untilVoters(ids: readonly string[], peers: readonly Peer[]): Promise<void> {
  for (const peer of peers) {
    await cluster.until(`${peer.id} sees the voters ${ids.join(', ')}`, async () => {
      const view = await cluster.clusterView(peer);
      const isSettled = view.peers.length === ids.length && votersOf(view).join() === ids.join();
      if (isSettled) return true;
      throw new Error(JSON.stringify(view.peers));
    });
  }
}

async function startJoiner(joiner: Peer): Promise<void> {
  joiner.start();
  await cluster.until('the joiner says that it waits', async () => {
    const { status, body } = await request<{ reasons: string[] }>(`${joiner.api}/readyz`);
    return status === 503 && body.reasons[0]?.includes('waiting to be added');
  });
}

/** What the audit tells of members and leaders, newest first. */
async function memberOperations({ api }: Peer): Promise<readonly OperationView[]> {
  const found: OperationView[] = [];
  for (let next = ''; ;) {
    const { body } = await request<AuditAnswer>(`${api}/api/audit?limit=500${next}`);
    found.push(...body.items.filter(({ members, leader }) => members !== undefined || leader !== undefined));
    if (body.continue === undefined) return found;
    next = `&continue=${body.continue}`;
  }
}

test('under load a fourth peer joins and is promoted, then the leader is removed: no acknowledged write is lost', async () => {
  cluster = await Cluster.start({ peers: 3, agents: 0 });
  const leader = await cluster.leader();
  const [follower] = await cluster.followers();
  const load = new WriteLoad(cluster.peers.map(({ api }) => api));

  const joiner = await cluster.addPeer();
  await startJoiner(joiner);
  const added = await orion(
    follower!,
    'cluster',
    'add',
    joiner.id,
    '--api',
    joiner.api,
    '--raft',
    joiner.raft,
    '--yes',
  );
  expect(added).toBe('peer-4 added; it votes once it has caught up\nvoters 3 -> 4, can lose 1 -> 1\n');
  await untilVoters(['peer-1', 'peer-2', 'peer-3', 'peer-4'], cluster.peers);
  await cluster.ready();

  const removed = await orion(follower!, 'cluster', 'remove', leader.id, '--yes');
  expect(removed).toBe(`${leader.id} removed; stop it now\nvoters 4 -> 3, can lose 1 -> 1\n`);
  const others = cluster.peers.filter((peer) => peer !== leader);
  await untilVoters(
    others.map(({ id }) => id),
    others,
  );
  await cluster.until('writes go on', () => load.ackedSince(20));
  const four = ['peer-1', 'peer-2', 'peer-3', 'peer-4'];
  const three = { learners: [], voters: four.filter((id) => id !== leader.id) };
  expect(await memberOperations(joiner)).toMatchObject([
    { method: 'DELETE', members: { before: { voters: four, learners: [] }, after: three } },
    { method: 'POST', status: 202, members: { after: { voters: four.slice(0, 3), learners: ['peer-4'] } } },
  ]);
  const { leader: before } = await cluster.clusterView(joiner);
  await orion(joiner, 'cluster', 'transfer', '--yes');
  const { leader: after } = await cluster.clusterView(joiner);
  expect((await memberOperations(follower!))[0]).toMatchObject({ leader: { before, after } });
  await leader.kill('SIGTERM');

  const { acknowledged, longestGapMs } = await load.stop();
  const settings = await request<{ items: readonly Setting[] }>(`${joiner.api}/api/settings`);
  const found = new Map(settings.body.items.map(({ metadata, spec }) => [metadata.name, spec.data]));
  for (const [name, data] of acknowledged) expect([name, found.get(name)]).toEqual([name, data]);
  expect(acknowledged.size).toBeGreaterThan(0);
  console.log(`the longest time without an acknowledged write was ${Math.round(longestGapMs)} ms`);
});

test('a peer whose disk was wiped comes back as a voter by one command, which it names itself', async () => {
  cluster = await Cluster.start({ peers: 3, agents: 0 });
  const [wiped] = await cluster.followers();
  const before = await cluster.clusterView(wiped!);
  await wiped!.kill();
  rmSync(wiped!.dataDir, { recursive: true });
  await request(`${(await cluster.leader()).api}/api/settings/meanwhile`, {
    method: 'PUT',
    body: { data: 'x' },
  });
  wiped!.start();
  const command = await cluster.until('it says what to do', async () => {
    const { body } = await request<{ reasons: string[] }>(`${wiped!.api}/readyz`);
    return /"orion (cluster add .*)"/.exec(body.reasons[0] ?? '')?.[1];
  });
  expect(command).toContain('--replace');
  const { stdout } = await promisify(execFile)(process.execPath, [mainFile, ...command.split(' '), '--yes']);
  expect(stdout).toContain('voters 3 -> 3, can lose 1 -> 1');
  await untilVoters(['peer-1', 'peer-2', 'peer-3'], cluster.peers);
  await cluster.ready();
  const after = await cluster.clusterView(wiped!);
  const storeIn = (view: ClusterView): unknown => view.peers.find(({ id }) => id === wiped!.id)?.storeId;
  expect(storeIn(after)).not.toBe(storeIn(before));
  const survivor = cluster.peers.find((peer) => peer !== wiped)!;
  await survivor.kill(); // its vote counts: two of three are enough
  const { status } = await cluster.until('the two others write', async () => {
    const answer = await request(`${wiped!.api}/api/settings/after`, { method: 'PUT', body: { data: 'y' } });
    return answer.status < 300 ? answer : undefined;
  });
  expect(status).toBe(201);
});

test('what can not be done is refused with its reason, and changes nothing', async () => {
  cluster = await Cluster.start({ peers: 3, agents: 0 });
  const [follower] = await cluster.followers();
  const peers = `${follower!.api}/api/cluster/peers`;
  const before = await cluster.clusterView(await cluster.leader());
  const add = (body: object): Promise<Answer<Problem & MembersAnswer>> =>
    request(peers, { method: 'POST', body });
  const address = { api: 'http://127.0.0.1:1', raft: '127.0.0.1:1' };

  const unknown = await request<Problem>(`${peers}/peer-9`, { method: 'DELETE' });
  expect([unknown.status, unknown.body.code]).toEqual([404, 'NOT_FOUND']);
  const inUse = await add({ id: 'peer-1', ...address });
  expect([inUse.status, inUse.body.code]).toEqual([409, 'ALREADY_MEMBER']);
  const nothingToReplace = await add({ id: 'peer-9', ...address, replace: true });
  expect([nothingToReplace.status, nothingToReplace.body.code]).toEqual([404, 'NOT_FOUND']);
  const alive = await add({ id: 'peer-1', ...address, replace: true });
  expect([alive.status, alive.body.code]).toEqual([409, 'CONFLICT']);
  const silent = await add({ id: 'peer-9', ...address });
  expect([silent.status, silent.body.code]).toEqual([409, 'CONFLICT']);
  expect(silent.body.detail).toContain('does not answer at 127.0.0.1:1');
  const voter = await request<Problem>(`${peers}/peer-1/promote`, { method: 'POST' });
  expect([voter.status, voter.body.code]).toEqual([409, 'ALREADY_MEMBER']);
  const bent = await add({ id: 'Peer 9', api: 'nowhere', raft: '', extra: 1 });
  expect([bent.status, bent.body.code]).toEqual([422, 'INVALID']);
  expect(bent.body.errors?.map(({ path }) => path).toSorted()).toEqual(['api', 'extra', 'id', 'raft']);

  const joiner = await cluster.addPeer();
  await startJoiner(joiner);
  const learner = await add({ id: joiner.id, api: joiner.api, raft: joiner.raft, as: 'learner' });
  expect([learner.status, learner.body.voters]).toEqual([202, { before: 3, after: 3 }]);
  joiner.pause();
  await request(`${follower!.api}/api/settings/unseen`, { method: 'PUT', body: { data: 'z' } });
  const lagging = await cluster.until('the learner lags', async () => {
    const answer = await request<Problem>(`${peers}/${joiner.id}/promote`, { method: 'POST' });
    return answer.status === 409 ? answer : undefined;
  });
  expect(lagging.body.code).toBe('LAGGING');
  joiner.resume();
  await cluster.until('the learner is linked again', async () => {
    const view = await cluster.clusterView(await cluster.leader());
    const learning = view.peers.find(({ id }) => id === joiner.id);
    return learning?.role === 'learner' && learning.match === view.commitIndex;
  });
  const removed = await request<MembersAnswer>(`${peers}/${joiner.id}`, { method: 'DELETE' });
  expect([removed.status, removed.body.voters]).toEqual([200, { before: 3, after: 3 }]);
  const back = await add({ id: joiner.id, api: joiner.api, raft: joiner.raft });
  expect([back.status, back.body.code]).toEqual([409, 'REMOVED']);
  expect(votersOf(await cluster.clusterView(await cluster.leader()))).toEqual(votersOf(before));
});

test('the last voter stays', async () => {
  cluster = await Cluster.start({ peers: 1, agents: 0 });
  const [only] = cluster.peers;
  const answer = await request<Problem>(`${only!.api}/api/cluster/peers/peer-1`, { method: 'DELETE' });
  expect([answer.status, answer.body.code]).toEqual([409, 'LAST_VOTER']);
});
