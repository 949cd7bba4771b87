// One run of the load generator against the leader of a target.

import { fileURLToPath } from 'node:url';
import { outputFor, startChild } from './child.ts';
import type { LoadOptions, LoadResult } from './load.ts';
import { keyCount, type Target } from './target.ts';

const loadFile = fileURLToPath(new URL('./load.js', import.meta.url));

export async function runLoad(
  target: Pick<Target, 'members' | 'write'>,
  run: {
    readonly connections: number;
    readonly warmupMs: number;
    readonly runMs: number;
    /** How many each key gets in turn. Default 3; with 1 a write changes nothing but for the first time. */
    readonly values?: number;
  },
): Promise<LoadResult> {
  const { values = 3, ...load } = run;
  const { leader } = await target.members();
  const writes = Array.from({ length: keyCount * values }, (_, i) => target.write(i));
  const options: LoadOptions = { port: leader, ...load, writes };
  const output = await outputFor(startChild(process.execPath, [loadFile]), JSON.stringify(options));
  return JSON.parse(output) as LoadResult;
}
