// An empty peer that joins: how fast it gets the state, and what that costs those who write meanwhile.

import { setTimeout as sleep } from 'node:timers/promises';
import { renderTable } from '../src/cli/table.ts';
import { Cluster } from '../test/e2e/cluster.ts';
import { request } from '../test/e2e/http.ts';
import type { Peer } from '../test/e2e/peer.ts';
import { until } from '../test/e2e/until.ts';
import type { LoadResult } from './load.ts';
import { runLoad } from './run-load.ts';
import { settingWrite } from './target.ts';

const MiB = 1024 * 1024;
const valueBytes = 128 * 1024;
const writers = 4;
/** A light load: what is asked is what the transfer takes from it. */
const connections = 4;
const runMs = 8_000;
const warmupMs = 2_000;

/** `megabytes` of settings, in a log that was cut since; another voter leads every `handOverSeconds` while the peer joins; 0: never. */
export async function benchCatchUp(megabytes: number, handOverSeconds: number): Promise<void> {
  const cluster = await Cluster.start({ peers: 3, agents: 0 });
  try {
    const leader = await cluster.leader();
    const count = Math.ceil((megabytes * MiB) / valueBytes);
    await fill(leader, count);
    await cluster.until(
      'the log is cut',
      async () => (await cluster.clusterView(await cluster.leader())).log.base > 0,
      120_000,
    );
    const target = {
      members: async () => ({ leader: Number(new URL(leader.api).port), followers: [] }),
      write: settingWrite,
    };
    const before = await runLoad(target, { connections, warmupMs, runMs });
    const handOvers = handOverSeconds > 0 ? handOverEvery(cluster, handOverSeconds * 1_000) : undefined;
    const [during, seconds] = await Promise.all([
      runLoad(target, { connections, warmupMs: 0, runMs }),
      secondsToJoin(cluster),
    ]);
    await handOvers?.stop();
    const after = await runLoad(target, { connections, warmupMs, runMs });
    report({ before, during, after }, (count * valueBytes) / MiB, seconds);
  } finally {
    await cluster.stop();
  }
}

function handOverEvery(cluster: Cluster, ms: number): { readonly stop: () => Promise<void> } {
  const stopping = new AbortController();
  const run = async (): Promise<void> => {
    while (await sleep(ms, true, { signal: stopping.signal }).catch(() => false)) {
      const { api } = await cluster.leader();
      const { status } = await request(`${api}/api/cluster/transfer`, { method: 'POST', body: {} });
      process.stderr.write(`handed over: ${status}\n`);
    }
  };
  const done = run();
  return {
    stop: () => {
      stopping.abort();
      return done;
    },
  };
}

async function fill(leader: Peer, count: number): Promise<void> {
  let next = 0;
  const writer = async (): Promise<void> => {
    for (let number = next; number < count; number = next) {
      next += 1;
      const data = `${number} `.padEnd(valueBytes, 'x');
      const url = `${leader.api}/api/settings/bulk-${number}`;
      await until(`${url} is written`, async () => {
        const { status } = await request(url, { method: 'PUT', body: { data } });
        return status === 200 || status === 201;
      });
    }
  };
  await Promise.all(Array.from({ length: writers }, writer));
}

/** From the request that adds a peer with an empty disk until it has all and follows the log. */
async function secondsToJoin(cluster: Cluster): Promise<number> {
  const joiner = await cluster.addPeer();
  joiner.start();
  await cluster.until(
    'it waits to be added',
    async () => (await request(`${joiner.api}/readyz`)).status === 503,
  );
  const startedMs = performance.now();
  const { id, api, raft } = joiner;
  await cluster.until('it is a member', async () => {
    const leader = await cluster.leader(); // whoever leads by now
    const { peers } = await cluster.clusterView(leader);
    if (peers.some((peer) => peer.id === id)) return true;
    const body = { id, api, raft, as: 'learner' };
    await request(`${leader.api}/api/cluster/peers`, { method: 'POST', body });
    return false;
  });
  await cluster.until(
    'it follows the log',
    async () => {
      const { peers, commitIndex } = await cluster.clusterView(await cluster.leader());
      const view = peers.find((peer) => peer.id === id);
      return view?.replication === 'replicate' && (view.match ?? 0) > commitIndex - 1_000;
    },
    300_000,
  );
  return (performance.now() - startedMs) / 1_000;
}

function report(loads: Readonly<Record<string, LoadResult>>, megabytes: number, seconds: number): void {
  process.stdout.write(
    renderTable<readonly [string, LoadResult]>(
      [
        { title: 'WHEN', cell: ([when]) => when },
        { title: 'WRITES/S', cell: ([, row]) => String(row.writesPerSecond) },
        { title: 'P50 MS', cell: ([, row]) => String(row.p50Ms) },
        { title: 'P99 MS', cell: ([, row]) => String(row.p99Ms) },
      ],
      Object.entries(loads),
    ),
  );
  const speed = Number((megabytes / seconds).toFixed(1));
  const row = {
    bench: 'catch-up',
    megabytes,
    seconds: Number(seconds.toFixed(1)),
    megabytesPerSecond: speed,
    ...loads,
  };
  process.stdout.write(`${JSON.stringify(row)}\n`);
}
