// Linearizability of settings, at the desk and in CI:
//   npm run test:linearizability -- [--seconds N] [--seed SEED]
// Ends with the figures and a line "N passed, N failed"; exit code 1 on a failure.

import { parseArgs } from 'node:util';
import { runLinearizability } from './run.ts';

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '60' }, seed: { type: 'string' } },
});
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const write = (line: string): boolean => process.stdout.write(`${line}\n`);

write(`seed ${seed}`);
const { operations, unknown, strikes, failures } = await runLinearizability({
  seconds: Number(values.seconds),
  seed,
});
for (const failure of failures) write(`failed: ${failure}`);
write(`${operations} operations, ${unknown} with unknown outcome; ${JSON.stringify(strikes)}`);
write(failures.length === 0 ? `${operations} passed, 0 failed` : `0 passed, ${failures.length} failed`);
process.exit(failures.length === 0 ? 0 : 1);
