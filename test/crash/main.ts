// Power cuts everywhere, at the desk and in CI:
//   npm run test:crash -- [--scripts N] [--steps N] [--cuts N] [--seed SEED]
// Scripts on a simulated disk, the power gone at each of their operations, and at each of what a start does to a damaged one; then cuts of a real disk, where loop mounts work.
// Ends with "N passed, N failed" and, as its last line, the number of crash points; exit code 1 on a failure.

import { parseArgs } from 'node:util';
import { messageOf } from '../../src/lib/errors.ts';
import { canMountImages } from '../e2e/mounts.ts';
import { crashEverywhere } from './crash.ts';
import { crashInMending } from './mending.ts';
import { cutPower } from './power.ts';

const { values } = parseArgs({
  options: {
    scripts: { type: 'string', default: '30' },
    steps: { type: 'string', default: '40' },
    cuts: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
  },
});
const [scripts, steps, cuts, first] = [values.scripts, values.steps, values.cuts, values.seed].map(
  Number,
) as [number, number, number, number];
const write = (line: string): boolean => process.stdout.write(`${line}\n`);
let points = 0;
let failed = 0;

async function attempt(what: () => Promise<number>, repeat: string): Promise<void> {
  try {
    points += await what();
  } catch (error) {
    failed += 1;
    write(`${messageOf(error)}\nrepeat it: npm run test:crash -- ${repeat}`);
  }
}

const startedMs = performance.now();
for (let seed = first; seed < first + scripts; seed += 1) {
  await attempt(
    () => crashEverywhere({ seed, steps }),
    `--seed ${seed} --scripts 1 --steps ${steps} --cuts 0`,
  );
}
write(`${points} power cuts of a simulated disk`);
for (let seed = first; seed < first + scripts / 3; seed += 1) {
  await attempt(
    () => crashInMending({ seed, steps }),
    `--seed ${seed} --scripts 1 --steps ${steps} --cuts 0`,
  );
}
const seconds = (performance.now() - startedMs) / 1_000;
write(`${points} with those of damaged ones, in ${seconds.toFixed(1)} s`);
if (canMountImages) {
  const cut = async (): Promise<number> => cutPower({ cuts, seed: first }).then(() => cuts);
  await attempt(cut, `--seed ${first} --scripts 0 --cuts ${cuts}`);
  write(`${cuts} power cuts of a real disk`);
} else {
  write(`no ext4 image can be mounted here: ${cuts} power cuts of a real disk skipped`);
}
write(`${points} passed, ${failed} failed`);
write(`${points} crash points`);
process.exit(failed === 0 ? 0 : 1);
