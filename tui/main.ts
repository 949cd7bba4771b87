// `orion tui`: the model, the terminal and the feed, put together.
//
// M1. The first screen is painted before anybody is asked: a peer that never answers delays nothing.
// M2. A key is answered at once; data is painted at most five times a second, and time once.
// M3. Every way out leads through `close`: the terminal comes back first, then whatever is to be said. What Node would
//     write to standard error meanwhile would stand in the middle of the screen: it waits.

import { spawn } from 'node:child_process';
import type { ReadStream, WriteStream } from 'node:tty';
import { unreachable } from '../src/lib/assert.ts';
import type { Feed } from './feed.ts';
import { memoryPath, readMemory, writeMemory } from './memory-file.ts';
import type { Effect, Input, Now } from './model/messages.ts';
import { Model } from './model/model.ts';
import { Screen } from './screen.ts';
import { coloursOf, isAsciiOnly } from './theme.ts';

export interface TuiOptions {
  /** URLs of peers. */
  readonly peers: readonly string[];
  /** Name of the context; undefined when peers were named by hand. */
  readonly context: string | undefined;
  readonly readOnly: boolean;
  /** Draw with ASCII alone, whatever the locale says. */
  readonly ascii: boolean;
  readonly stdin: ReadStream;
  readonly stdout: WriteStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The file that node runs as `orion`: it edits. */
  readonly mainFile: string;
}

/** Between two paints of data, in milliseconds. */
const dataPaintMs = 200;
/** Warnings of Node that are kept to be said at the end. */
const warningsMax = 10;
/** Between two paints of time that passes, in milliseconds. */
const clockPaintMs = 1_000;

/** Resolves when somebody quits or a signal ends it. */
export async function runTui(options: TuiOptions): Promise<void> {
  const tui = new Tui(options);
  await tui.run();
}

const now = (): Now => ({ wallMs: Date.now(), monotonicMs: performance.now() });

class Tui {
  readonly #options: TuiOptions;
  readonly #memoryPath: string;
  readonly #model: Model;
  readonly #screen: Screen;
  #feed: Feed | undefined;
  #paintTimer: NodeJS.Timeout | undefined;
  #paintSoon = false;
  #isOver = false;
  /** Somebody else has the terminal. */
  #isAway = false;
  readonly #over: Promise<void>;
  #settle: () => void = () => undefined;

  constructor(options: TuiOptions) {
    this.#options = options;
    const { stdin, stdout, env } = options;
    this.#memoryPath = memoryPath(env);
    this.#over = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.#screen = new Screen({
      stdin,
      stdout,
      colours: coloursOf(env),
      onInput: (input) => this.#take(input),
    });
    this.#model = new Model(
      {
        ...this.#screen.size,
        context: options.context,
        readOnly: options.readOnly,
        ascii: options.ascii || isAsciiOnly(env),
        memory: readMemory(this.#memoryPath),
      },
      now(),
    );
  }

  async run(): Promise<void> {
    const quit = (): void => this.#close();
    const interrupt = (): void => {
      if (!this.#isAway) this.#close(); // Ctrl-C in an editor is the editor's
    };
    const again = (): void => {
      this.#screen.refresh();
      this.#paint();
    };
    const signals = ['SIGTERM', 'SIGHUP'] as const;
    for (const signal of signals) process.on(signal, quit);
    process.on('SIGINT', interrupt);
    process.on('SIGCONT', again);
    process.on('uncaughtExceptionMonitor', quit); // M3
    const warnings = new Warnings();
    this.#options.stdin.on('end', quit);
    this.#paint(); // M1
    const clock = setInterval(() => this.#paint(), clockPaintMs);
    try {
      const { Feed } = await import('./feed.ts');
      const feed = new Feed({ peers: this.#options.peers, onInput: (input) => this.#take(input) });
      this.#feed = feed;
      void feed.run();
      await this.#over;
      feed.stop();
    } finally {
      clearInterval(clock);
      clearTimeout(this.#paintTimer);
      for (const signal of signals) process.off(signal, quit);
      process.off('SIGINT', interrupt);
      process.off('SIGCONT', again);
      process.off('uncaughtExceptionMonitor', quit);
      this.#close();
      warnings.end();
    }
  }

  #close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#screen.close();
    this.#settle();
  }

  #take(input: Input): void {
    if (this.#isOver) return;
    if (input.kind === 'key' && input.key === 'ctrl-l') this.#screen.refresh();
    for (const effect of this.#model.step(input, now())) this.#perform(effect);
    const isHand = input.kind === 'key' || input.kind === 'mouse' || input.kind === 'resize';
    if (isHand) this.#paintNow();
    else this.#paintTimer ??= setTimeout(() => this.#paint(), dataPaintMs);
  }

  /** After all keys that are at hand. */
  #paintNow(): void {
    if (this.#paintSoon) return;
    this.#paintSoon = true;
    setImmediate(() => this.#paint());
  }

  #paint(): void {
    if (this.#isOver) return;
    clearTimeout(this.#paintTimer);
    this.#paintTimer = undefined;
    this.#paintSoon = false;
    this.#screen.draw(this.#model.screen(now()));
  }

  #perform(effect: Effect): void {
    const feed = this.#feed;
    switch (effect.kind) {
      case 'quit':
        return this.#close();
      case 'remember':
        return writeMemory(this.#memoryPath, effect.memory);
      case 'edit':
        return void this.#edit(effect.service);
      case 'write':
        return feed?.write(effect.write);
      case 'revisions':
        return feed?.askRevisions(effect.service);
      case 'logs.open':
        return feed?.openLogs(effect);
      case 'logs.close':
        return feed?.closeLogs(effect.stream);
      default:
        return unreachable(effect);
    }
  }

  /** `orion edit service NAME` on this terminal; what it says is there to be read until Enter. */
  async #edit(service: string): Promise<void> {
    const { mainFile, peers, stdin, stdout } = this.#options;
    this.#isAway = true;
    this.#screen.suspend();
    const args = [mainFile, 'edit', 'service', service, '--no-wait', '--peers', peers.join(',')];
    const code = await new Promise<number | null>((resolve) => {
      const child = spawn(process.execPath, args, { stdio: 'inherit' });
      child.once('exit', resolve);
      child.once('error', () => resolve(null));
    });
    if (code !== 0) {
      stdout.write('\nEnter brings the screen back. ');
      await new Promise<void>((resolve) => {
        stdin.resume();
        stdin.once('data', () => resolve());
      });
    }
    this.#isAway = false;
    if (this.#isOver) return;
    this.#screen.resume();
    this.#paint();
  }
}

/** Node's own warnings, kept while the screen stands (M3). */
class Warnings {
  readonly #before = process.rawListeners('warning');
  readonly #kept = new Set<string>();
  readonly #keep = (warning: Error): void => {
    if (this.#kept.size < warningsMax) this.#kept.add(`${warning.name}: ${warning.message}`);
  };

  constructor() {
    process.removeAllListeners('warning');
    process.on('warning', this.#keep);
  }

  end(): void {
    process.off('warning', this.#keep);
    for (const listener of this.#before) process.on('warning', listener as (warning: Error) => void);
    for (const text of this.#kept) process.stderr.write(`${text}\n`);
  }
}
