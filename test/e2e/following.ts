// A program that goes on until it is interrupted (`orion logs -f`, `orion get -w`, an example), as a process of its own.

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mainFile } from './program.ts';
import { until } from './until.ts';

export class Following {
  readonly #child: ChildProcess;
  stdout = '';
  stderr = '';

  /** `file`: what node runs; default the built `orion`. */
  constructor(args: readonly string[], file = mainFile) {
    this.#child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
  }

  /** Lines of standard output that are complete. */
  get lines(): readonly string[] {
    return this.stdout.split('\n').slice(0, -1);
  }

  /** Waits until `isThere` is true of the lines. */
  async untilLines(what: string, isThere: (lines: readonly string[]) => boolean): Promise<void> {
    await until(what, () => {
      if (isThere(this.lines)) return true;
      throw new Error(`${this.stdout}\n${this.stderr}`);
    });
  }

  /** As Ctrl-C does it. */
  async interrupt(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGINT');
    await once(this.#child, 'close');
  }
}
