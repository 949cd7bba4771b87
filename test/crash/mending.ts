// The power goes while a start makes something of a damaged disk (log, base, superblock, state), and while a disk that lost
// entries is told that it counts again. Every start after that finds what the first one would have made of the damage, and is
// impaired until it was told otherwise.

import { isDeepStrictEqual } from 'node:util';
import { present } from '../../src/lib/assert.ts';
import { Prng } from '../../src/lib/prng.ts';
import { flip, isSegment } from '../storage/damage.ts';
import type { Fate, SimDisk } from '../storage/sim-disk.ts';
import { changing, fates, playScript } from './crash.ts';
import { persistOf } from './made.ts';
import { openParts } from './parts.ts';
import { type Found, type Parts, readAll } from './play.ts';
import { simLevelAt } from './sim-level.ts';

/** What rots in each script, one bit of one of its files at a time: segments more often, since most of what is mended is there. */
const kinds: readonly ((path: string) => boolean)[] = [
  isSegment,
  isSegment,
  isSegment,
  (path) => path.endsWith('.base'),
  (path) => path.startsWith('/data/superblock'),
  (path) => path.startsWith('/data/state/'),
];

/** Answers at how many points the power went. Throws at the first after which something was not as it must be. */
export async function crashInMending(options: {
  readonly seed: number;
  readonly steps: number;
}): Promise<number> {
  const { seed, steps } = options;
  const prng = new Prng(seed);
  const pristine = await playScript({ seed, steps });
  let points = 0;
  for (const isOfKind of kinds) {
    const disk = pristine.fork(seed);
    const paths = disk.paths().filter((path) => isOfKind(path) && disk.content(path).length > 0);
    const path = paths[prng.int({ from: 0, to: Math.max(1, paths.length) })];
    if (path === undefined) continue;
    const bit = prng.int({ from: 0, to: disk.content(path).length * 8 });
    flip(disk, path, bit);
    points += await crashAround(disk, `bit ${bit} of ${path}`, prng);
  }
  return points;
}

async function crashAround(damaged: SimDisk, what: string, prng: Prng): Promise<number> {
  const mended = damaged.fork(prng.next());
  const { found: expected, parts } = await open(mended);
  await parts.close();
  const opening = async (disk: SimDisk): Promise<void> => (await open(disk)).parts.close();
  const telling = async (disk: SimDisk): Promise<void> => {
    const opened = await open(disk);
    await opened.parts.log.persist({ ...persistOf({}), mended: true });
    await opened.parts.close();
  };
  const points = await crashIn({ disk: damaged, work: opening, expected, isTold: false, what, prng });
  if (!expected.impaired) return points;
  return points + (await crashIn({ disk: mended, work: telling, expected, isTold: true, what, prng }));
}

/** Cuts the power at each operation of `work`, and looks at what is left; so it does after an end in order. */
async function crashIn(options: {
  readonly disk: SimDisk;
  readonly work: (disk: SimDisk) => Promise<void>;
  readonly expected: Found;
  /** The disk is told that it counts: afterwards it may say so, or not yet. */
  readonly isTold: boolean;
  readonly what: string;
  readonly prng: Prng;
}): Promise<number> {
  const { disk, work, expected, isTold, what, prng } = options;
  const worked = disk.fork(prng.next());
  const moments: SimDisk[] = [];
  worked.fault = (operation) => {
    if (changing.has(operation)) moments.push(worked.fork(prng.next()));
    return undefined;
  };
  await work(worked);
  worked.fault = () => undefined;
  const until = isTold ? false : expected.impaired;
  await expectFound(worked, { ...expected, impaired: until }, `${what}, after all`);
  let points = 0;
  for (const [number, moment] of moments.entries()) {
    for (const fate of fates) {
      const left = moment.fork(prng.next());
      left.reboot(fate);
      const where = `${what}, operation ${number}, unsynced writes ${fate}`;
      const impaired = isTold ? undefined : expected.impaired;
      const found = await expectFound(left, { ...expected, impaired }, where);
      left.reboot(drawFate(prng));
      await expectFound(left, { ...expected, impaired: found.impaired }, `${where}, and again`);
      points += 1;
    }
  }
  return points;
}

const drawFate = (prng: Prng): Fate =>
  present(fates[prng.int({ from: 0, to: fates.length })], 'there are fates');

type Expected = Omit<Found, 'impaired' | 'incarnation' | 'discarded'> & {
  readonly impaired: boolean | undefined;
};

/** Opens `disk` and compares what it holds, all but its run and what was set aside; whether it is impaired only where that is said. */
async function expectFound(disk: SimDisk, expected: Expected, where: string): Promise<Found> {
  const { found, parts } = await open(disk);
  await parts.close();
  const { incarnation, discarded } = found;
  const impaired = expected.impaired ?? found.impaired;
  if (isDeepStrictEqual(found, { ...expected, incarnation, discarded, impaired })) return found;
  throw new Error(`${where}: it is ${tell(found)}, not ${tell({ ...expected, impaired })}`);
}

async function open(disk: SimDisk): Promise<{ readonly found: Found; readonly parts: Parts }> {
  const parts = await openParts({ disk, directory: '/data', levelAt: simLevelAt(disk) });
  return { found: await readAll(parts), parts };
}

const tell = ({
  impaired,
  hardState,
  base,
  entries,
  snapshot,
}: Omit<Found, 'incarnation' | 'discarded'>): string =>
  `${impaired ? 'impaired' : 'sound'}, term ${hardState.term}, ${base.index} to ${base.index + entries.length}, a state at ${snapshot?.index ?? 0}`;
