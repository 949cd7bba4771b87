// What processes do to their disks: bytes by /proc, syncs by strace.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './until.ts';

/** Bytes that process `pid` has caused to be written to disks so far, without the file system's own journal. */
export function writtenBytes(pid: number): number {
  return Number(/^write_bytes: (\d+)$/mu.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1]);
}

/** Counts every call that makes something durable, in all `pids`, until it is stopped. Needs strace. */
export class SyncCounter {
  readonly #folder = mkdtempSync(join(tmpdir(), 'orion-syncs-'));
  readonly #tracers: readonly ReturnType<typeof spawn>[];
  readonly #pids: readonly number[];

  private constructor(pids: readonly number[]) {
    this.#pids = pids;
    this.#tracers = pids.map((pid) => {
      const calls = 'trace=fsync,fdatasync,msync,sync,syncfs,sync_file_range';
      const output = join(this.#folder, String(pid));
      return spawn('strace', ['-f', '-q', '-e', calls, '-e', 'signal=none', '-o', output, '-p', String(pid)]);
    });
  }

  static async start(pids: readonly number[]): Promise<SyncCounter> {
    const counter = new SyncCounter(pids);
    for (const pid of pids) {
      await until(`process ${pid} is traced`, () =>
        /^TracerPid:\t[1-9]/mu.test(readFileSync(`/proc/${pid}/status`, 'utf8')),
      );
    }
    return counter;
  }

  /** The number of syncs of each process, in the order of its pids. */
  async stop(): Promise<readonly number[]> {
    await Promise.all(
      this.#tracers.map(async (tracer) => {
        const exited = once(tracer, 'exit');
        tracer.kill('SIGINT'); // It lets go of the process and writes out what it saw.
        await exited;
      }),
    );
    const counts = this.#pids.map((pid) => {
      const lines = readFileSync(join(this.#folder, String(pid)), 'utf8').split('\n');
      return lines.filter((line) => /^\d+ +(fsync|fdatasync|msync|sync|syncfs|sync_file_range)\(/u.test(line))
        .length;
    });
    rmSync(this.#folder, { recursive: true });
    return counts;
  }
}
