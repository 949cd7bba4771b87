// The mutation gate at the desk and in CI:
//   npm run sim:mutants [-- --only TEXT]     every known bug (whose name holds TEXT); exit code 1 when one is missed

import { parseArgs } from 'node:util';
import { hunt, seedsMax, simulate, simulateWhole, type Verdict } from './mutation-gate.ts';
import { mutants } from './mutants.ts';
import { mutations } from './mutations/all.ts';
import { runSeed } from './run.ts';
import { wholeMutants } from './whole/mutants.ts';
import { wholeMutations } from './whole/mutations/all.ts';
import { runWhole } from './whole/run.ts';

interface Suspect {
  readonly name: string;
  readonly hunt: () => Promise<Verdict>;
}

const suspects: readonly Suspect[] = [
  ...mutations.map((mutation) => ({
    name: mutation.name,
    hunt: async () => hunt(await simulate(mutation), seedsMax),
  })),
  ...mutants.map(({ name, parts }) => ({
    name,
    hunt: () => hunt((seed) => runSeed(seed, { parts }), seedsMax),
  })),
  ...wholeMutations.map((mutation) => ({
    name: `whole: ${mutation.name}`,
    hunt: async () => hunt(await simulateWhole(mutation), seedsMax),
  })),
  ...wholeMutants.map(({ name, parts }) => ({
    name: `whole: ${name}`,
    hunt: () => hunt((seed) => runWhole(seed, { parts }), seedsMax),
  })),
];

const write = (line: string): boolean => process.stdout.write(`${line}\n`);

async function main(only: string): Promise<void> {
  const chosen = suspects.filter(({ name }) => name.includes(only));
  let found = 0;
  for (const suspect of chosen) {
    const verdict = await suspect.hunt();
    if (verdict.kind === 'found') found += 1;
    const seeds = verdict.kind === 'found' ? String(verdict.seeds) : 'missed';
    const failure = verdict.kind === 'found' ? (verdict.failure.split('\n')[0] ?? '') : '';
    write(`${seeds.padStart(6)}  ${suspect.name}\n        ${failure}`);
  }
  write(`${found} of ${chosen.length} found`);
  process.exitCode = found === chosen.length ? 0 : 1;
}

const { values } = parseArgs({ options: { only: { type: 'string' } } });
await main(values.only ?? '');
