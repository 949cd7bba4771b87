// What scripts are made of: entries, operations, and the state of another peer.

import {
  asIndex,
  asOperation,
  asTerm,
  type Entry,
  type EntryPayload,
  type PersistOperation,
  type Snapshot,
} from '../../raft/types.ts';
import type { Prng } from '../../src/lib/prng.ts';
import { byCodeUnits, rowKey } from '../../src/state/row.ts';
import { encodeRow } from '../../src/state/row-codec.ts';
import { ChunkBuilder } from '../../src/storage/snapshot-chunk.ts';
import { genesis, membership } from '../storage/log-fixtures.ts';
import { type DiskModel, type ForeignState, hashOfRows, type Rows, settingRow } from './model.ts';

const chunkBytes = 700;

/** Genesis, as every log begins (src/peer/founding.ts). */
export function firstEntry(): PersistOperation {
  const hardState = { term: asTerm(1), vote: undefined };
  const entry = { ...entryAt(1, 1, { kind: 'genesis', genesis }), time: 0 };
  return persistOf({ hardState, entries: [entry] });
}

/** `count` entries from `first` on. */
export function drawEntries(
  first: number,
  { count, term, prng }: { readonly count: number; readonly term: number; readonly prng: Prng },
): Entry[] {
  return Array.from({ length: count }, (_, i) => {
    if (prng.chance(0.1)) return entryAt(first + i, term, { kind: 'configuration', membership });
    if (prng.chance(0.1)) return entryAt(first + i, term, { kind: 'noop' });
    // Now and then long zeros: whole sectors that are blank by their content.
    const bytes = prng.chance(0.2) ? 1_600 : prng.int({ from: 0, to: 300 });
    const data = new Uint8Array(bytes).fill(prng.chance(0.3) ? 0 : first + i);
    return entryAt(first + i, term, { kind: 'command', data });
  });
}

/** The state of a peer that is ahead of this one. */
export function drawForeign(disk: DiskModel, prng: Prng): ForeignState {
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
  for (const [key, row] of [...rows].toSorted(([a], [b]) => byCodeUnits(a, b))) {
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

export function persistOf(
  change: Partial<Omit<PersistOperation, 'truncateFrom'>> & { truncateFrom?: number | undefined },
) {
  const { hardState, install, entries = [] } = change;
  const truncateFrom = change.truncateFrom === undefined ? undefined : asIndex(change.truncateFrom);
  return { operation: asOperation(1), hardState, install, truncateFrom, mended: false, entries };
}
