// Everything that the mutation gate puts back: known bugs as patches of the sources, and parts that lie; for the simulation of
// cores and for that of whole peers.

import { hunt, rate, seedsMax, simulate, simulateWhole, type Verdict } from './mutation-gate.ts';
import { mutants } from './mutants.ts';
import { mutations } from './mutations/all.ts';
import { runSeed, type SimResult } from './run.ts';
import { wholeMutants } from './whole/mutants.ts';
import { wholeMutations } from './whole/mutations/all.ts';
import { runWhole, type WholeResult } from './whole/run.ts';

export interface Suspect {
  readonly name: string;
  /** Where the bug was found, or which rule it breaks. */
  readonly source: string;
  /** `counts`: also how many of the first seeds fail. */
  readonly hunt: (counts: boolean) => Promise<Found>;
}

interface Found {
  readonly verdict: Verdict;
  /** How many of the first seeds fail, if that was counted. */
  readonly failed: number | undefined;
}

async function huntCore(run: (seed: number) => SimResult, counts: boolean): Promise<Found> {
  const verdict = await hunt(run, seedsMax);
  return { verdict, failed: counts && verdict.kind === 'found' ? rate(run) : undefined };
}

/** Runs of whole peers take too long to count many of them. */
const huntWhole = async (run: (seed: number) => Promise<WholeResult>): Promise<Found> => ({
  verdict: await hunt(run, seedsMax),
  failed: undefined,
});

const lying = 'a part that lies';

export const suspects: readonly Suspect[] = [
  ...mutations.map((mutation) => ({
    name: mutation.name,
    source: mutation.source,
    hunt: async (counts: boolean) => huntCore(await simulate(mutation), counts),
  })),
  ...mutants.map(({ name, parts }) => ({
    name,
    source: lying,
    hunt: (counts: boolean) => huntCore((seed) => runSeed(seed, { parts }), counts),
  })),
  ...wholeMutations.map((mutation) => ({
    name: `whole: ${mutation.name}`,
    source: mutation.source,
    hunt: async () => huntWhole(await simulateWhole(mutation)),
  })),
  ...wholeMutants.map(({ name, parts }) => ({
    name: `whole: ${name}`,
    source: lying,
    hunt: () => huntWhole((seed) => runWhole(seed, { parts })),
  })),
];
