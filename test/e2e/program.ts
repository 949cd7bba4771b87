// One process of a test cluster: the built `orion` with its arguments, its log file, and the signals a test sends it.
// Owns: that one child. Does not own: what it leaves behind (services live on; the cluster ends them).

import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assert, present } from '../../src/lib/assert.ts';

const logTailChars = 4_000;

/** The built binary, whether this file runs from the sources or from dist/. */
export const mainFile = join(projectRoot(), 'dist/src/main.js');

function projectRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}

const alive = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});

export class Program {
  readonly id: string;
  readonly args: readonly string[];
  readonly dataDir: string;
  readonly logFile: string;
  #child: ChildProcess | undefined;
  #exited: Promise<string> = Promise.resolve('never started');

  constructor(options: { id: string; args: readonly string[]; dataDir: string; logFile: string }) {
    this.id = options.id;
    this.args = options.args;
    this.dataDir = options.dataDir;
    this.logFile = options.logFile;
  }

  /** True from `start` until its exit was seen. */
  get running(): boolean {
    return this.#child !== undefined;
  }

  /** Of the running process. */
  get pid(): number {
    return present(this.#child?.pid, `${this.id} runs`);
  }

  /** Settles with the exit code or signal once the process is gone. */
  get exited(): Promise<string> {
    return this.#exited;
  }

  /** Starts it, for the first time or again with the same data. */
  start(): void {
    assert(!this.running, `${this.id} is not running yet`);
    assert(existsSync(mainFile), 'the build stands in dist/: run `npm run build` first');
    const log = openSync(this.logFile, 'a');
    const child = spawn(process.execPath, [mainFile, ...this.args], {
      stdio: ['ignore', log, log],
      detached: true,
    });
    closeSync(log);
    this.#child = child;
    alive.add(child);
    this.#exited = new Promise((resolve) => {
      const settle = (how: string): void => {
        alive.delete(child);
        if (this.#child === child) this.#child = undefined;
        resolve(how);
      };
      child.once('exit', (code, signal) => settle(signal ?? `exit code ${code}`));
      child.once('error', (error) => settle(error.message));
    });
  }

  /** Sends `signal` (default SIGKILL) and waits until the process is gone. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    this.#child?.kill(signal);
    await this.#exited;
  }

  /** Freezes it: its sockets stay open, nothing answers. */
  pause(): void {
    process.kill(this.pid, 'SIGSTOP');
  }

  resume(): void {
    process.kill(this.pid, 'SIGCONT');
  }

  /** Everything it wrote, over all its starts. */
  log(): string {
    return existsSync(this.logFile) ? readFileSync(this.logFile, 'utf8') : '';
  }

  /** The end of that. */
  logTail(): string {
    return this.log().slice(-logTailChars);
  }
}
