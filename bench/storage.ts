// What storage does by itself, without a cluster: restarts behind a long history, a state sent and installed, synced writes.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asIndex, asOperation, asTerm } from '../raft/types.ts';
import { renderTable } from '../src/cli/table.ts';
import type { Row as StateRow, RowKey } from '../src/state/row.ts';
import { openStorage } from '../src/storage/open.ts';
import { openStateStore } from '../src/storage/state-store.ts';
import { pointAt, setting, settingKey } from '../test/storage/state-store-suite.ts';
import { outputFor, startChild } from './child.ts';
import { type History, historyPeer, writeHistory } from './history.ts';

const MiB = 1024 * 1024;
/** Of the state that is sent: a gigabyte would be an absurd control plane. */
const sentRows = 100_000;
const sentRowBytes = 1_000;
const rowsPerFlush = 2_000;
const syncedMs = 5_000;
/** As many as a kill can leave: a flush is due after 4 MiB of log. */
const unflushed = 20_000;

interface Row {
  readonly what: string;
  readonly figures: Readonly<Record<string, number>>;
}

/** `entries`: of the history behind which a peer is restarted. */
export async function benchStorage(entries: number): Promise<void> {
  const rows: Row[] = [];
  const note = (what: string, figures: Row['figures']): void => {
    rows.push({ what, figures });
    process.stderr.write(`${what}: ${JSON.stringify(figures)}\n`);
  };
  const histories: readonly (readonly [string, History])[] = [
    ['restart, log cut, state up to date', { entries, unflushed: 0, isCut: true }],
    ['restart, log cut, state behind', { entries, unflushed: Math.min(unflushed, entries), isCut: true }],
    ['restart, whole log, no state', { entries, unflushed: entries, isCut: false }],
  ];
  for (const [what, history] of histories) note(what, await inTemp((at) => measureRestart(at, history)));
  const { sent, installed } = await inTemp(measureSnapshot);
  note('snapshot sent', sent);
  note('snapshot installed', installed);
  note('log, one entry of 256 bytes a sync', await inTemp(measureLog));
  note('state, 100 rows a sync', await inTemp(measureState));
  process.stdout.write(
    renderTable<Row>(
      [
        { title: 'WHAT', cell: (row) => row.what },
        { title: 'FIGURES', cell: (row) => textOf(row.figures) },
      ],
      rows,
    ),
  );
  for (const { what, figures } of rows) {
    process.stdout.write(`${JSON.stringify({ bench: 'storage', what, ...figures })}\n`);
  }
}

const textOf = (figures: Row['figures']): string =>
  Object.entries(figures)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');

async function inTemp<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'orion-bench-'));
  try {
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** In a process of its own, as a restart is. */
async function measureRestart(directory: string, history: History): Promise<Row['figures']> {
  await writeHistory(directory, history);
  const child = startChild(process.execPath, [join(import.meta.dirname, 'restart.js'), directory]);
  return JSON.parse(await outputFor(child, '')) as Row['figures'];
}

async function measureSnapshot(
  directory: string,
): Promise<{ sent: Row['figures']; installed: Row['figures'] }> {
  const from = await openStateStore({ directory: join(directory, 'from') });
  for (let first = 0; first < sentRows; first += rowsPerFlush) {
    const names = Array.from({ length: rowsPerFlush }, (_, i) => `row-${first + i}`);
    const rows = new Map<RowKey, StateRow>(
      names.map((name) => [settingKey(name), setting(name, 'x'.repeat(sentRowBytes))]),
    );
    await from.flush({ snapshot: pointAt(first + 1), rows });
  }
  const peak = peakMemory();
  const source = await from.openSnapshot();
  const to = await openStateStore({ directory: join(directory, 'to') });
  const sink = await to.stage(source.snapshot);
  let [bytes, readMs, writeMs, chunks] = [0, 0, 0, 0];
  for (;;) {
    const startMs = performance.now();
    const chunk = await source.read(chunks);
    const readAtMs = performance.now();
    readMs += readAtMs - startMs;
    if (chunk === undefined) break;
    await sink.write(chunk);
    writeMs += performance.now() - readAtMs;
    bytes += chunk.bytes.length;
    chunks += 1;
  }
  const memory = peak();
  const finish = await timed(() => sink.finish());
  await sink.close();
  const install = await timed(() => to.install(source.snapshot));
  await source.close();
  await Promise.all([from.close(), to.close()]);
  const size = bytes / MiB;
  return {
    sent: { mib: Math.round(size), chunks, mibPerSecond: rate(size, readMs), memoryGrewMiB: memory },
    installed: {
      mib: Math.round(size),
      writeMibPerSecond: rate(size, writeMs),
      finishMs: Math.round(finish),
      installMs: Math.round(install),
      mibPerSecond: rate(size, writeMs + finish + install),
    },
  };
}

async function measureLog(directory: string): Promise<Row['figures']> {
  const storage = await openStorage({ directory, peerId: historyPeer.peerId });
  let index = 0;
  const figures = await repeat(async () => {
    index += 1;
    await storage.log.persist({
      operation: asOperation(index),
      install: undefined,
      mended: false,
      hardState: index === 1 ? { term: asTerm(1), vote: undefined } : undefined,
      truncateFrom: undefined,
      entries: [
        {
          index: asIndex(index),
          term: asTerm(1),
          time: 0,
          payload: { kind: 'command', data: new Uint8Array(256) },
        },
      ],
    });
  });
  await storage.close();
  return figures;
}

async function measureState(directory: string): Promise<Row['figures']> {
  const store = await openStateStore({ directory });
  let index = 0;
  const figures = await repeat(async () => {
    index += 1;
    const names = Array.from({ length: 100 }, (_, i) => `row-${(index * 37 + i * 101) % 10_000}`);
    const rows = new Map(names.map((name) => [settingKey(name), setting(name, 'x'.repeat(256))]));
    await store.flush({ snapshot: pointAt(index), rows });
  });
  await store.close();
  return figures;
}

/** One after the other for a while. */
async function repeat(work: () => Promise<void>): Promise<Row['figures']> {
  const times: number[] = [];
  const startMs = performance.now();
  while (performance.now() - startMs < syncedMs) times.push(await timed(work));
  times.sort((a, b) => a - b);
  const at = (fraction: number): number =>
    Math.round((times[Math.floor(fraction * times.length)] ?? NaN) * 100) / 100;
  return { perSecond: Math.round((1_000 * times.length) / syncedMs), p50Ms: at(0.5), p99Ms: at(0.99) };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
}

const rate = (mib: number, ms: number): number => Math.round((mib * 1_000) / ms);

/** Answers by how many MiB the memory of the process was ever above what it is now. */
function peakMemory(): () => number {
  const { rss } = process.memoryUsage();
  let peak = rss;
  const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 20);
  return () => {
    clearInterval(timer);
    return Math.round((peak - rss) / MiB);
  };
}
