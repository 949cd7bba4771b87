// What is measured, against whom: `npm run bench -- NAME [COUNT] [COUNT]`. Tables on standard output, then one JSON line a row;
// progress on standard error.

import { benchApi } from './api.ts';
import { benchCatchUp } from './catch-up.ts';
import { benchCrossing } from './crossing.ts';
import { benchFailover } from './failover.ts';
import { benchReads } from './reads.ts';
import { benchSteady } from './steady.ts';
import { benchStorage } from './storage.ts';
import { benchTui } from './tui.ts';
import { benchTuiHeap } from './tui-heap.ts';
import { benchWear } from './wear.ts';

const count = (byDefault: number, at = 3): number => Number(process.argv[at] ?? byDefault);

const benches: Readonly<Record<string, { readonly usage: string; readonly run: () => Promise<void> }>> = {
  api: { usage: 'api [VALUES OF EACH KEY]', run: () => benchApi(count(3)) },
  'catch-up': {
    usage: 'catch-up [MEGABYTES] [SECONDS BETWEEN HAND-OVERS]',
    run: () => benchCatchUp(count(160), count(0, 4)),
  },
  crossing: { usage: 'crossing', run: benchCrossing },
  failover: { usage: 'failover [RUNS]', run: () => benchFailover(count(50)) },
  reads: { usage: 'reads', run: benchReads },
  steady: { usage: 'steady [MINUTES]', run: () => benchSteady(count(10)) },
  storage: { usage: 'storage [ENTRIES]', run: () => benchStorage(count(1_000_000)) },
  tui: { usage: 'tui [SECONDS]', run: () => benchTui(count(20)) },
  'tui-heap': { usage: 'tui-heap [THOUSANDS]', run: () => benchTuiHeap(count(2_000)) },
  wear: { usage: 'wear [IDLE MINUTES]', run: () => benchWear(count(5)) },
};

const bench = benches[process.argv[2] ?? ''];
if (bench === undefined) {
  const usages = Object.values(benches).map(({ usage }) => usage);
  process.stderr.write(`usage: npm run bench -- ${usages.join(' | ')}\n`);
  process.exitCode = 2;
} else {
  await bench.run();
}
