// What a peer does to its disk, drawn step by step: appends, truncations, new terms, flushes, compactions, snapshots that
// come, in part or whole, are installed or dropped, and restarts. Small numbers, so that much happens in few operations.

import { asTerm } from '../../raft/types.ts';
import { present } from '../../src/lib/assert.ts';
import type { Prng } from '../../src/lib/prng.ts';
import { genesis, someStore } from '../storage/log-fixtures.ts';
import { drawEntries, drawForeign, firstEntry, persistOf } from './made.ts';
import { type DiskModel, flushedIndexOf, lastIndexOf, type Step } from './model.ts';

/** A step that fits `disk`. The same generator draws the same steps. */
export function drawStep(disk: DiskModel, prng: Prng): Step {
  if (disk.log.hardState.term === 0) return { kind: 'persist', operation: firstEntry(), committed: 1 };
  if (disk.clusterId === undefined) return { kind: 'join', clusterId: genesis.clusterId };
  const drawn = prng.int({ from: 0, to: 100 });
  if (drawn < 6) return { kind: 'restart' };
  if (drawn < 18) return drawFlush(disk, prng) ?? drawPersist(disk, prng);
  if (drawn < 28) return drawCompact(disk, prng) ?? drawPersist(disk, prng);
  if (drawn < 42) return drawStage(disk, prng);
  if (drawn < 50) return drawEndOfStage(disk, prng) ?? drawStage(disk, prng);
  if (drawn < 62) return drawTogether(disk, prng);
  return drawPersist(disk, prng);
}

function drawTogether(disk: DiskModel, prng: Prng): Step {
  const steps = [drawPersist(disk, prng), drawFlush(disk, prng), drawCompact(disk, prng)];
  return { kind: 'together', steps: steps.filter((step) => step !== undefined) };
}

function drawPersist(disk: DiskModel, prng: Prng): Extract<Step, { kind: 'persist' }> {
  const { log } = disk;
  const last = lastIndexOf(log);
  const floor = Math.max(disk.committed, log.start.index) + 1;
  const truncateFrom =
    last >= floor && prng.chance(0.3) ? prng.int({ from: floor, to: last + 1 }) : undefined;
  const term = log.hardState.term + (prng.chance(0.3) ? 1 : 0);
  const vote = prng.chance(0.5) ? someStore : undefined;
  const entries = drawEntries(truncateFrom ?? last + 1, { count: prng.int({ from: 0, to: 5 }), term, prng });
  const operation = persistOf({
    hardState: term > log.hardState.term || prng.chance(0.1) ? { term: asTerm(term), vote } : undefined,
    truncateFrom,
    entries,
  });
  const newLast = (truncateFrom ?? last + 1) - 1 + entries.length;
  const committed = prng.int({ from: Math.min(disk.committed, newLast), to: newLast + 1 });
  // It is committed only once it is durable: a truncation that is under way keeps what was.
  return { kind: 'persist', operation, committed: Math.max(disk.committed, committed) };
}

function drawFlush(disk: DiskModel, prng: Prng): Step | undefined {
  const from = flushedIndexOf(disk.state) + 1;
  if (disk.committed < from) return undefined;
  return { kind: 'flush', index: prng.int({ from, to: disk.committed + 1 }) };
}

/** R9: never more than the state has flushed. */
function drawCompact(disk: DiskModel, prng: Prng): Step | undefined {
  const flushed = flushedIndexOf(disk.state);
  if (flushed <= disk.log.start.index) return undefined;
  return { kind: 'compact', base: prng.int({ from: disk.log.start.index + 1, to: flushed + 1 }) };
}

function drawStage(disk: DiskModel, prng: Prng): Step {
  const goesOn = disk.staged !== undefined && !disk.staged.finished && prng.chance(0.8);
  const state = goesOn ? present(disk.staged, 'it is staged').state : drawForeign(disk, prng);
  const left = state.chunks.length - (goesOn ? present(disk.staged, 'it is staged').received : 0);
  const finish = prng.chance(0.5);
  return { kind: 'stage', state, chunks: finish ? left : prng.int({ from: 0, to: left + 1 }), finish };
}

/** Undefined while there is none. */
function drawEndOfStage(disk: DiskModel, prng: Prng): Step | undefined {
  const { staged, log, committed } = disk;
  if (staged === undefined) return undefined;
  const { snapshot } = staged.state;
  // A log that holds the snapshot's entry needs no snapshot.
  const isHeld = log.entries[snapshot.index - log.start.index - 1]?.term === snapshot.term;
  if (!staged.finished || isHeld || snapshot.index <= committed || prng.chance(0.3))
    return { kind: 'discard' };
  const term = Math.max(log.hardState.term, snapshot.term) + (prng.chance(0.3) ? 1 : 0);
  const hardState = term > log.hardState.term ? { term: asTerm(term), vote: undefined } : undefined;
  const entries = drawEntries(snapshot.index + 1, { count: prng.int({ from: 0, to: 4 }), term, prng });
  return { kind: 'install', operation: persistOf({ install: snapshot, hardState, entries }) };
}
