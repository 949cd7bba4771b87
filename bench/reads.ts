// What reading costs: `get` on each peer of a cluster that runs 100 services of 3 replicas, and lists of 10,000 objects, with
// how long they hold the event loop, beside what the machine does to it by itself.

import { setTimeout as sleep } from 'node:timers/promises';
import { renderTable } from '../src/cli/table.ts';
import { assert, present } from '../src/lib/assert.ts';
import type { List } from '../src/protocol/api.ts';
import type { Assignment, Setting } from '../src/protocol/objects.ts';
import { Cluster } from '../test/e2e/cluster.ts';
import { request } from '../test/e2e/http.ts';
import { runLoad } from './run-load.ts';

const services = 100;
const replicas = 3;
const objects = 10_000;
/** Settings are written by so many clients. */
const writers = 64;
const pageLimit = 500;
const warmupMs = 1_000;
const runMs = 4_000;
/** How long nothing is asked, to see what the machine alone does. */
const idleMs = 1_000;
const startMs = 300_000;

interface GetRow {
  readonly peer: string;
  readonly connections: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

interface ListRow {
  readonly list: string;
  readonly peer: string;
  readonly tookMs: number;
  /** The longest that the event loop was held, as the peer measures it (a timer of 10 ms included). */
  readonly heldMs: number;
}

export async function benchReads(): Promise<void> {
  const cluster = await Cluster.start({ peers: 3, agents: 1 });
  try {
    await startServices(cluster);
    const gets: GetRow[] = [];
    for (const connections of [1, 16]) gets.push(...(await measureGets(cluster, connections)));
    await writeSettings(cluster);
    const lists: ListRow[] = [];
    for (const peer of [await cluster.leader(), ...(await cluster.followers())].slice(0, 2)) {
      lists.push(await measureList(cluster, peer.api, 'none', () => sleep(idleMs)));
      lists.push(await measureList(cluster, peer.api, 'in pages', pages));
      lists.push(await measureList(cluster, peer.api, 'whole', whole));
    }
    process.stdout.write(render(gets, lists));
    for (const row of gets) process.stdout.write(`${JSON.stringify({ bench: 'get', ...row })}\n`);
    for (const row of lists) process.stdout.write(`${JSON.stringify({ bench: 'list', ...row })}\n`);
  } finally {
    await cluster.stop();
  }
}

async function startServices(cluster: Cluster): Promise<void> {
  const each = Array.from({ length: services }, (_, i) => ({
    name: `service-${i}`,
    path: '/tmp',
    runtime: 'command',
    command: ['sleep', '1000000'],
    replicas,
  }));
  const body = {
    apiVersion: 'orion/v1',
    kind: 'Config',
    metadata: { name: 'bench' },
    spec: { services: each },
  };
  const { api } = await cluster.leader();
  await request(`${api}/api/apply`, { method: 'POST', body });
  await cluster.until(
    'all of them run',
    async () => {
      const all = await cluster.list<Assignment>('assignments');
      const running = all.filter(({ status }) => status.state === 'running').length;
      process.stderr.write(`${running} replicas run\n`);
      await sleep(1_000);
      return running === services * replicas;
    },
    startMs,
  );
}

async function measureGets(cluster: Cluster, connections: number): Promise<readonly GetRow[]> {
  const leader = await cluster.leader();
  const rows: GetRow[] = [];
  for (const peer of cluster.peers) {
    const target = {
      members: async () => ({ leader: Number(new URL(peer.api).port), followers: [] }),
      write: (i: number) => ({
        method: 'GET' as const,
        path: `/api/services/service-${i % services}`,
        body: '',
      }),
    };
    const { writesPerSecond, p50Ms, p99Ms } = await runLoad(target, { connections, warmupMs, runMs });
    const name = peer === leader ? 'leader' : 'follower';
    rows.push({ peer: name, connections, perSecond: writesPerSecond, p50Ms, p99Ms });
    process.stderr.write(`${JSON.stringify(rows.at(-1))}\n`);
  }
  return rows;
}

async function writeSettings(cluster: Cluster): Promise<void> {
  const { api } = await cluster.leader();
  let next = 0;
  const writer = async (): Promise<void> => {
    while (next < objects) {
      const number = next;
      next += 1;
      const body = { data: `${number}`.padEnd(256, 'x') };
      await request(`${api}/api/settings/setting-${number}`, { method: 'PUT', body });
    }
  };
  await Promise.all(Array.from({ length: writers }, writer));
}

async function pages(api: string): Promise<void> {
  let count = 0;
  let next: string | undefined;
  do {
    const more: string = next === undefined ? '' : `&continue=${encodeURIComponent(next)}`;
    const { body } = await request<List<Setting>>(`${api}/api/settings?limit=${pageLimit}${more}`);
    count += body.items.length;
    next = body.continue;
  } while (next !== undefined);
  assert(count === objects, 'every object is on one page');
}

async function whole(api: string): Promise<void> {
  const { body } = await request<List<Setting>>(`${api}/api/settings`, { timeoutMs: 30_000 });
  assert(body.items.length === objects, 'every object is in the list');
}

async function measureList(
  cluster: Cluster,
  api: string,
  list: string,
  read: (api: string) => Promise<unknown>,
): Promise<ListRow> {
  const peer = (await cluster.leader()).api === api ? 'leader' : 'follower';
  await heldMs(api); // begins anew
  const beganMs = performance.now();
  await read(api);
  const row = { list, peer, tookMs: performance.now() - beganMs, heldMs: await heldMs(api) };
  process.stderr.write(`${JSON.stringify(row)}\n`);
  return row;
}

/** The longest that the peer's event loop was held since it was asked last. */
async function heldMs(api: string): Promise<number> {
  const page = await (await fetch(`${api}/metrics`)).text();
  const seconds = /^orion_nodejs_eventloop_lag_max_seconds(?:\{[^}]*\})? ([\d.e+-]+)$/m.exec(page)?.[1];
  return Number(present(seconds, 'a peer measures its event loop')) * 1_000;
}

const figure = (value: number): string => value.toFixed(1);

function render(gets: readonly GetRow[], lists: readonly ListRow[]): string {
  const first = renderTable<GetRow>(
    [
      { title: 'GET ON', cell: (row) => row.peer },
      { title: 'CONNECTIONS', cell: (row) => String(row.connections) },
      { title: 'READS/S', cell: (row) => String(row.perSecond) },
      { title: 'P50 MS', cell: (row) => figure(row.p50Ms) },
      { title: 'P99 MS', cell: (row) => figure(row.p99Ms) },
    ],
    gets,
  );
  const second = renderTable<ListRow>(
    [
      { title: `${objects} OBJECTS`, cell: (row) => row.list },
      { title: 'ON', cell: (row) => row.peer },
      { title: 'TOOK MS', cell: (row) => figure(row.tookMs) },
      { title: 'LOOP HELD MS', cell: (row) => figure(row.heldMs) },
    ],
    lists,
  );
  return `${first}\n${second}`;
}
