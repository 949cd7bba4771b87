// Flipped bits, at the desk and in CI:
//   npm run test:bitflip -- [--rounds N] [--seed SEED]
// Each round flips one bit in every region of every file. Ends with a line "N passed, N failed"; exit code 1 on a failure.

import { parseArgs } from 'node:util';
import { flipBits } from './bitflip.ts';
import { flipChunks } from './chunks.ts';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '1' }, seed: { type: 'string', default: '1' } },
});
const [rounds, first] = [Number(values.rounds), Number(values.seed)];
const write = (line: string): boolean => process.stdout.write(`${line}\n`);
const totals = new Map<string, Map<string, number>>();
let flips = 0;
let failed = 0;

for (let seed = first; seed < first + rounds; seed += 1) {
  const report = await flipBits({ seed });
  for (const failure of report.failures)
    write(`${failure}\nrepeat it: npm run test:bitflip -- --seed ${seed}`);
  flips += report.flips;
  failed += report.failures.length;
  for (const [kind, outcomes] of report.outcomes) {
    const total = totals.get(kind) ?? new Map<string, number>();
    for (const [name, count] of outcomes) total.set(name, (total.get(name) ?? 0) + count);
    totals.set(kind, total);
  }
}
const chunks = flipChunks();
flips += chunks.flips;
failed += chunks.accepted;
write(`chunk on its way: ${chunks.flips - chunks.accepted} refused; ${chunks.accepted} accepted`);
for (const [kind, outcomes] of totals) {
  const told = [...outcomes].map(([name, count]) => `${count} ${name}`);
  write(`${kind}: ${told.join('; ')}`);
}
write(`${flips - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
