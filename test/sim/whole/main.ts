// The simulation of whole peers at the desk and in CI:
//   npm run sim:whole -- --seeds N [--from SEED]     runs N seeds, prints failures and situations; exit code 1 on a failure,
//                                                    and when a long run never met one of the situations
//   npm run sim:whole -- --seed N --verbose          repeats one seed, line by line

import { parseArgs } from 'node:util';
import { wholeRegressionSeeds } from './regressions.ts';
import { runWhole } from './run.ts';
import { Situations } from './situations.ts';

const usage = 'usage: npm run sim:whole -- [--seeds N] [--from SEED] | --seed N [--verbose]\n';

interface Order {
  readonly from: number;
  readonly seeds: number;
  /** Seeds that once failed come first. */
  readonly regressions: boolean;
  readonly verbose: boolean;
}

/** A run of so many seeds meets every situation. */
const longRun = 1_000;

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

async function runOrder(order: Order): Promise<number> {
  const situations = new Situations();
  const startedMs = performance.now();
  let messages = 0;
  let ran = 0;
  let failed = 0;
  const seeds = Array.from({ length: order.seeds }, (_, i) => order.from + i);
  const first = order.regressions ? wholeRegressionSeeds : [];
  for (const seed of new Set([...first, ...seeds])) {
    ran += 1;
    const result = await runWhole(seed, order.verbose ? { print: write } : {});
    messages += result.messages;
    situations.merge(result.situations);
    if (result.failure === undefined) continue;
    failed += 1;
    write(`seed ${seed} failed (trace ${result.traceHash}) ${result.failure}`);
    write(`repeat it: npm run sim:whole -- --seed ${seed} --verbose`);
  }
  const seconds = (performance.now() - startedMs) / 1_000;
  write(situations.toString());
  write(`${messages} messages in ${seconds.toFixed(1)} s: ${Math.round(messages / seconds)} per second`);
  const missing = ran >= longRun ? situations.missing('all') : [];
  for (const situation of missing) write(`never met in ${ran} runs: ${situation}`);
  failed += missing.length;
  write(`${ran + missing.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

const order = parseOrder(process.argv.slice(2));
if (order === undefined) process.stderr.write(usage);
process.exitCode = order === undefined ? 2 : await runOrder(order);
