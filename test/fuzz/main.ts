// Fuzzing the API of a real cluster, at the desk and in CI:
//   npm run test:fuzz -- [--runs N] [--seed SEED]
// Ends with the figures and a line "N passed, N failed"; exit code 1 on a failure.

import { parseArgs } from 'node:util';
import { runFuzz } from './run.ts';

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '2000' }, seed: { type: 'string' } },
});
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const write = (line: string): boolean => process.stdout.write(`${line}\n`);

write(`seed ${seed}`);
const { requests, byStatus, failures } = await runFuzz({ runs: Number(values.runs), seed });
for (const failure of failures) write(`failed: ${failure}`);
write(JSON.stringify(byStatus));
write(failures.length === 0 ? `${requests} passed, 0 failed` : `0 passed, ${failures.length} failed`);
process.exit(failures.length === 0 ? 0 : 1);
