// The mutation gate: known bugs put back one at a time, each of which the simulator must find. A simulator that misses one
// is not good enough, and says nothing when it is clean.

import { applyEdits, type Mutation } from './mutations/mutation.ts';
import { rebuild } from './rebuilt.ts';
import type { SimResult } from './run.ts';
import type { WholeResult } from './whole/run.ts';

/** Within how many seeds a bug must be found. */
export const seedsMax = 500;

export type Verdict =
  | { readonly kind: 'found'; readonly seeds: number; readonly failure: string }
  | { readonly kind: 'missed' };

interface Outcome {
  readonly failure: string | undefined;
}

/** Of so many seeds the record says how many find a bug: whether it is found by a hair. */
export const seedsOfRate = 100;

/** Runs seed after seed until one fails. */
export async function hunt(
  run: (seed: number) => Outcome | Promise<Outcome>,
  seeds: number,
): Promise<Verdict> {
  for (let seed = 1; seed <= seeds; seed += 1) {
    const { failure } = await run(seed);
    if (failure !== undefined) return { kind: 'found', seeds: seed, failure };
  }
  return { kind: 'missed' };
}

/** How many of the seeds from 1 to {@link seedsOfRate} fail. */
export function rate(run: (seed: number) => SimResult): number {
  let failed = 0;
  for (let seed = 1; seed <= seedsOfRate; seed += 1) if (run(seed).failure !== undefined) failed += 1;
  return failed;
}

/** The simulator over a core that has the bug. Throws when the patch does not fit the sources. */
export async function simulate(mutation: Mutation): Promise<(seed: number) => SimResult> {
  const built = await rebuildWith(mutation, 'test/sim/run.ts');
  const { runSeed } = built as { readonly runSeed: (seed: number) => SimResult };
  return (seed) => runSeed(seed);
}

/** The simulator over whole peers that have the bug. Throws when the patch does not fit the sources. */
export async function simulateWhole(mutation: Mutation): Promise<(seed: number) => Promise<WholeResult>> {
  const built = await rebuildWith(mutation, 'test/sim/whole/run.ts');
  const { runWhole } = built as { readonly runWhole: (seed: number) => Promise<WholeResult> };
  return (seed) => runWhole(seed);
}

async function rebuildWith(mutation: Mutation, entry: string): Promise<unknown> {
  let patched = false;
  const rebuilt = await rebuild(entry, (path, source) => {
    if (path !== mutation.file) return source;
    patched = true;
    return applyEdits(source, mutation);
  });
  if (!patched) throw new Error(`"${mutation.name}" patches ${mutation.file}, which is not simulated`);
  return rebuilt;
}
