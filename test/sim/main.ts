// The simulator at the desk and in CI:
//   npm run sim -- --seeds N [--from SEED]      runs N seeds, prints failures and counters; exit code 1 on a failure
//                                               (without --from the seeds that failed once go first)
//   npm run sim -- --fresh [--seeds N] [--seconds S]
//                                               seeds that nobody has run before, drawn from the time and printed, after
//                                               those that failed once; goes on until S seconds are over
//   npm run sim -- --seed N --verbose           repeats one seed, line by line

import { parseArgs } from 'node:util';
import { Counters } from './counters.ts';
import { regressionSeeds } from './regressions.ts';
import { runSeed } from './run.ts';

const usage =
  'usage: npm run sim -- [--seeds N] [--from SEED | --fresh] [--seconds S] | --seed N [--verbose]\n';
/** A run of so many seeds meets every rare situation, or does not look where it should. */
const seedsForAll = 500;

interface Order {
  readonly from: number;
  readonly seeds: number;
  /** Goes on for so long, after `seeds`. */
  readonly seconds: number;
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
    fresh: { type: 'boolean' },
    seconds: { type: 'string' },
    seed: { type: 'string' },
    verbose: { type: 'boolean' },
  } as const;
  try {
    const { values } = parseArgs({ args: [...argv], options });
    if (values.fresh === true && values.from !== undefined) return undefined;
    const start = values.fresh === true ? Date.now() : 1;
    const from = Number(values.seed ?? values.from ?? start);
    const seeds = Number(values.seed === undefined ? (values.seeds ?? 200) : 1);
    const seconds = Number(values.seconds ?? 0);
    const regressions = values.seed === undefined && values.from === undefined;
    const verbose = values.verbose === true;
    const isPossible = isCount(from) && isCount(seeds) && seconds >= 0;
    return isPossible ? { from, seeds, seconds, regressions, verbose } : undefined;
  } catch {
    return undefined; // an option that does not exist
  }
}

/** The seeds of an order, one after another, for as long as it says. */
function* seedsOf({ from, seeds, seconds, regressions }: Order): Iterable<number> {
  const startedMs = performance.now();
  const first = new Set(regressions ? regressionSeeds : []);
  yield* first;
  for (let ran = 0; ran < seeds || performance.now() - startedMs < seconds * 1_000; ran += 1) {
    if (!first.has(from + ran)) yield from + ran;
  }
}

function runOrder(order: Order): number {
  const counters = new Counters();
  const startedMs = performance.now();
  const before = process.cpuUsage();
  let [steps, ran, failed] = [0, 0, 0];
  write(`from seed ${order.from}`);
  for (const seed of seedsOf(order)) {
    const result = runSeed(seed, order.verbose ? { print: write } : {});
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
  const { user, system } = process.cpuUsage(before);
  const busySeconds = (user + system) / 1_000_000;
  const perSecond = `${Math.round(steps / busySeconds)} per second of processor time`;
  write(
    `${steps} core steps in ${seconds.toFixed(1)} s: ${perSecond}, ${Math.round(steps / seconds)} per second`,
  );
  const missing = ran < seedsForAll ? [] : counters.missing();
  for (const situation of missing) write(`never met: ${situation}`);
  write(`${ran - failed} passed, ${failed + missing.length} failed`);
  return failed + missing.length === 0 ? 0 : 1;
}

const order = parseOrder(process.argv.slice(2));
if (order === undefined) process.stderr.write(usage);
process.exitCode = order === undefined ? 2 : runOrder(order);
