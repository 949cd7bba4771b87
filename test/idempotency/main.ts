// Writes sent again under their keys while leaders are killed, at the desk:
//   npm run test:idempotency -- [--writes N] [--seed SEED]
// Ends with the figures and a line "N passed, N failed"; exit code 1 on a failure.

import { parseArgs } from 'node:util';
import { runIdempotency } from './run.ts';

const { values } = parseArgs({
  options: { writes: { type: 'string', default: '1000' }, seed: { type: 'string' } },
});
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const write = (line: string): boolean => process.stdout.write(`${line}\n`);

write(`seed ${seed}`);
const { failures, ...figures } = await runIdempotency({ writes: Number(values.writes), seed });
for (const failure of failures) write(`failed: ${failure}`);
write(JSON.stringify(figures));
write(failures.length === 0 ? `${figures.writes} passed, 0 failed` : `0 passed, ${failures.length} failed`);
process.exit(failures.length === 0 ? 0 : 1);
