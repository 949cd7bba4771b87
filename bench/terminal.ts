// A terminal for a program under measurement: `script` gives it one, its bytes come here as they are written.

import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { present } from '../src/lib/assert.ts';
import { until } from '../test/e2e/until.ts';

/** For anything to be written, in milliseconds. */
const patienceMs = 30_000;

export class Terminal {
  readonly #child: ChildProcess;
  #output = '';
  #waiting: { readonly text: string; readonly from: number; readonly resolve: () => void } | undefined;

  /** Runs `command` (words that need no quoting) in a terminal of 80x24. */
  constructor(command: string, env: Readonly<Record<string, string>>) {
    this.#child = spawn(
      'script',
      ['-q', '-e', '-f', '-c', `stty rows 24 cols 80; exec ${command}`, '/dev/null'],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
        env: { ...process.env, TERM: 'xterm-256color', LANG: 'C.UTF-8', ...env },
      },
    );
    present(this.#child.stdout, 'a pipe').on('data', (chunk: Buffer) => {
      this.#output += chunk.toString();
      const waiting = this.#waiting;
      if (waiting === undefined || this.#output.indexOf(waiting.text, waiting.from) < 0) return;
      this.#waiting = undefined;
      waiting.resolve();
    });
  }

  /** Resolves when `text` is written, from now on; with `sinceStart`, also when it was before. */
  wait(text: string, sinceStart = false): Promise<void> {
    const from = sinceStart ? 0 : this.#output.length;
    if (this.#output.indexOf(text, from) >= 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const late = (): void => reject(new Error(`"${text}" was not written within ${patienceMs} ms`));
      const timer = setTimeout(late, patienceMs);
      const found = (): void => {
        clearTimeout(timer);
        resolve();
      };
      this.#waiting = { text, from, resolve: found };
    });
  }

  type(keys: string): void {
    present(this.#child.stdin, 'a pipe').write(keys);
  }

  /** Of the program in the terminal, the child of `script`. */
  async pid(): Promise<number> {
    const own = present(this.#child.pid, 'script runs');
    return until('the program runs', () => {
      const children = readFileSync(`/proc/${own}/task/${own}/children`, 'utf8').trim();
      return children === '' ? undefined : Number(children.split(' ')[0]);
    });
  }

  get exited(): Promise<void> {
    return new Promise((resolve) => {
      this.#child.once('exit', () => resolve());
    });
  }
}
