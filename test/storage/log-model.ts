// The dumb twin of the log: a list of entries and a hard state, and runs of both side by side.

import { isDeepStrictEqual } from 'node:util';
import {
  asTerm,
  type Entry,
  type HardState,
  noBase,
  type PersistOperation,
  type StoreId,
} from '../../raft/types.ts';
import { assert } from '../../src/lib/assert.ts';
import { Prng } from '../../src/lib/prng.ts';
import type { LogStore } from '../../src/peer/ports.ts';
import { openSegmentLog, type SegmentLogOptions } from '../../src/storage/segment-log.ts';
import { clock, command, peerId, persistOf, plain, readAll, someStore } from './log-fixtures.ts';
import { termRunsOf } from './memory-log-store.ts';
import type { SimDisk } from './sim-disk.ts';

export interface Model {
  readonly hardState: HardState;
  readonly entries: readonly Entry[];
}

export const emptyModel: Model = { hardState: { term: asTerm(0), vote: undefined }, entries: [] };

export function applied({ hardState, entries }: Model, operation: PersistOperation): Model {
  const kept = entries.slice(0, (operation.truncateFrom ?? Infinity) - 1);
  return { hardState: operation.hardState ?? hardState, entries: [...kept, ...operation.entries] };
}

/** An operation that fits `model`; `prng` decides what it is. */
export function drawOperation(model: Model, prng: Prng): PersistOperation {
  const length = model.entries.length;
  const truncateFrom = length > 0 && prng.chance(0.3) ? prng.int({ from: 1, to: length + 1 }) : undefined;
  const first = truncateFrom ?? length + 1;
  const term = model.hardState.term + prng.int({ from: 0, to: 2 });
  const vote: StoreId | undefined = prng.chance(0.5) ? someStore : undefined;
  return persistOf({
    ...(prng.chance(0.4) && { hardState: { term: asTerm(term), vote } }),
    ...(truncateFrom !== undefined && { truncateFrom }),
    entries: Array.from({ length: prng.int({ from: 0, to: 4 }) }, (_, i) =>
      command(first + i, {
        term,
        // Now and then long zeros: whole sectors that are blank by their content.
        bytes: prng.chance(0.2) ? 2_000 : prng.int({ from: 0, to: 300 }),
        fill: prng.int({ from: 0, to: 3 }),
      }),
    ),
  });
}

/** Small segments, so that a run has many. The same `seed` draws the same store id. */
export function openOn(
  disk: SimDisk,
  seed: number,
  change: Partial<SegmentLogOptions> = {},
): Promise<LogStore> {
  return openSegmentLog({
    directory: '/data',
    disk,
    peerId,
    random: seededRandom(seed),
    tailBytes: 700,
    clock,
    segmentBytesMax: 3_000,
    ...change,
  });
}

function seededRandom(seed: number): (bytes: number) => Uint8Array {
  const prng = new Prng(seed);
  return (bytes) => new Uint8Array(bytes).map(() => prng.next());
}

/** All that a log says of itself. Fails where `restored` and `read` contradict each other. */
export async function contentOf(log: LogStore): Promise<Model> {
  const { hardState, lastIndex, tail, termRuns } = log.restored;
  const entries = await readAll(log, lastIndex);
  const newest = tail.length === 0 ? [] : entries.slice(-tail.length);
  assert(isDeepStrictEqual(newest, tail.map(plain)), 'the tail is the newest entries');
  assert(isDeepStrictEqual(termRunsOf(entries, noBase), termRuns), 'the term runs are those of the entries');
  return { hardState, entries };
}
