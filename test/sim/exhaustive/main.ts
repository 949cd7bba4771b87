// The bounded exhaustive check at the desk:
//   npm run sim:exhaustive [-- --terms N --entries N --inFlight N --crashes N --duplicates N --rounds N --states N]
// Exit code 1 when something broke. Ends after six million states unless told otherwise.

import { parseArgs } from 'node:util';
import { type Bounds, Explorer, issueBounds } from './explore.ts';
import { openCore } from './open-core.ts';

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
const startedMs = performance.now();
const secondsSince = (): string => ((performance.now() - startedMs) / 1_000).toFixed(1);

write(`bounds ${JSON.stringify(bounds)}`);
write(' depth        new      total    seconds');
const { isComplete, failure, states, localStates } = new Explorer(await openCore(), bounds).run((found) => {
  const columns = [found.depth, found.states, found.total, secondsSince()];
  write(columns.map((column, i) => String(column).padStart(i === 0 ? 6 : 10)).join(' '));
});
if (failure !== undefined) write(`broken: ${failure}`);
write(
  `${localStates} states of single peers; ${isComplete ? 'complete' : 'not complete'} within these bounds`,
);
write(`${states} states`);
process.exitCode = failure === undefined ? 0 : 1;
