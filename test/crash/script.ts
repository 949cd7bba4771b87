// What a peer does to its disk, drawn step by step: appends, truncations, new terms, flushes, compactions, snapshots that
// come, in part or whole, are installed or dropped, and restarts. Small numbers, so that much happens in few operations.

import {
  asIndex,
  asOperation,
  asTerm,
  type Entry,
  type EntryPayload,
  type PersistOperation,
  type Snapshot,
} from '../../raft/types.ts';
import { present } from '../../src/lib/assert.ts';
import type { Prng } from '../../src/lib/prng.ts';
import { encodeRow } from '../../src/state/row-codec.ts';
import { rowKey } from '../../src/state/row.ts';
import { ChunkBuilder } from '../../src/storage/snapshot-chunk.ts';
import { genesis, membership, someStore } from '../storage/log-fixtures.ts';
import {
  type DiskModel,
  flushedIndexOf,
  type ForeignState,
  hashOfRows,
  lastIndexOf,
  type Rows,
  settingRow,
  type Step,
} from './model.ts';

const chunkBytes = 700;

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

function firstEntry(): PersistOperation {
  const hardState = { term: asTerm(1), vote: undefined };
  return persistOf({ hardState, entries: [entryAt(1, 1, { kind: 'genesis', genesis })] });
}

function drawPersist(disk: DiskModel, prng: Prng): Extract<Step, { kind: 'persist' }> {
  const { log } = disk;
  const last = lastIndexOf(log);
  const floor = Math.max(disk.committed, log.start.index) + 1;
  const truncateFrom =
    last >= floor && prng.chance(0.3) ? prng.int({ from: floor, to: last + 1 }) : undefined;
  const term = log.hardState.term + (prng.chance(0.3) ? 1 : 0);
  const vote = prng.chance(0.5) ? someStore : undefined;
  const entries = drawEntries(truncateFrom ?? last + 1, term, prng);
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

function drawEntries(first: number, term: number, prng: Prng): Entry[] {
  return Array.from({ length: prng.int({ from: 0, to: 5 }) }, (_, i) => {
    if (prng.chance(0.1)) return entryAt(first + i, term, { kind: 'configuration', membership });
    if (prng.chance(0.1)) return entryAt(first + i, term, { kind: 'noop' });
    // Now and then long zeros: whole sectors that are blank by their content.
    const bytes = prng.chance(0.2) ? 1_600 : prng.int({ from: 0, to: 300 });
    const data = new Uint8Array(bytes).fill(prng.chance(0.3) ? 0 : first + i);
    return entryAt(first + i, term, { kind: 'command', data });
  });
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
  const entries = prng.chance(0.5) ? [] : drawEntries(snapshot.index + 1, term, prng);
  return { kind: 'install', operation: persistOf({ install: snapshot, hardState, entries }) };
}

/** The state of a peer that is ahead of this one. */
function drawForeign(disk: DiskModel, prng: Prng): ForeignState {
  const index = disk.committed + prng.int({ from: 1, to: 20 });
  const rows: Rows = new Map(
    Array.from({ length: prng.int({ from: 1, to: 8 }) }, (_, i) => {
      const name = `key-${i}`;
      const data = `${prng.next()}`.padEnd(prng.int({ from: 0, to: 900 }), '+'); // no two states are the same
      return [rowKey('setting', name), settingRow(name, data)];
    }),
  );
  const snapshot: Snapshot = {
    index: asIndex(index),
    term: asTerm(disk.log.hardState.term),
    time: 1_000 + index,
    configuration: { ...membership, index: asIndex(1) },
    hash: hashOfRows(rows),
  };
  const chunks = [];
  let builder = new ChunkBuilder(chunkBytes);
  for (const [key, row] of [...rows].sort(([a], [b]) => (a < b ? -1 : 1))) {
    builder.add({ key, text: Buffer.from(encodeRow(row)) });
    if (!builder.isFull) continue;
    chunks.push(builder.build(chunks.length));
    builder = new ChunkBuilder(chunkBytes);
  }
  if (!builder.isEmpty) chunks.push(builder.build(chunks.length));
  return { snapshot, rows, chunks };
}

function entryAt(index: number, term: number, payload: EntryPayload): Entry {
  return { index: asIndex(index), term: asTerm(term), time: 1_000 + index, payload };
}

function persistOf(
  change: Partial<Omit<PersistOperation, 'truncateFrom'>> & { truncateFrom?: number | undefined },
) {
  const { hardState, install, entries = [] } = change;
  const truncateFrom = change.truncateFrom === undefined ? undefined : asIndex(change.truncateFrom);
  return { operation: asOperation(1), hardState, install, truncateFrom, mended: false, entries };
}
