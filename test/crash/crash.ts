// The power goes at every operation of a script that changes a disk, and again while the start after it mends what was
// left. Each time whatever is found must be what the twin allows (judge.ts), and good enough to go on with.
//
// Why forks and not runs: a disk that is forked before each of its operations lets one run of a script stand for all of its
// power cuts.

import { assert, present } from '../../src/lib/assert.ts';
import { messageOf } from '../../src/lib/errors.ts';
import { Prng } from '../../src/lib/prng.ts';
import type { Disk } from '../../src/storage/disk.ts';
import { type DiskOperation, type Fate, SimDisk } from '../storage/sim-disk.ts';
import { type Expectation, judge } from './judge.ts';
import { after, type DiskModel, emptyDisk, isWanted, type StagedModel, type Step } from './model.ts';
import { openParts } from './parts.ts';
import { type Parts, play, readAll } from './play.ts';
import { drawStep } from './script.ts';
import { simLevelAt } from './sim-level.ts';

export const fates: readonly Fate[] = ['kept', 'lost', 'reordered', 'torn'];
/** Between any two of them the power may go. */
export const changing: ReadonlySet<DiskOperation> = new Set([
  'write',
  'datasync',
  'unlink',
  'rename',
  'syncDirectory',
]);
/** Steps that are played on what a power cut left. */
const stepsAfter = 2;

/** The disk right before one of its operations. */
interface Moment {
  readonly disk: SimDisk;
  readonly expectation: Expectation;
  readonly where: string;
}

export interface CrashOptions {
  readonly seed: number;
  readonly steps: number;
  /** What the storage is given in the place of a disk: itself by default. */
  readonly through?: (disk: Disk) => Disk;
}

/** Plays `steps` steps and cuts the power everywhere; answers at how many points. Throws at the first that went wrong. */
export async function crashEverywhere(options: CrashOptions): Promise<number> {
  const through = options.through ?? ((disk) => disk);
  const run = new Run(new SimDisk(options.seed), new Prng(options.seed), through);
  const moments: Moment[] = [];
  run.disk.fault = (operation, path) => {
    if (changing.has(operation)) moments.push(run.moment(`${operation} ${path}`, moments.length));
    return undefined;
  };
  await run.open();
  for (let i = 0; i < options.steps; i += 1) await run.next();
  moments.push(run.moment('the end', moments.length));
  let points = 0;
  for (const [number, moment] of moments.entries()) {
    for (const fate of moment.disk.isSynced ? fates.slice(0, 1) : fates) {
      try {
        points += await crashAt({ moment, fate, seed: options.seed * 100_003 + number, through });
      } catch (error) {
        const { kind } = moment.expectation.step;
        const place = `operation ${number} of seed ${options.seed} (${kind}: ${moment.where}), unsynced writes ${fate}`;
        throw new Error(`power cut at ${place}: ${messageOf(error)}`, { cause: error });
      }
    }
  }
  return points;
}

/** A disk on which so many steps were played, closed in order. */
export async function playScript({ seed, steps }: Pick<CrashOptions, 'seed' | 'steps'>): Promise<SimDisk> {
  const run = new Run(new SimDisk(seed), new Prng(seed), (disk) => disk);
  await run.open();
  for (let i = 0; i < steps; i += 1) await run.next();
  await run.close();
  return run.disk;
}

/** One power cut, and one more in the start after it; what survives both is used, and survives a third. */
async function crashAt(cut: {
  readonly moment: Moment;
  readonly fate: Fate;
  readonly seed: number;
  readonly through: (disk: Disk) => Disk;
}): Promise<number> {
  const { fate, seed, through } = cut;
  const { disk, expectation } = cut.moment;
  const prng = new Prng(seed);
  const left = disk.fork(seed);
  left.reboot(fate);
  const mending: SimDisk[] = [];
  left.fault = (operation) => {
    if (changing.has(operation)) mending.push(left.fork(seed));
    return undefined;
  };
  const run = new Run(left, prng, through);
  await run.openAfter(expectation);
  left.fault = () => undefined;
  await run.goOn(expectation);
  left.reboot('lost');
  await run.reopen();

  const again = present(mending[prng.int({ from: 0, to: mending.length })], 'a start writes');
  again.reboot(present(fates[prng.int({ from: 0, to: fates.length })], 'a fate was drawn'));
  await new Run(again, prng, through).openAfter(expectation);
  return 2;
}

