// The dumb twin of the log: a list of entries and a hard state, and runs of both side by side.

import { isDeepStrictEqual } from 'node:util';
import {
  asTerm,
  type Entry,
  type HardState,
  type LogBase,
  noBase,
  type PersistOperation,
  type Snapshot,
  type StoreId,
} from '../../raft/types.ts';
import { assert } from '../../src/lib/assert.ts';
import { Prng } from '../../src/lib/prng.ts';
import type { LogStore } from '../../src/peer/ports.ts';
import { openSegmentLog, type SegmentLogOptions } from '../../src/storage/segment-log.ts';
import { clock, command, peerId, persistOf, plain, readAll, snapshotAt, someStore } from './log-fixtures.ts';
import { termRunsOf } from './memory-log-store.ts';
import type { SimDisk } from './sim-disk.ts';

/** What a log says of itself. */
export interface Content {
  readonly hardState: HardState;
  readonly base: LogBase;
  /** Those behind `base`. */
  readonly entries: readonly Entry[];
}

/** What it may say: it may have been cut anywhere up to `cutMax`. */
export interface Model extends Content {
  readonly cutMax: number;
}

export const emptyModel: Model = {
  hardState: { term: asTerm(0), vote: undefined },
  base: noBase,
  entries: [],
  cutMax: 0,
};

const lastIndexOf = ({ base, entries }: Content): number => base.index + entries.length;

export function applied(model: Model, { install, ...operation }: PersistOperation): Model {
  const before = install === undefined ? model : installed(model, install);
  const kept = before.entries.filter(({ index }) => index < (operation.truncateFrom ?? Infinity));
  return {
    ...before,
    hardState: operation.hardState ?? before.hardState,
    entries: [...kept, ...operation.entries],
  };
}

function installed(model: Model, { index, term, time, configuration }: Snapshot): Model {
  return { ...model, base: { index, term, time, configuration }, entries: [], cutMax: index };
}

export function allows(model: Model, { base, entries, hardState }: Content): boolean {
  if (base.index < model.base.index || base.index > model.cutMax) return false;
  const cut = model.entries.find(({ index }) => index === base.index);
  const { configuration } = model.base;
  const expected =
    cut === undefined ? model.base : { index: cut.index, term: cut.term, time: cut.time, configuration };
  const behind = model.entries.filter(({ index }) => index > base.index);
  return isDeepStrictEqual(
    { base, entries, hardState },
    {
      base: expected,
      entries: behind,
      hardState: model.hardState,
    },
  );
}

/** An operation that fits `model`; `prng` decides what it is. */
export function drawOperation(model: Model, prng: Prng): PersistOperation {
  const last = lastIndexOf(model);
  const term = model.hardState.term + prng.int({ from: 0, to: 2 });
  const vote: StoreId | undefined = prng.chance(0.5) ? someStore : undefined;
  const install = prng.chance(0.05)
    ? snapshotAt(prng.int({ from: model.cutMax + 1, to: last + 5 }), model.hardState.term)
    : undefined;
  const mayTruncate = install === undefined && last > model.cutMax && prng.chance(0.3);
  const truncateFrom = mayTruncate ? prng.int({ from: model.cutMax + 1, to: last + 1 }) : undefined;
  const first = truncateFrom ?? (install?.index ?? last) + 1;
  return persistOf({
    ...(prng.chance(0.4) && { hardState: { term: asTerm(term), vote } }),
    ...(install !== undefined && { install }),
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

/** Up to where a log may be cut now. */
export function drawCut(model: Model, prng: Prng): number {
  return prng.int({ from: model.cutMax, to: lastIndexOf(model) + 1 });
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
export async function contentOf(log: LogStore): Promise<Content> {
  const { hardState, base, lastIndex, tail, termRuns } = log.restored;
  const entries = await readAll(log, lastIndex);
  const newest = tail.length === 0 ? [] : entries.slice(-tail.length);
  assert(isDeepStrictEqual(newest, tail.map(plain)), 'the tail is the newest entries');
  assert(isDeepStrictEqual(termRunsOf(entries, base), termRuns), 'the term runs are those of the entries');
  return { hardState, base, entries };
}
