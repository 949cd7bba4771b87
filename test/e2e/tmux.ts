// A real terminal for a test: tmux draws, keys are typed into it, and what it shows is read back.
// Each has a server of its own, which nobody else's tmux sees, and which ends with the test.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './until.ts';

export const canDraw = spawnSync('tmux', ['-V']).status === 0;
if (!canDraw) process.stderr.write('tmux is not installed: what needs a terminal is skipped\n');

export interface PaneOptions {
  /** Run by sh. */
  readonly command: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly width?: number;
  readonly height?: number;
}

/** What programs may change of a terminal, and have to give back. */
interface Modes {
  readonly otherBuffer: boolean;
  readonly cursor: boolean;
  readonly mouse: boolean;
}

export class Pane {
  readonly #folder = mkdtempSync(join(tmpdir(), 'orion-tmux-'));

  constructor({ command, env = {}, width = 80, height = 24 }: PaneOptions) {
    const set = Object.entries({ LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8', ...env }).flatMap(([key, value]) => [
      '-e',
      `${key}=${value}`,
    ]);
    this.#tmux(
      'set-option',
      '-g',
      'default-terminal',
      'screen-256color',
      ';',
      'set-option',
      '-g',
      'remain-on-exit',
      'on',
      ';',
      'new-session',
      '-d',
      '-x',
      String(width),
      '-y',
      String(height),
      ...set,
      command,
    );
  }

  /** What is seen, row by row, without spaces at the end. */
  text(): string {
    return this.#tmux('capture-pane', '-p');
  }

  /** The same with its colours, as escape sequences. */
  styledText(): string {
    return this.#tmux('capture-pane', '-p', '-e');
  }

  /** Types keys by tmux's names: `a`, `Enter`, `C-d`, `Escape`, `Down`. */
  keys(...keys: readonly string[]): void {
    this.#tmux('send-keys', ...keys);
  }

  /** Types `text` as it stands, then Enter. */
  type(text: string): void {
    this.#tmux('send-keys', '-l', text);
    this.keys('Enter');
  }

  /** A click with the left button, as the terminal reports it. */
  click({ x, y }: { readonly x: number; readonly y: number }): void {
    this.#tmux('send-keys', '-l', `\u001b[<0;${x + 1};${y + 1}M`);
  }

  resize(width: number, height: number): void {
    this.#tmux('resize-window', '-x', String(width), '-y', String(height));
  }

  /** Of the program that the shell in it runs. */
  get childPid(): number {
    const shell = this.#format('#{pane_pid}');
    const children = readFileSync(`/proc/${shell}/task/${shell}/children`, 'utf8').trim();
    return Number(children.split(' ')[0]);
  }

  get modes(): Modes {
    const [otherBuffer, cursor, mouse] = this.#format(
      '#{alternate_on} #{cursor_flag} #{mouse_any_flag}',
    ).split(' ');
    return { otherBuffer: otherBuffer === '1', cursor: cursor === '1', mouse: mouse === '1' };
  }

  /** Waits until `part` is seen; answers its row. */
  shows(part: string | RegExp, timeoutMs?: number): Promise<string> {
    const matches = (row: string): boolean =>
      typeof part === 'string' ? row.includes(part) : part.test(row);
    return until(
      `the terminal shows ${String(part)}`,
      () => {
        const text = this.text();
        const row = text.split('\n').find(matches);
        if (row !== undefined) return row;
        throw new Error(`\n${text}`);
      },
      timeoutMs,
    );
  }

  /** Waits until `part` is seen nowhere. */
  hides(part: string): Promise<true> {
    return until(`the terminal shows ${part} no more`, () => {
      const text = this.text();
      if (!text.includes(part)) return true;
      throw new Error(`\n${text}`);
    });
  }

  stop(): void {
    spawnSync('tmux', ['-S', this.#socket, 'kill-server']);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #socket(): string {
    return join(this.#folder, 'socket');
  }

  #format(format: string): string {
    return this.#tmux('display-message', '-p', format).trim();
  }

  #tmux(...args: readonly string[]): string {
    const env = { ...process.env, TMUX: '' };
    return execFileSync('tmux', ['-u', '-f', '/dev/null', '-S', this.#socket, ...args], {
      encoding: 'utf8',
      env,
    });
  }
}
