// Child processes of a benchmark: started, waited for by a condition, and ended with the benchmark.

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { present } from '../src/lib/assert.ts';

const alive = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});

/** Starts `file` with `args`; its errors are shown, its input and output are the caller's. */
export function startChild(file: string, args: readonly string[]): ChildProcess {
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  alive.add(child);
  child.once('exit', () => alive.delete(child));
  return child;
}

/** Kills it and resolves when it is gone. */
export async function killChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

/** Gives `child` its input; everything that it prints until it ends. Throws when it ends with an error. */
export async function outputFor(child: ChildProcess, input: string): Promise<string> {
  child.stdin?.end(input);
  const closed = once(child, 'close');
  const output = await text(present(child.stdout, 'its output is a pipe'));
  const [code] = (await closed) as [number | null];
  if (code !== 0) throw new Error(`${child.spawnargs.join(' ')} ended with ${code}`);
  return output;
}
