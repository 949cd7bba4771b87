// From `kill -9` of the leader to the first write that succeeds again, as a client sees it who asks the other members.

import { setTimeout as sleep } from 'node:timers/promises';
import { renderTable } from '../src/cli/table.ts';
import { request } from '../test/e2e/http.ts';
import { etcdIsInstalled, startEtcd } from './etcd-target.ts';
import { startOrion } from './orion-target.ts';
import type { FailoverTarget, WriteRequest } from './target.ts';

const runs = 20;
/** Between two requests to the same member. */
const askMs = 20;
/** Longer than any answer takes that orion owes. */
const answerMs = 3_000;
const giveUpMs = 60_000;

interface Row {
  readonly target: string;
  readonly runs: number;
  readonly minMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export async function benchFailover(): Promise<void> {
  const rows = [await measure(await startOrion())];
  if (etcdIsInstalled()) rows.push(await measure(await startEtcd()));
  else process.stderr.write('etcd is not installed: skipped\n');
  process.stdout.write(
    renderTable<Row>(
      [
        { title: 'TARGET', cell: (row) => row.target },
        { title: 'RUNS', cell: (row) => String(row.runs) },
        { title: 'MIN MS', cell: (row) => String(row.minMs) },
        { title: 'P50 MS', cell: (row) => String(row.p50Ms) },
        { title: 'P99 MS', cell: (row) => String(row.p99Ms) },
      ],
      rows,
    ),
  );
  for (const row of rows) process.stdout.write(`${JSON.stringify({ bench: 'failover', ...row })}\n`);
}

async function measure(target: FailoverTarget): Promise<Row> {
  const times: number[] = [];
  try {
    for (let i = 0; i < runs; i += 1) {
      const others = await target.killLeader();
      const start = performance.now();
      const end = await firstWrite(others, target.write(i));
      times.push(Math.round(end - start));
      process.stderr.write(`${target.name} ${i + 1}/${runs}: ${times.at(-1)} ms\n`);
      await target.heal();
    }
  } finally {
    await target.stop();
  }
  times.sort((a, b) => a - b);
  const at = (fraction: number): number => times[Math.max(0, Math.ceil(fraction * times.length) - 1)] ?? NaN;
  return { target: target.name, runs, minMs: at(0), p50Ms: at(0.5), p99Ms: at(0.99) };
}

/**
 * Sends a write to each member every {@link askMs}, whether or not the one before was answered: a member that sits on a
 * request from before the election does not decide the figure. Returns when the first success came.
 */
async function firstWrite(ports: readonly number[], write: WriteRequest): Promise<number> {
  const deadline = performance.now() + giveUpMs;
  const successes: number[] = [];
  const ask = async (port: number): Promise<void> => {
    if (await succeeds(`http://127.0.0.1:${port}${write.path}`, write)) successes.push(performance.now());
  };
  for (;;) {
    if (successes[0] !== undefined) return successes[0];
    if (performance.now() > deadline) throw new Error(`no write succeeded within ${giveUpMs} ms`);
    for (const port of ports) void ask(port);
    await sleep(askMs);
  }
}

async function succeeds(url: string, { method, body }: WriteRequest): Promise<boolean> {
  try {
    const answer = await request(url, { method, body: JSON.parse(body), timeoutMs: answerMs });
    return answer.status < 300;
  } catch {
    return false; // not reached, or not in time: the next try tells
  }
}
