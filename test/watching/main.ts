// Watch torture, at the desk:
//   npm run test:watching -- [--watchers N] [--seconds N] [--seed SEED]
// Ends with the figures and a line "N passed, N failed"; exit code 1 on a failure.

import { parseArgs } from 'node:util';
import { runTorture } from './run.ts';

const { values } = parseArgs({
  options: {
    watchers: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string' },
  },
});
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const write = (line: string): boolean => process.stdout.write(`${line}\n`);

write(`seed ${seed}`);
const { failures, ...figures } = await runTorture({
  watchers: Number(values.watchers),
  seconds: Number(values.seconds),
  seed,
});
for (const failure of failures) write(`failed: ${failure}`);
write(JSON.stringify(figures));
write(failures.length === 0 ? `${figures.heard} passed, 0 failed` : `0 passed, ${failures.length} failed`);
process.exit(failures.length === 0 ? 0 : 1);
