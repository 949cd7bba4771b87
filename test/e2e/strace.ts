// A disk that fails, for a process that runs: strace meddles with its system calls. Needs strace and the right to attach.

import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { until } from './until.ts';

export const canTrace =
  spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0 && process.getuid?.() === 0;
if (!canTrace)
  process.stderr.write('strace is not installed, or may not attach: what needs a failing disk is skipped\n');

/** What becomes of each sync: it never ends, or it fails. */
const injections = { hangs: 'delay_enter=600s', fails: 'error=EIO' } as const;

/** From now on each sync of process `pid` hangs or fails, until the tracer is ended by {@link endTracer}. */
export async function breakSyncs(pid: number, how: keyof typeof injections): Promise<ChildProcess> {
  const calls = 'pwrite64,fdatasync,fsync'; // the log is written through, at positions
  const inject = ['-e', `trace=${calls}`, '-e', `inject=${calls}:${injections[how]}`];
  const tracer = spawn('strace', ['-f', '-q', ...inject, '-o', '/dev/null', '-p', String(pid)]);
  await until(`process ${pid} is traced`, () =>
    /^TracerPid:\t[1-9]/mu.test(readFileSync(`/proc/${pid}/status`, 'utf8')),
  );
  return tracer;
}

/** A tracer holds even what was killed: nothing that it traces ends before it does. */
export async function endTracer(tracer: ChildProcess): Promise<void> {
  if (tracer.exitCode !== null || tracer.signalCode !== null) return;
  const exited = once(tracer, 'exit');
  tracer.kill('SIGKILL');
  await exited;
}
