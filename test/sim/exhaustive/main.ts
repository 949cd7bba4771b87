// The bounded exhaustive check at the desk:
//   npm run sim:exhaustive [-- --terms N --entries N --inFlight N --crashes N --duplicates N --rounds N --states N]
// Explores from the founding, then from a cluster that is led (explore.ts), each until so many states were found. Exit code 1
// when something broke. It says whether that was all within the bounds; with the default ones it is not.

import { parseArgs } from 'node:util';
import { Explorer, issueBounds, type Root } from './explore.ts';
import type { Bounds } from './moves.ts';
import { openCore } from './open-core.ts';
import { roundsMax } from './running.ts';
import { assert } from '../../../src/lib/assert.ts';

const write = (line: string): boolean => process.stdout.write(`${line}\n`);

const names = ['terms', 'entries', 'inFlight', 'crashes', 'duplicates', 'rounds', 'states'] as const;
const option = { type: 'string' } as const;
const { values } = parseArgs({
  options: {
    terms: option,
    entries: option,
    inFlight: option,
    crashes: option,
    duplicates: option,
    rounds: option,
    states: option,
  },
});
const asked = names.flatMap((name) => (values[name] === undefined ? [] : [[name, Number(values[name])]]));
const bounds: Bounds = { ...issueBounds, states: 6_000_000, ...Object.fromEntries(asked) };
assert(bounds.rounds <= roundsMax, 'no time-out passes within the rounds of a leader');
/** Of processor time: on a machine that does other things, too, the clock says little. */
const secondsSince = (): string => (process.cpuUsage().user / 1_000_000).toFixed(1);

const makeCore = await openCore();
let [total, broken] = [0, false];
write(`bounds ${JSON.stringify(bounds)}`);
for (const root of ['founded', 'led'] satisfies readonly Root[]) {
  write(`${root}\n depth        new      total    seconds`);
  const { isComplete, failure, states, localStates } = new Explorer(makeCore, bounds).run(root, (found) => {
    const columns = [found.depth, found.states, found.total, secondsSince()];
    write(columns.map((column, i) => String(column).padStart(i === 0 ? 6 : 10)).join(' '));
  });
  if (failure !== undefined) write(`broken: ${failure}`);
  broken ||= failure !== undefined;
  total += states;
  const extent = isComplete ? 'complete' : 'not complete';
  write(`${localStates} states of single peers; ${extent} within these bounds`);
}
write(`${total} states`);
process.exitCode = broken ? 1 : 0;
