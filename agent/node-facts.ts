// What this machine is and does: capacity, runtimes, load.

import { execFile } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import type { Resources, Runtime } from '../src/protocol/objects.ts';

/** How long a runtime may take to tell its version, in milliseconds. */
const probeMs = 5_000;

export function capacityOf(): Resources {
  return { cpu: os.cpus().length, memory: os.totalmem() };
}

/** `node` is the one that the agent runs on; `command` needs nothing; the others are looked for on the PATH. */
export async function findRuntimes(): Promise<Runtime[]> {
  const [bun, deno] = await Promise.all([tellsVersion('bun'), tellsVersion('deno')]);
  return ['node', ...(bun ? (['bun'] as const) : []), ...(deno ? (['deno'] as const) : []), 'command'];
}

/** Cores in use since the last call (of the first: since the machine started) and bytes in use. */
export function createLoadMeter(): () => Resources {
  let last = { busy: 0, total: 0 };
  let cpu = 0;
  return () => {
    const now = cpuTimes();
    const total = now.total - last.total;
    if (total > 0) cpu = ((now.busy - last.busy) / total) * os.cpus().length;
    last = now;
    return { cpu: Math.max(0, Math.round(cpu * 1_000) / 1_000), memory: memoryInUse() };
  };
}

function tellsVersion(program: string): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(program, ['--version'], { timeout: probeMs }, (error) => resolve(error === null));
  });
}

/** Milliseconds over all cores. */
function cpuTimes(): { readonly busy: number; readonly total: number } {
  let idle = 0;
  let total = 0;
  for (const { times } of os.cpus()) {
    idle += times.idle;
    total += times.user + times.nice + times.sys + times.irq + times.idle;
  }
  return { busy: total - idle, total };
}

/** Caches that the kernel would give back count as free, where it tells. */
function memoryInUse(): number {
  try {
    const available = /^MemAvailable:\s+(\d+) kB$/m.exec(fs.readFileSync('/proc/meminfo', 'utf8'))?.[1];
    if (available !== undefined) return os.totalmem() - Number(available) * 1_024;
  } catch {
    // No /proc here.
  }
  return os.totalmem() - os.freemem();
}
