// Recovery: what the segments on disk add up to when a peer starts. Reads only; nothing is repaired here.
//
// V1. The batches form one chain from the start that the base names (or the store id). A segment's first batch may take the
//     place of the last one before it: it is the copy made by a start that could not know whether that one was durable.
// V2. A write that never completed ends its segment and is dropped. Where the next segment does not go on from what
//     is left, the chain shows it: then it had completed, and the log is damaged.
// V3. Damage ends the log: what comes before it is sound, whatever stands behind it is not looked at.

import { crc32 } from 'node:zlib';
import { asTerm, noBase, type StoreId } from '../../raft/types.ts';
import type { BaseRecord } from './base-file.ts';
import { type Disk, readWhole } from './disk.ts';
import { EntryIndex } from './entry-index.ts';
import { onDisk } from './faults.ts';
import { type PlacedBatch, readBatches, type Segment } from './segment.ts';
import { Segments } from './segments.ts';

export interface Damage {
  readonly segment: Segment;
  readonly offset: number;
  readonly why: string;
  /** The segment that it is in, and all behind that. */
  readonly lost: readonly Segment[];
}

export interface Recovered {
  readonly segments: Segments;
  readonly index: EntryIndex;
  /** The newest batch; undefined when there is none. */
  readonly last: PlacedBatch | undefined;
  /** Segments of which no batch was ever completed. */
  readonly blank: readonly Segment[];
  readonly damage: Damage | undefined;
}

/** What stands for the base of a log that has none yet. No batch of another store fits behind it. */
export function firstRecord(storeId: StoreId): BaseRecord {
  return {
    base: noBase,
    genesis: undefined,
    hardState: { term: asTerm(0), vote: undefined },
    start: { sequence: 0, number: 1, previous: crc32(storeId) },
  };
}

/** Reads `segments`, in order, behind the base in `record`. Throws `DISK_FAILED`. */
export async function recoverLog(options: {
  readonly disk: Disk;
  readonly segments: readonly Segment[];
  readonly record: BaseRecord;
}): Promise<Recovered> {
  const { base, genesis, start } = options.record;
  const segments = new Segments();
  const index = new EntryIndex(base, genesis);
  const blank: Segment[] = [];
  let last: PlacedBatch | undefined;
  for (const [i, segment] of options.segments.entries()) {
    const content = await onDisk(`reading ${segment.path}`, () => readWhole(options.disk, segment.path));
    const damaged = (offset: number, why: string): Recovered => {
      const damage = { segment, offset, why, lost: options.segments.slice(i) };
      return { segments, index, last, blank, damage };
    };
    let isBlank = true;
    for (const found of readBatches(segment, content ?? Buffer.alloc(0))) {
      if (found.kind === 'torn') break;
      if (found.kind === 'damaged') return damaged(found.offset, 'a batch does not match its checksum');
      const { batch } = found;
      const { number, truncateFrom } = batch.header;
      const follows = isNext(batch, last, start) || isCopy(batch, last);
      if (!follows || !index.accepts(truncateFrom, batch.entries)) {
        return damaged(batch.offset, `batches are missing before number ${number}`);
      }
      segments.add(batch, index.lastIndex);
      index.add(batch);
      last = batch;
      isBlank = false;
    }
    if (isBlank) blank.push(segment);
  }
  return { segments, index, last, blank, damage: undefined };
}

function isNext({ header }: PlacedBatch, last: PlacedBatch | undefined, start: BaseRecord['start']): boolean {
  if (last === undefined) return header.number === start.number && header.previous === start.previous;
  return header.number === last.header.number + 1 && header.previous === last.header.checksum;
}

// V1
function isCopy({ header, offset }: PlacedBatch, last: PlacedBatch | undefined): boolean {
  if (last === undefined || offset !== 0) return false;
  return header.number === last.header.number && header.previous === last.header.previous;
}
