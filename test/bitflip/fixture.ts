// A data directory with every kind of file in it, and what each of them holds.

import { asTerm } from '../../raft/types.ts';
import { present } from '../../src/lib/assert.ts';
import { Prng } from '../../src/lib/prng.ts';
import type { StoreIdentity } from '../../src/peer/ports.ts';
import { nodeDisk } from '../../src/storage/node-disk.ts';
import {
  after,
  type DiskModel,
  emptyDisk,
  type ForeignState,
  stateAt,
  type StateModel,
  type Step,
} from '../crash/model.ts';
import { openParts } from '../crash/parts.ts';
import { play } from '../crash/play.ts';
import { drawEntries, drawForeign, firstEntry, persistOf } from '../crash/made.ts';
import { genesis } from '../storage/log-fixtures.ts';

const batches = 24;
const flushEvery = 3;

export interface Fixture {
  /** What the directory holds. */
  readonly disk: DiskModel;
  /** Every state that was flushed, the empty one first. */
  readonly flushed: readonly StateModel[];
  /** Of which the first chunks are staged. */
  readonly foreign: ForeignState;
}

/** The steps that make it: appends in several segments, flushes in a table and in a log, a cut, half a transfer. */
function steps(): Step[] {
  const prng = new Prng(7);
  const made: Step[] = [
    { kind: 'persist', operation: firstEntry(), committed: 1 },
    { kind: 'join', clusterId: genesis.clusterId },
  ];
  let disk = made.reduce(after, emptyDisk);
  const add = (step: Step): void => {
    made.push(step);
    disk = after(disk, step);
  };
  for (let batch = 1; batch <= batches; batch += 1) {
    const first = disk.committed + 1;
    const term = asTerm(1 + Math.floor(batch / 8));
    const entries = drawEntries(first, { count: 3, term, prng });
    const hardState = { term, vote: undefined };
    const operation = persistOf({ hardState, entries });
    add({ kind: 'persist', operation, committed: disk.committed + entries.length });
    if (batch % flushEvery === 0) add({ kind: 'flush', index: disk.committed - 1 });
    if (batch === batches / 2) add({ kind: 'restart' }); // LevelDB makes a table of its log
    if (batch === batches / 2) add({ kind: 'compact', base: Math.floor(disk.committed / 2) });
  }
  const state = drawForeign(disk, prng);
  add({ kind: 'stage', state, chunks: state.chunks.length - 1, finish: false });
  return made;
}

/** The fixture alone. */
export function describeFixture(): Fixture {
  const flushed: StateModel[] = [emptyDisk.state];
  let disk = emptyDisk;
  for (const step of steps()) {
    if (step.kind === 'flush') flushed.push(stateAt(disk, step.index));
    disk = after(disk, step);
  }
  return { disk, flushed, foreign: present(disk.staged, 'a transfer is under way').state };
}

/** Makes the directory, which is not there yet; answers who it was at last. */
export async function writeFixture(directory: string): Promise<StoreIdentity> {
  let disk = emptyDisk;
  let parts = await openParts({ disk: nodeDisk, directory });
  for (const step of steps()) {
    if (step.kind === 'restart') {
      await parts.close();
      parts = await openParts({ disk: nodeDisk, directory });
    } else {
      await play(parts, disk, step);
    }
    disk = after(disk, step);
  }
  await parts.close();
  return parts.log.identity;
}
