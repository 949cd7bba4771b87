// What is measured, against whom: `npm run bench -- api|failover [RUNS]|steady [MINUTES]|crossing`. Tables on standard output, then one JSON line a row;
// progress on standard error.

import { benchApi } from './api.ts';
import { benchCrossing } from './crossing.ts';
import { benchFailover } from './failover.ts';
import { benchSteady } from './steady.ts';

const benches: Readonly<Record<string, () => Promise<void>>> = {
  api: benchApi,
  failover: () => benchFailover(Number(process.argv[3] ?? 50)),
  crossing: benchCrossing,
  steady: () => benchSteady(Number(process.argv[3] ?? 10)),
};

const bench = benches[process.argv[2] ?? ''];
if (bench === undefined) {
  process.stderr.write(`usage: npm run bench -- api | failover [RUNS] | steady [MINUTES] | crossing\n`);
  process.exitCode = 2;
} else {
  await bench();
}
