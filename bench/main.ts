// What is measured, against whom: `npm run bench -- api|failover`. Tables on standard output, then one JSON line a row;
// progress on standard error.

import { benchApi } from './api.ts';
import { benchFailover } from './failover.ts';

const benches: Readonly<Record<string, () => Promise<void>>> = { api: benchApi, failover: benchFailover };

const bench = benches[process.argv[2] ?? ''];
if (bench === undefined) {
  process.stderr.write(`usage: npm run bench -- ${Object.keys(benches).join('|')}\n`);
  process.exitCode = 2;
} else {
  await bench();
}
