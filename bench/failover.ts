// How long nothing can be written when a leader goes, by the way in which it goes, as clients see it that write to the
// other members all the time: the longest time between two successes, from the blow until another leads.

import { setTimeout as sleep } from 'node:timers/promises';
import { renderTable } from '../src/cli/table.ts';
import { present } from '../src/lib/assert.ts';
import { request } from '../test/e2e/http.ts';
import { etcdIsInstalled, startEtcd } from './etcd-target.ts';
import { startOrion } from './orion-target.ts';
import type { Cause, FailoverTarget, WriteRequest } from './target.ts';

/** Between two requests to the same member. */
const askMs = 20;
/** Longer than any answer takes that orion owes. */
const answerMs = 3_000;
const giveUpMs = 60_000;
/** Of writing before the blow. */
const warmUpMs = 300;

interface Row {
  readonly target: string;
  readonly cause: Cause;
  readonly runs: number;
  readonly minMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Strikes the leader `runs` times in each way. */
export async function benchFailover(runs: number): Promise<void> {
  const rows = [...(await measureAll(await startOrion(), runs))];
  if (etcdIsInstalled()) rows.push(...(await measureAll(await startEtcd(), runs)));
  else process.stderr.write('etcd is not installed: skipped\n');
  process.stdout.write(
    renderTable<Row>(
      [
        { title: 'TARGET', cell: (row) => row.target },
        { title: 'LEADER', cell: (row) => row.cause },
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

async function measureAll(target: FailoverTarget, runs: number): Promise<readonly Row[]> {
  try {
    const rows: Row[] = [];
    for (const cause of target.causes) rows.push(await measure(target, cause, runs));
    return rows;
  } finally {
    await target.stop();
  }
}

async function measure(target: FailoverTarget, cause: Cause, runs: number): Promise<Row> {
  const times: number[] = [];
  for (let i = 0; i < runs; i += 1) {
    const { followers } = await target.members();
    const writing = writeTo(followers, (n) => target.write(n));
    await sleep(warmUpMs);
    const { atMs, isFollowedUp } = await target.strike(cause);
    times.push(Math.round(await longestPause(writing.successes, atMs, isFollowedUp)));
    writing.stop();
    process.stderr.write(`${target.name}, leader ${cause}, ${i + 1}/${runs}: ${times.at(-1)} ms\n`);
    await target.heal();
  }
  times.sort((a, b) => a - b);
  const at = (fraction: number): number => times[Math.max(0, Math.ceil(fraction * times.length) - 1)] ?? NaN;
  return { target: target.name, cause, runs, minMs: at(0), p50Ms: at(0.5), p99Ms: at(0.99) };
}

/**
 * Sends a write to each member every {@link askMs}, whether or not the one before was answered: a member that sits on a
 * request from before the election does not decide the figure. `successes` grows by the time of each success.
 */
function writeTo(
  ports: readonly number[],
  write: (n: number) => WriteRequest,
): { readonly successes: readonly number[]; readonly stop: () => void } {
  const successes: number[] = [];
  let count = 0;
  const ask = async (port: number): Promise<void> => {
    count += 1;
    const one = write(count);
    if (await succeeds(`http://127.0.0.1:${port}${one.path}`, one)) successes.push(performance.now());
  };
  const timer = setInterval(() => {
    for (const port of ports) void ask(port);
  }, askMs);
  return { successes, stop: () => clearInterval(timer) };
}

/** The longest time without a success from `fromMs` to the first success that comes once another leads. */
async function longestPause(
  successes: readonly number[],
  fromMs: number,
  isFollowedUp: () => Promise<boolean>,
): Promise<number> {
  const deadlineMs = performance.now() + giveUpMs;
  while (!(await isFollowedUp())) {
    if (performance.now() > deadlineMs) throw new Error(`nobody else led within ${giveUpMs} ms`);
    await sleep(askMs);
  }
  const followedUpMs = performance.now();
  while ((successes.at(-1) ?? 0) < followedUpMs) {
    if (performance.now() > deadlineMs) throw new Error(`no write succeeded within ${giveUpMs} ms`);
    await sleep(askMs);
  }
  const times = [fromMs, ...successes.filter((time) => time > fromMs)];
  const pauses = times.slice(1).map((time, i) => time - present(times[i], 'a success has one before it'));
  return Math.max(...pauses);
}

async function succeeds(url: string, { method, body }: WriteRequest): Promise<boolean> {
  try {
    const answer = await request(url, { method, body: JSON.parse(body), timeoutMs: answerMs });
    return answer.status < 300;
  } catch {
    return false; // not reached, or not in time: the next try tells
  }
}
