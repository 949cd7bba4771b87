// The mutation gate: known bugs put back one at a time, each of which the simulator must find. A simulator that misses one
// is not good enough, and says nothing when it is clean.

import { applyEdits, type Mutation } from './mutations/mutation.ts';
import { rebuild } from './rebuilt.ts';
import type { SimResult } from './run.ts';

/** Within how many seeds a bug must be found. */
export const seedsMax = 500;

export type Verdict =
  | { readonly kind: 'found'; readonly seeds: number; readonly failure: string }
  | { readonly kind: 'missed' };

/** Runs seed after seed until one fails. */
export function hunt(run: (seed: number) => SimResult, seeds: number): Verdict {
  for (let seed = 1; seed <= seeds; seed += 1) {
    const { failure } = run(seed);
    if (failure !== undefined) return { kind: 'found', seeds: seed, failure };
  }
  return { kind: 'missed' };
}

/** The simulator over a core that has the bug. Throws when the patch does not fit the sources. */
export async function simulate(mutation: Mutation): Promise<(seed: number) => SimResult> {
  let patched = false;
  const rebuilt = await rebuild('test/sim/run.ts', (path, source) => {
    if (path !== mutation.file) return source;
    patched = true;
    return applyEdits(source, mutation);
  });
  if (!patched) throw new Error(`"${mutation.name}" patches ${mutation.file}, which is not simulated`);
  const { runSeed } = rebuilt as { readonly runSeed: (seed: number) => SimResult };
  return (seed) => runSeed(seed);
}
