// One process of an `orion dev`: a peer or an agent, with its log file and the channel over which it is asked to stop.
//
// H1. It stands in a process group of its own: the terminal's Ctrl-C reaches `dev` alone, which ends the rest in order.
// H2. It ends by itself when `dev` is gone (its channel closes): nobody is left behind but services.

import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { assert, present } from '../../lib/assert.ts';
import type { StopMessage } from '../stop-request.ts';

const tailLines = 8;

export interface ChildOptions {
  readonly id: string;
  /** The file that node runs as `orion`. */
  readonly mainFile: string;
  /** Arguments after it. */
  readonly args: readonly string[];
  readonly dataDir: string;
  readonly logFile: string;
  /** Called with each exit: `SIGKILL`, `exit code 1`. */
  readonly onExit: (how: string) => void;
}

export class Child {
  readonly id: string;
  readonly dataDir: string;
  readonly logFile: string;
  readonly #options: ChildOptions;
  #process: ChildProcess | undefined;
  #pid = 0;
  #exited: Promise<void> = Promise.resolve();

  constructor(options: ChildOptions) {
    this.id = options.id;
    this.dataDir = options.dataDir;
    this.logFile = options.logFile;
    this.#options = options;
  }

  get running(): boolean {
    return this.#process !== undefined;
  }

  /** Of the process that runs, or ran last; 0 before the first start. */
  get pid(): number {
    return this.#pid;
  }

  start(): void {
    assert(!this.running, 'a child is started once at a time');
    const { mainFile, args, logFile, onExit } = this.#options;
    const log = openSync(logFile, 'a');
    const child = spawn(process.execPath, [...process.execArgv, mainFile, ...args], {
      stdio: ['ignore', log, log, 'ipc'],
      detached: true, // H1
    });
    closeSync(log);
    this.#process = child;
    this.#pid = present(child.pid, 'node starts: it is what runs this');
    this.#exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.#process = undefined;
        onExit(signal ?? `exit code ${code}`);
        resolve();
      });
    });
  }

  /** Asks it to stop, and resolves when it is gone. `services`: an agent takes its services along. */
  async stop(services: boolean): Promise<void> {
    const message: StopMessage = { kind: 'stop', services };
    this.#process?.kill('SIGCONT'); // it may have been paused, and would never hear
    if (this.#process?.connected === true) this.#process.send(message, () => {});
    await this.#exited;
  }

  kill(): void {
    this.#process?.kill('SIGKILL');
  }

  /** The command that starts it again by hand, for a shell in this folder. */
  command(): string {
    const { mainFile, args } = this.#options;
    const isInstalled = /(^|\/)orion$/.test(process.argv[1] ?? '');
    const program = isInstalled ? ['orion'] : ['node', ...process.execArgv, mainFile];
    return [...program, ...args].map(shorten).map(quote).join(' ');
  }

  /** The last lines of its log. */
  logTail(): string {
    const text = existsSync(this.logFile) ? readFileSync(this.logFile, 'utf8') : '';
    return text.trimEnd().split('\n').slice(-tailLines).join('\n');
  }
}

/** Paths below the working directory are shown relative to it. */
function shorten(argument: string): string {
  return argument.startsWith(process.cwd() + sep) ? relative(process.cwd(), argument) : argument;
}

function quote(argument: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}
