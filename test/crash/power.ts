// Power cuts of a real disk: a writer works on a loop-mounted ext4, and its image is copied while it is mounted. The copy
// holds what was synced, whatever else the kernel had written by then, and nothing that was still in its memory: mounted, it
// is the disk after a power cut. LevelDB, O_DSYNC and the order of names are the real ones here (test/crash/crash.ts has the
// rest).
//
// P1. While the image is copied the writer is stopped and the loop device idle, so that the copy is of one moment.

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { present } from '../../src/lib/assert.ts';
import { messageOf } from '../../src/lib/errors.ts';
import { Prng } from '../../src/lib/prng.ts';
import { nodeDisk } from '../../src/storage/node-disk.ts';
import { makeImage, mountImage } from '../e2e/mounts.ts';
import { until } from '../e2e/until.ts';
import { judge } from './judge.ts';
import { after, type DiskModel, emptyDisk, type Step } from './model.ts';
import { openParts } from './parts.ts';
import { readAll } from './play.ts';
import { decodeProgress, type Progress } from './power-progress.ts';
import { drawStep } from './script.ts';

const imageMegabytes = 32;
/** Cuts of one writer, before the next begins with an empty disk. */
const cutsOfWriter = 20;
/** Steps between two cuts, at most. */
const stepsBetween = 12;

/** Cuts the power `cuts` times, from `seed` on. Throws at the first disk that is not what it must be. */
export async function cutPower(options: { readonly cuts: number; readonly seed: number }): Promise<void> {
  let left = options.cuts;
  for (let seed = options.seed; left > 0; seed += 1) {
    const cuts = Math.min(left, cutsOfWriter);
    await cutOne(seed, cuts).catch((error: unknown) => {
      throw new Error(`power cuts of seed ${seed}: ${messageOf(error)}`, { cause: error });
    });
    left -= cuts;
  }
}

async function cutOne(seed: number, cuts: number): Promise<void> {
  // In memory, where there is such a place: the image stands for the platter, and is not what is slow here.
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'orion-power-'));
  const image = join(folder, 'image');
  const mounted = join(folder, 'mounted');
  mkdirSync(mounted);
  makeImage(image, imageMegabytes);
  const unmount = mountImage(image, mounted);
  const progressFile = join(folder, 'progress');
  const writer = startWriter(join(mounted, 'data'), seed, progressFile);
  try {
    const twin = new Twin(seed);
    const prng = new Prng(seed);
    for (let cut = 0; cut < cuts; cut += 1) {
      const goal = twin.steps + prng.int({ from: 1, to: stepsBetween + 1 });
      await until('the writer goes on', () => (readProgress(progressFile)?.steps ?? -1) >= goal);
      const copy = join(folder, 'copy');
      await copyAtOneMoment({ writer, image, copy });
      await judgeCopy(
        copy,
        join(folder, 'mounted-copy'),
        twin,
        present(readProgress(progressFile), 'it writes'),
      );
      process.kill(present(writer.pid, 'it runs'), 'SIGCONT');
    }
  } finally {
    await end(writer);
    unmount();
    rmSync(folder, { recursive: true });
  }
}

function startWriter(directory: string, seed: number, progressFile: string): ChildProcess {
  const file = fileURLToPath(new URL(`./power-writer${extname(import.meta.url)}`, import.meta.url));
  const loader = file.endsWith('.ts') ? ['--import', 'tsx'] : [];
  const args = [...loader, file, directory, String(seed), progressFile];
  return spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
}

async function end(writer: ChildProcess): Promise<void> {
  if (writer.exitCode !== null || writer.signalCode !== null) return;
  const exited = once(writer, 'exit');
  writer.kill('SIGKILL');
  await exited;
}

function readProgress(file: string): Progress | undefined {
  return existsSync(file) ? decodeProgress(readFileSync(file)) : undefined;
}

// P1
async function copyAtOneMoment(parts: {
  readonly writer: ChildProcess;
  readonly image: string;
  readonly copy: string;
}): Promise<void> {
  const { writer, image, copy } = parts;
  const pid = present(writer.pid, 'it runs');
  process.kill(pid, 'SIGSTOP');
  await until('every thread of the writer stands still', () =>
    readdirSync(`/proc/${pid}/task`).every((task) =>
      /^State:\tT/mu.test(readFileSync(`/proc/${pid}/task/${task}/status`, 'utf8')),
    ),
  );
  const device = loopDeviceOf(image);
  await until('the image is copied while nothing is written to it', () => {
    const before = readFileSync(`/sys/block/${device}/stat`, 'utf8');
    copyFileSync(image, copy);
    return readFileSync(`/sys/block/${device}/stat`, 'utf8') === before && isIdle(device);
  });
}

const isIdle = (device: string): boolean =>
  /^\s*0\s+0\s*$/u.test(readFileSync(`/sys/block/${device}/inflight`, 'utf8'));

function loopDeviceOf(image: string): string {
  const devices = readdirSync('/sys/block').filter((name) => name.startsWith('loop'));
  const file = (name: string): string => `/sys/block/${name}/loop/backing_file`;
  return present(
    devices.find((name) => existsSync(file(name)) && readFileSync(file(name), 'utf8').trim() === image),
    `${image} is mounted`,
  );
}

/** Mounts the copy and starts on it, as after a power cut. */
async function judgeCopy(copy: string, mounted: string, twin: Twin, progress: Progress): Promise<void> {
  const { before, step } = twin.at(progress.steps);
  mkdirSync(mounted, { recursive: true });
  const unmount = mountImage(copy, mounted);
  try {
    const parts = await openParts({ disk: nodeDisk, directory: join(mounted, 'data') });
    try {
      const verdict = judge(await readAll(parts), { ...progress, before, step });
      if (typeof verdict === 'string')
        throw new Error(`after ${progress.steps} steps, in ${step.kind}: ${verdict}`);
    } finally {
      await parts.close();
    }
  } finally {
    unmount();
  }
}

/** Plays the writer's script on the model alone. */
class Twin {
  readonly #prng: Prng;
  #before: DiskModel = emptyDisk;
  #step: Step;
  steps = 0;

  constructor(seed: number) {
    this.#prng = new Prng(seed);
    this.#step = drawStep(emptyDisk, this.#prng);
  }

  /** The disk after `steps` steps, and the step that was under way then. */
  at(steps: number): { readonly before: DiskModel; readonly step: Step } {
    for (; this.steps < steps; this.steps += 1) {
      this.#before = after(this.#before, this.#step);
      this.#step = drawStep(this.#before, this.#prng);
    }
    return { before: this.#before, step: this.#step };
  }
}
