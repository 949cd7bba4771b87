// Writes through the API: how many a second, and how long each takes, at growing numbers of connections. Every target
// runs all the time and is measured in turn, so that ratios are of one machine at one moment.

import { renderTable } from '../src/cli/table.ts';
import { startBare } from './bare-target.ts';
import { etcdIsInstalled, startEtcd } from './etcd-target.ts';
import type { LoadResult } from './load.ts';
import { startOrion } from './orion-target.ts';
import { runLoad } from './run-load.ts';
import type { Target } from './target.ts';

const connectionCounts = [1, 16, 64, 256];
/** Of the round before the first measured one. */
const warmConnections = 64;
const warmupMs = 2_000;
const runMs = 6_000;

interface Row extends LoadResult {
  readonly target: string;
  readonly connections: number;
}

/** `values`: how many each key gets in turn. */
export async function benchApi(values: number): Promise<void> {
  const load = (target: Target, connections: number): Promise<LoadResult> =>
    runLoad(target, { connections, warmupMs, runMs, values });
  const targets: Target[] = [];
  try {
    targets.push(await startOrion(), await startBare());
    if (etcdIsInstalled()) targets.push(await startEtcd());
    else process.stderr.write('etcd is not installed: skipped\n');
    // Nobody is measured on cold code.
    for (const target of targets) await load(target, warmConnections);
    const rows: Row[] = [];
    for (const connections of connectionCounts) {
      for (const target of targets) {
        const row = { target: target.name, connections, ...(await load(target, connections)) };
        process.stderr.write(`${JSON.stringify(row)}\n`);
        rows.push(row);
      }
    }
    process.stdout.write(render(rows));
    for (const row of rows) process.stdout.write(`${JSON.stringify({ bench: 'api', values, ...row })}\n`);
  } finally {
    for (const target of targets) await target.stop();
  }
}

function render(rows: readonly Row[]): string {
  const bareOf = (row: Row): number =>
    rows.find((one) => one.target === 'bare' && one.connections === row.connections)?.writesPerSecond ?? NaN;
  return renderTable<Row>(
    [
      { title: 'CONNECTIONS', cell: (row) => String(row.connections) },
      { title: 'TARGET', cell: (row) => row.target },
      { title: 'WRITES/S', cell: (row) => String(row.writesPerSecond) },
      { title: 'OF BARE', cell: (row) => `${Math.round((100 * row.writesPerSecond) / bareOf(row))}%` },
      { title: 'P50 MS', cell: (row) => String(row.p50Ms) },
      { title: 'P99 MS', cell: (row) => String(row.p99Ms) },
      { title: 'REFUSED', cell: (row) => JSON.stringify(row.refused) },
    ],
    rows,
  );
}