/** A disk, what it must hold, and the storage that is open on it. */
class Run {
  readonly disk: SimDisk;
  readonly #prng: Prng;
  readonly #through: (disk: Disk) => Disk;
  #model: DiskModel = emptyDisk;
  #step: Step = { kind: 'restart' };
  #incarnation = 0;
  #storeId: string | undefined;
  #parts: Parts | undefined;

  constructor(disk: SimDisk, prng: Prng, through: (disk: Disk) => Disk) {
    this.disk = disk;
    this.#prng = prng;
    this.#through = through;
  }

  get #open(): Parts {
    return present(this.#parts, 'it is open');
  }

  moment(where: string, seed: number): Moment {
    const expectation = {
      before: this.#model,
      step: this.#step,
      incarnation: this.#incarnation,
      storeId: this.#storeId,
    };
    return { disk: this.disk.fork(seed), expectation, where };
  }

  async open(): Promise<void> {
    await this.openAfter(this.moment('', 0).expectation);
  }

  /** Opens a disk of which somebody else expects this, and takes over what is there. */
  async openAfter(expectation: Expectation): Promise<void> {
    const disk = this.#through(this.disk);
    this.#parts = await openParts({ disk, directory: '/data', levelAt: simLevelAt(disk) });
    const found = await readAll(this.#parts);
    const verdict = judge(found, expectation);
    if (typeof verdict === 'string') throw new Error(verdict);
    this.#model = verdict;
    this.#incarnation = found.incarnation;
    this.#storeId = found.storeId;
  }

  /** As after a power cut that lost nothing: everything is as it was left. */
  async reopen(): Promise<void> {
    this.#step = { kind: 'restart' };
    const { staged } = after(this.#model, this.#step);
    await this.open();
    this.#model = { ...this.#model, staged };
  }

  async close(): Promise<void> {
    await this.#open.close();
  }

  /** One more step of the script. */
  async next(): Promise<void> {
    this.#step = drawStep(this.#model, this.#prng);
    if (this.#step.kind === 'restart') {
      await this.#open.close();
      return this.reopen();
    }
    await play(this.#open, this.#model, this.#step);
    this.#model = after(this.#model, this.#step);
    this.#step = { kind: 'restart' };
  }

  /** Ends the transfer that was under way, or begins another; and some steps more. */
  async goOn(expectation: Expectation): Promise<void> {
    const { before, step } = expectation;
    const staged = after(before, step).staged ?? before.staged;
    if (staged !== undefined && this.#prng.chance(0.5)) await this.#resume(staged, expectation);
    for (let i = 0; i < stepsAfter; i += 1) await this.next();
  }

  async #resume({ state }: StagedModel, { before, step }: Expectation): Promise<void> {
    const sink = await this.#open.state.stage(state.snapshot);
    const counts = [before.staged, after(before, step).staged].map((one) =>
      one?.state === state ? one.received : 0,
    );
    if (isWanted({ ...this.#model, staged: before.staged })) {
      assert(sink.received >= Math.min(...counts), 'a transfer keeps what was taken in');
    }
    assert(sink.received <= Math.max(...counts), 'a transfer holds no more than was sent');
    for (const chunk of state.chunks.slice(sink.received)) await sink.write(chunk);
    await sink.finish();
    await sink.close();
    this.#model = { ...this.#model, staged: { state, received: state.chunks.length, finished: true } };
  }
}
