// The simulator at the desk and in CI:
//   npm run sim -- --seeds N [--from SEED]      runs N seeds, prints failures and counters; exit code 1 on a failure
//                                               (without --from the seeds that failed once go first)
//   npm run sim -- --seed N --verbose           repeats one seed, line by line

import { parseArgs } from 'node:util';
import { Counters } from './counters.ts';
import { regressionSeeds } from './regressions.ts';
import { runSeed, type SimResult } from './run.ts';

const usage = 'usage: npm run sim -- [--seeds N] [--from SEED] | --seed N [--verbose]\n';

interface Order {
  readonly from: number;
  readonly seeds: number;
  /** Seeds that failed once go first. */
  readonly regressions: boolean;
  readonly verbose: boolean;
}

const write = (line: string): boolean => process.stdout.write(`${line}\n`);

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 1;

/** `undefined` when the command line says nothing that can be done. */
function parseOrder(argv: readonly string[]): Order | undefined {
  const options = {
    seeds: { type: 'string' },
    from: { type: 'string' },
    seed: { type: 'string' },
    verbose: { type: 'boolean' },
  } as const;
  try {
    const { values } = parseArgs({ args: [...argv], options });
    const from = Number(values.seed ?? values.from ?? 1);
    const seeds = Number(values.seed === undefined ? (values.seeds ?? 200) : 1);
    const regressions = values.seed === undefined && values.from === undefined;
    const verbose = values.verbose === true;
    return isCount(from) && isCount(seeds) ? { from, seeds, regressions, verbose } : undefined;
  } catch {
    return undefined; // an option that does not exist
  }
}

function runOrder(order: Order): number {
  const counters = new Counters();
  const startedMs = performance.now();
  let steps = 0;
  let ran = 0;
  let failed = 0;
  const seeds = Array.from({ length: order.seeds }, (_, i) => order.from + i);
  const first = order.regressions ? regressionSeeds : [];
  for (const seed of new Set([...first, ...seeds])) {
    const result: SimResult = runSeed(seed, order.verbose ? { print: write } : {});
    ran += 1;
    steps += result.steps;
    counters.merge(result.counters);
    if (result.failure === undefined) continue;
    failed += 1;
    write(`seed ${seed} failed (trace ${result.traceHash}) ${result.failure}`);
    write(`repeat it: npm run sim -- --seed ${seed} --verbose`);
  }
  const seconds = (performance.now() - startedMs) / 1_000;
  write(counters.toString());
  write(`${steps} core steps in ${seconds.toFixed(1)} s: ${Math.round(steps / seconds)} per second`);
  write(`${ran - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

const order = parseOrder(process.argv.slice(2));
if (order === undefined) process.stderr.write(usage);
process.exitCode = order === undefined ? 2 : runOrder(order);
