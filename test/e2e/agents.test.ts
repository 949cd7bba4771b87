// Agents that die, with and without what they run.

import { afterEach, expect, test } from 'vitest';
import type { Assignment } from '../../src/protocol/objects.ts';
import { Cluster } from './cluster.ts';
import { request } from './http.ts';
import { killHard } from './leftovers.ts';
import { echoScript } from './services.ts';

let cluster: Cluster | undefined;

afterEach(async () => {
  await cluster?.stop();
  cluster = undefined;
});

async function start(agents: number): Promise<Cluster> {
  cluster = await Cluster.start({ peers: 3, agents });
  return cluster;
}

async function apply(on: Cluster, replicas: number): Promise<readonly Assignment[]> {
  const body = on.manifest('web', [{ name: 'echo', script: echoScript(), replicas, ports: ['http'] }]);
  const answer = await request(`${(await on.leader()).api}/api/apply`, { method: 'POST', body });
  expect(answer.status).toBe(202);
  return on.untilRuns('echo', replicas);
}

const inOrder = (pids: readonly number[]): number[] => pids.toSorted((a, b) => a - b);
const pidsOf = (assignments: readonly Assignment[]): number[] =>
  inOrder(assignments.map((one) => one.status.pid ?? 0));

test('an agent that is killed leaves its services running, and adopts the same processes when it is back', async () => {
  const on = await start(1);
  const before = await apply(on, 3);
  const agent = on.agents[0]!;
  await agent.kill();
  expect(inOrder(on.servicePids(agent))).toEqual(pidsOf(before));
  agent.start();
  await on.ready();
  const after = await on.untilRuns('echo', 3);
  expect(pidsOf(after)).toEqual(pidsOf(before));
  expect(inOrder(on.servicePids(agent))).toEqual(pidsOf(before));
});

test('all peers and the agent killed at once: the same processes before and after, and every write is there', async () => {
  const on = await start(1);
  const before = await apply(on, 3);
  const leader = await on.leader();
  for (let i = 0; i < 20; i += 1) {
    const answer = await request(`${leader.api}/api/settings/s${i}`, {
      method: 'PUT',
      body: { data: `${i}` },
    });
    expect(answer.status).toBe(201);
  }
  await Promise.all([...on.peers, ...on.agents].map((program) => program.kill()));
  expect(inOrder(on.servicePids())).toEqual(pidsOf(before));
  for (const program of [...on.peers, ...on.agents]) program.start();
  await on.ready();
  const settings = await on.list('settings');
  expect(settings).toHaveLength(20);
  expect(pidsOf(await on.untilRuns('echo', 3))).toEqual(pidsOf(before));
  expect(inOrder(on.servicePids())).toEqual(pidsOf(before));
});

test('a node that dies with its services is noticed, its replicas run elsewhere, and nothing runs twice when it returns', async () => {
  const on = await start(2);
  const before = await apply(on, 4);
  expect(new Set(before.map((one) => one.spec.node)).size).toBe(2);
  const [dead, alive] = [on.agents[0]!, on.agents[1]!];
  await dead.kill();
  for (const pid of on.servicePids(dead)) killHard(pid);
  const moved = await on.until('all four replicas run on the other node', async () => {
    const running = (await on.running('echo')).filter((one) => one.spec.node === alive.id);
    if (running.length === 4) return running;
    throw new Error(`${running.length} run there`);
  });
  expect(moved.map((one) => one.spec.index)).toEqual([0, 1, 2, 3]);
  dead.start();
  await on.ready();
  const after = await on.untilRuns('echo', 4);
  expect(pidsOf(after)).toEqual(pidsOf(moved));
  await on.until('no assignment and no process is left over', async () => {
    const assignments = await on.list<Assignment>('assignments');
    return assignments.length === 4 && on.servicePids().length === 4;
  });
});

test('a node that was away and still runs its replicas gives up what runs elsewhere by now', async () => {
  const on = await start(2);
  await apply(on, 4);
  const [away, other] = [on.agents[0]!, on.agents[1]!];
  await away.kill();
  expect(on.servicePids(away)).toHaveLength(2);
  await on.until('all four replicas run on the other node', async () => {
    const running = (await on.running('echo')).filter((one) => one.spec.node === other.id);
    return running.length === 4;
  });
  away.start();
  await on.until('the old processes are stopped, the new ones stay', () => {
    return on.servicePids(away).length === 0 && on.servicePids(other).length === 4;
  });
  await on.untilRuns('echo', 4);
});
