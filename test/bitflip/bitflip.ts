// Bits that rot, one at a time, in every region of every file of a data directory: a start finds them, serves nothing that was
// not written, and says what is lost.

import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assert } from '../../src/lib/assert.ts';
import { limits } from '../../src/lib/limits.ts';
import { Prng } from '../../src/lib/prng.ts';
import { writeFixture } from './fixture.ts';
import { drawFlips, type Flip } from './flips.ts';
import type { StartAnswer, StartRequest } from './starter.ts';

export interface FlipReport {
  readonly flips: number;
  /** How the starts ended, by kind of file: `segment: 12 impaired`. */
  readonly outcomes: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly failures: readonly string[];
}

/** Flips the bits that `seed` draws, or `atMost` of them, spread over all files. */
export async function flipBits(options: {
  readonly seed: number;
  readonly atMost?: number;
}): Promise<FlipReport> {
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'orion-bitflip-'));
  const starter = new Starter();
  try {
    const sound = join(folder, 'sound');
    const was = await writeFixture(sound);
    const all = drawFlips(sound, new Prng(options.seed));
    const every = Math.max(1, Math.floor(all.length / (options.atMost ?? all.length)));
    const flips = all.filter((_, i) => i % every === options.seed % every);
    const outcomes = new Map<string, Map<string, number>>();
    const failures: string[] = [];
    for (const [number, flip] of flips.entries()) {
      const directory = join(folder, `flipped-${number}`);
      cpSync(sound, directory, { recursive: true });
      flipBit(join(directory, flip.path), flip.bit);
      const outcome = await starter.start({ directory, was });
      const failure = failureOf(flip, outcome);
      if (failure !== undefined) failures.push(failure);
      const ofKind = outcomes.get(flip.kind) ?? new Map<string, number>();
      const name = nameOf(outcome);
      outcomes.set(flip.kind, ofKind.set(name, (ofKind.get(name) ?? 0) + 1));
      rmSync(directory, { recursive: true });
    }
    return { flips: flips.length, outcomes, failures };
  } finally {
    await starter.end();
    rmSync(folder, { recursive: true });
  }
}

function flipBit(file: string, bit: number): void {
  const bytes = readFileSync(file);
  bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  writeFileSync(file, bytes);
}

interface Outcome {
  readonly answer: StartAnswer;
  /** Processes that the damage ended before one started. */
  readonly ended: number;
}

function nameOf({ answer, ended }: Outcome): string {
  if (answer.kind === 'wrong') return 'wrong';
  const parts = [
    answer.verdict,
    ...(answer.anew ? ['transfer anew'] : []),
    ...(ended > 0 ? ['after an abort'] : []),
  ];
  return parts.join(', ');
}

/** Undefined when all is well. */
function failureOf({ path, region, bit, kind }: Flip, { answer }: Outcome): string | undefined {
  const place = `bit ${bit} of ${path} (${kind}, ${region})`;
  if (answer.kind === 'wrong') return `${place}: ${answer.why}`;
  // Every bit of a segment counts, the others may be spare: kept twice, or of no meaning.
  if (kind === 'segment' && answer.verdict !== 'impaired') return `${place}: it was not noticed`;
  return undefined;
}

/** Starts on data directories in a process that may be ended by what it finds, and is then replaced. */
class Starter {
  #child: ChildProcess | undefined;

  async start(request: StartRequest): Promise<Outcome> {
    for (let ended = 0; ; ended += 1) {
      assert(ended <= limits.stateReadsMax, `a state ends ${limits.stateReadsMax} processes at most`);
      const child = (this.#child ??= startChild());
      const done = new AbortController();
      const { signal } = done;
      const answered = once(child, 'message', { signal }).then(([answer]) => answer as StartAnswer);
      const exited = once(child, 'exit', { signal }).then(() => undefined);
      child.send(request);
      const answer = await Promise.race([answered, exited]);
      done.abort();
      await Promise.allSettled([answered, exited]);
      if (answer !== undefined) return { answer, ended };
      this.#child = undefined;
    }
  }

  async end(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const exited = once(child, 'exit');
    child.disconnect();
    await exited;
  }
}

function startChild(): ChildProcess {
  const file = fileURLToPath(new URL(`./starter${extname(import.meta.url)}`, import.meta.url));
  const execArgv = file.endsWith('.ts') ? ['--import', 'tsx'] : [];
  return fork(file, { execArgv, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
}
