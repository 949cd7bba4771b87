// A leader that goes, in every way in which one can: killed, told to stop, paused, with a disk that hangs.

import type { ChildProcess } from 'node:child_process';
import { afterEach, expect, test } from 'vitest';
import { present } from '../../src/lib/assert.ts';
import { Cluster } from './cluster.ts';
import type { Peer } from './peer.ts';
import { request } from './http.ts';
import { breakSyncs, canTrace, endTracer } from './strace.ts';

let cluster: Cluster;
const tracers: ChildProcess[] = [];

afterEach(async () => {
  await Promise.all(tracers.splice(0).map(endTracer));
  await cluster.stop();
});

const put = async (peer: Peer, data: string): Promise<number> => {
  const answer = await request(`${peer.api}/api/settings/x`, { method: 'PUT', body: { data } });
  return answer.status;
};

/** Resolves with the leader that the others agree on, once `old` is not it. */
async function successorOf(old: Peer): Promise<Peer> {
  return cluster.until('another leads', async () => {
    const views = await Promise.all(
      cluster.peers.filter((peer) => peer !== old).map((peer) => cluster.clusterView(peer)),
    );
    const [first, second] = views.map((view) => view.leader);
    return (
      first !== null && first !== undefined && first === second && first !== old.id && cluster.peer(first)
    );
  });
}

test('a leader that is killed is known to be dead and followed up by the next term', async () => {
  cluster = await Cluster.start({ agents: 0 });
  const leader = await cluster.leader();
  const { term } = await cluster.clusterView(leader);
  await leader.kill();
  const next = await successorOf(leader);
  expect((await cluster.clusterView(next)).term).toBeGreaterThan(term);
  expect(await put(next, 'after')).toBe(201);
  for (const peer of cluster.peers.filter((one) => one !== leader)) {
    expect(peer.logTail()).toContain('the process of a peer is dead');
  }
});

test('a leader that is told to stop hands over first: no write fails, and one term is spent', async () => {
  cluster = await Cluster.start({ agents: 0 });
  const leader = await cluster.leader();
  const other = present((await cluster.followers())[0], 'two follow');
  const { term } = await cluster.clusterView(leader);
  const exited = leader.kill('SIGTERM');
  const statuses: number[] = [];
  do statuses.push(await put(other, `${statuses.length}`));
  while (leader.running);
  await exited;
  expect(await leader.exited).toBe('exit code 0');
  expect(statuses.filter((status) => status !== 200 && status !== 201)).toEqual([]);
  const view = await cluster.clusterView(await successorOf(leader));
  expect(view.term).toBe(term + 1);
});

test('leadership goes where it is sent, whoever is asked, and nowhere else', async () => {
  cluster = await Cluster.start({ agents: 0 });
  const leader = await cluster.leader();
  const [first, second] = (await cluster.followers()) as [Peer, Peer];
  const { term } = await cluster.clusterView(leader);
  const send = (peer: Peer, body: object): ReturnType<typeof request<Record<string, unknown>>> =>
    request(`${peer.api}/api/cluster/transfer`, { method: 'POST', body });
  expect(await send(first, { to: 'nobody' })).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
  expect(await send(first, { to: leader.id })).toMatchObject({ status: 409, body: { code: 'CONFLICT' } });
  expect((await cluster.clusterView(leader)).term).toBe(term);

  const answer = await send(second, { to: first.id });
  expect(answer.status).toBe(200);
  expect(answer.body).toMatchObject({
    leader: first.id,
    voters: { before: 3, after: 3 },
    tolerance: { before: 1, after: 1 },
  });
  expect(await cluster.leader()).toBe(first);
  expect((await cluster.clusterView(first)).term).toBe(term + 1);
  expect((await send(first, {})).status).toBe(200);
  expect(await successorOf(first)).not.toBe(first);
});

test('a leader that is paused is replaced, and follows when it wakes', async () => {
  cluster = await Cluster.start({ agents: 0 });
  const leader = await cluster.leader();
  leader.pause();
  const next = await successorOf(leader);
  expect(await put(next, 'meanwhile')).toBe(201);
  leader.resume();
  await cluster.until('the old leader follows the new one', async () => {
    const { leader: known, peers } = await cluster.clusterView(leader);
    return known === next.id && peers.find(({ id }) => id === leader.id)?.role === 'follower';
  });
  expect(await put(leader, 'through the old one')).toBe(200);
});

test.skipIf(!canTrace)('a leader whose disk hangs hands over, and ends itself when it goes on', async () => {
  cluster = await Cluster.start({ agents: 0 });
  const leader = await cluster.leader();
  expect(await put(leader, 'before')).toBe(201);
  const tracer = await breakSyncs(leader.pid, 'hangs');
  tracers.push(tracer);
  const writes = setInterval(() => void put(leader, 'during').catch(() => undefined), 100);
  const next = await successorOf(leader);
  clearInterval(writes);
  expect(leader.running).toBe(true);
  expect(leader.logTail()).toContain('disk-stalled');
  expect([200, 201]).toContain(await put(next, 'after'));
  await cluster.until('the old leader says why it ends', () =>
    /^error: .*a write to the log has not ended/mu.test(leader.logTail()),
  );
  await endTracer(tracer);
  expect(await leader.exited).toBe('SIGKILL');
});
