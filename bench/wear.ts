// What storage costs a disk: bytes written for each acknowledged write of 256 bytes, by each member, beside etcd's under
// the same load; and what an idle cluster with agents and services writes, which must be nothing.

import { setTimeout as sleep } from 'node:timers/promises';
import { renderTable } from '../src/cli/table.ts';
import { limits } from '../src/lib/limits.ts';
import { Cluster } from '../test/e2e/cluster.ts';
import { SyncCounter, writtenBytes } from '../test/e2e/disk-use.ts';
import { request } from '../test/e2e/http.ts';
import { echoScript } from '../test/e2e/services.ts';
import { canTrace } from '../test/e2e/strace.ts';
import { etcdIsInstalled, startEtcd } from './etcd-target.ts';
import { startOrion } from './orion-target.ts';
import { runLoad } from './run-load.ts';
import type { Target } from './target.ts';

const connectionCounts = [1, 16, 64, 256];
const warmupMs = 2_000;
const runMs = 10_000;
/** After the last write, until what is written behind is on disk too, in milliseconds. */
const settleMs = 2 * limits.flushMs;

interface Row {
  readonly target: string;
  readonly connections: number;
  readonly writesPerSecond: number;
  /** Of one member, in bytes, for each acknowledged write. */
  readonly leastBytes: number;
  readonly mostBytes: number;
}

export async function benchWear(idleMinutes: number): Promise<void> {
  const idle = await measureIdle(idleMinutes);
  const rows = await measureTarget(await startOrion());
  if (etcdIsInstalled()) rows.push(...(await measureTarget(await startEtcd())));
  else process.stderr.write('etcd is not installed: skipped\n');
  process.stdout.write(
    renderTable<Row>(
      [
        { title: 'CONNECTIONS', cell: (row) => String(row.connections) },
        { title: 'TARGET', cell: (row) => row.target },
        { title: 'WRITES/S', cell: (row) => String(row.writesPerSecond) },
        { title: 'BYTES/WRITE (LEAST)', cell: (row) => String(row.leastBytes) },
        { title: 'BYTES/WRITE (MOST)', cell: (row) => String(row.mostBytes) },
      ],
      rows.toSorted((a, b) => a.connections - b.connections),
    ),
  );
  for (const row of rows) process.stdout.write(`${JSON.stringify({ bench: 'wear', ...row })}\n`);
  process.stdout.write(`${JSON.stringify({ bench: 'wear', ...idle })}\n`);
}

async function measureTarget(target: Target): Promise<Row[]> {
  try {
    const rows: Row[] = [];
    for (const connections of connectionCounts) {
      await runLoad(target, { connections, warmupMs, runMs: 0 });
      await sleep(settleMs);
      const pids = target.pids();
      const before = pids.map(writtenBytes);
      const { writesPerSecond } = await runLoad(target, { connections, warmupMs: 0, runMs });
      await sleep(settleMs);
      const writes = (writesPerSecond * runMs) / 1_000;
      const each = pids.map((pid, i) => Math.round((writtenBytes(pid) - (before[i] ?? 0)) / writes));
      const bytes = { leastBytes: Math.min(...each), mostBytes: Math.max(...each) };
      rows.push({ target: target.name, connections, writesPerSecond, ...bytes });
      process.stderr.write(`${JSON.stringify(rows.at(-1))}\n`);
    }
    return rows;
  } finally {
    await target.stop();
  }
}

/** All bytes and syncs of three peers and two agents with a service, while nothing happens. */
async function measureIdle(minutes: number): Promise<object> {
  const cluster = await Cluster.start({ peers: 3, agents: 2 });
  try {
    const service = { name: 'echo', script: echoScript(), replicas: 2, ports: ['http'] };
    const body = cluster.manifest('web', [service]);
    await request(`${(await cluster.leader()).api}/api/apply`, { method: 'POST', body });
    await cluster.untilRuns('echo', 2);
    await sleep(settleMs);
    const pids = [...cluster.peers, ...cluster.agents].map(({ pid }) => pid);
    const before = pids.map(writtenBytes);
    const syncs = canTrace ? await SyncCounter.start(pids) : undefined;
    process.stderr.write(`idle for ${minutes} minutes\n`);
    await sleep(minutes * 60_000);
    const bytes = pids.reduce((sum, pid, i) => sum + writtenBytes(pid) - (before[i] ?? 0), 0);
    const counts = await syncs?.stop();
    return {
      idleMinutes: minutes,
      bytes,
      syncs: counts?.reduce((sum, count) => sum + count, 0) ?? 'unknown',
    };
  } finally {
    await cluster.stop();
  }
}
