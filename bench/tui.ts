// What the terminal screen costs, and how fast it answers: 2,000 replicas on 100 nodes with 200 changes a second, then
// with none; and its first paint beside a bare Node's first byte, while the only peer never answers.

import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { renderTable } from '../src/cli/table.ts';
import { mainFile } from '../test/e2e/program.ts';
import { Terminal } from './terminal.ts';
import { SimulatedPeer } from './tui-peer.ts';

/** Starts of each kind; the median is told. */
const starts = 9;
/** Keys of each kind that are timed. */
const keys = 100;
/** Ticks a second in /proc. */
const ticks = 100;

interface Row {
  readonly what: string;
  readonly milliseconds: number;
}

export async function benchTui(seconds: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'orion-bench-tui-'));
  try {
    const rows = [
      ...(await benchStart(folder)),
      ...(await benchRun(folder, { seconds, changes: 200 })),
      ...(await benchRun(folder, { seconds, changes: 0 })),
    ];
    process.stdout.write(
      renderTable<Row>(
        [
          { title: 'WHAT', cell: (row) => row.what },
          { title: 'MS', cell: (row) => row.milliseconds.toFixed(1) },
        ],
        rows,
      ),
    );
    for (const row of rows) process.stdout.write(`${JSON.stringify({ bench: 'tui', ...row })}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const tui = (url: string): string => `${process.execPath} ${mainFile} tui --peers ${url}`;

async function benchRun(
  folder: string,
  { seconds, changes }: { readonly seconds: number; readonly changes: number },
): Promise<readonly Row[]> {
  const peer = await SimulatedPeer.start();
  const memory = join(folder, String(changes)); // Each begins where a first start does.
  const terminal = new Terminal(tui(peer.url), { XDG_STATE_HOME: memory });
  await terminal.wait('2000/2000', true);
  terminal.type('2'); // The table with all of them.
  if (changes > 0) peer.change(changes);
  const pid = await terminal.pid();
  await sleep(3_000);
  const beforeMs = processorMs(pid);
  const startMs = performance.now();
  await sleep(seconds * 1_000);
  const eachSecond = ((processorMs(pid) - beforeMs) / (performance.now() - startMs)) * 1_000;
  const times: number[] = [];
  for (let i = 0; i < keys; i += 1) {
    times.push(await answerMs(terminal, ':', '\u001b[?25h'));
    await sleep(20);
    times.push(await answerMs(terminal, '\u001b', '\u001b[?25l'));
    await sleep(20);
  }
  terminal.type('\u0003');
  await terminal.exited;
  peer.stop();
  times.sort((a, b) => a - b);
  const when = `${changes} changes a second: `;
  return [
    { what: `${when}processor time each second`, milliseconds: eachSecond },
    {
      what: `${when}from a key to what it shows, p50`,
      milliseconds: times[Math.floor(times.length * 0.5)] ?? 0,
    },
    { what: `${when}the same, p99`, milliseconds: times[Math.floor(times.length * 0.99)] ?? 0 },
    { what: `${when}the same, slowest of ${times.length}`, milliseconds: times.at(-1) ?? 0 },
  ];
}

/** From a key until the bytes that only it can cause. */
async function answerMs(terminal: Terminal, key: string, mark: string): Promise<number> {
  const startMs = performance.now();
  const answered = terminal.wait(mark);
  terminal.type(key);
  await answered;
  return performance.now() - startMs;
}

/** User and system time of a process so far. */
function processorMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return ((Number(fields[11]) + Number(fields[12])) / ticks) * 1_000;
}

/** Against a port that takes connections and never says a word. */
async function benchStart(folder: string): Promise<readonly Row[]> {
  const mute = createServer(() => undefined);
  mute.listen(0, '127.0.0.1');
  await once(mute, 'listening');
  const url = `http://127.0.0.1:${(mute.address() as AddressInfo).port}`;
  const [screen, node]: [number[], number[]] = [[], []];
  for (let i = 0; i < starts; i += 1) {
    node.push(await firstMs(`${process.execPath} -p 1234567`, '1234567', folder));
    screen.push(await firstMs(tui(url), 'waiting', folder));
  }
  mute.close();
  return [
    { what: "a bare Node's first word", milliseconds: median(node) },
    { what: 'the first screen, with a peer that never answers', milliseconds: median(screen) },
  ];
}

async function firstMs(command: string, mark: string, folder: string): Promise<number> {
  const startMs = performance.now();
  const terminal = new Terminal(command, { XDG_STATE_HOME: folder });
  const { exited } = terminal;
  await terminal.wait(mark, true);
  const milliseconds = performance.now() - startMs;
  terminal.type('\u0003');
  await exited;
  return milliseconds;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
