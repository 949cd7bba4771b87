// kill -9 under load, at the desk and in CI:
//   npm run test:kill -- [--kills N] [--seed SEED]
// Ends with the figures and a line "N passed, N failed"; exit code 1 on a failure.

import { parseArgs } from 'node:util';
import { runKills } from './kills.ts';

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '100' }, seed: { type: 'string' } },
});
const kills = Number(values.kills);
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const write = (line: string): boolean => process.stdout.write(`${line}\n`);

write(`seed ${seed}`);
const startedMs = performance.now();
const report = await runKills({
  kills,
  seed,
  onKill: (count, acknowledged) => {
    if (count % 25 === 0) write(`${count} kills, ${acknowledged} writes acknowledged`);
  },
});
for (const failure of report.failures) write(`failed: ${failure}`);
const seconds = Math.round((performance.now() - startedMs) / 1_000);
const { acknowledged, unknown, failures } = report;
write(`${kills} kills in ${seconds} s: ${acknowledged} writes acknowledged, ${unknown} with unknown outcome`);
write(failures.length === 0 ? `${kills} passed, 0 failed` : `0 passed, ${failures.length} failed`);
process.exit(failures.length === 0 ? 0 : 1);
