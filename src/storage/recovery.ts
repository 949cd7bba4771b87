// Recovery: what the segments on disk add up to when a peer starts. Reads only; nothing is repaired here.
//
// V1. The batches form one chain from the store id on. A segment's first batch may take the place of the last one
//     before it: it is the copy made by a start that could not know whether that one was durable.
// V2. A write that never completed ends its segment and is dropped. Where the next segment does not go on from what
//     is left, the chain shows it: then it had completed, and the log is corrupt.

import { crc32 } from 'node:zlib';
import type { StoreId } from '../../raft/types.ts';
import { type Disk, readWhole } from './disk.ts';
import { EntryIndex } from './entry-index.ts';
import { logCorrupt, onDisk } from './faults.ts';
import { type PlacedBatch, readBatches, type Segment } from './segment.ts';

export interface RecoveredSegment extends Segment {
  readonly bytes: number;
  /** Number of its first batch; undefined when none in it can be read. */
  readonly firstNumber: number | undefined;
}

export interface Recovered {
  readonly segments: readonly RecoveredSegment[];
  readonly index: EntryIndex;
  /** The newest batch; undefined in an empty log. */
  readonly last: PlacedBatch | undefined;
}

/** What stands for the checksum of a batch before the first: no batch of another store fits. */
export const chainStart = (storeId: StoreId): number => crc32(storeId);

/**
 * Reads `segments`, in order. Throws `LOG_CORRUPT` when anything that may have been acknowledged cannot be read, and
 * `DISK_FAILED`.
 */
export async function recoverLog(options: {
  readonly disk: Disk;
  readonly segments: readonly Segment[];
  readonly storeId: StoreId;
}): Promise<Recovered> {
  const start = chainStart(options.storeId);
  const segments: RecoveredSegment[] = [];
  const index = new EntryIndex();
  let last: PlacedBatch | undefined;
  for (const segment of options.segments) {
    const content = await onDisk(`reading ${segment.path}`, () => readWhole(options.disk, segment.path));
    let firstNumber: number | undefined;
    for (const batch of readBatches(segment, content ?? Buffer.alloc(0))) {
      const follows = isNext(batch, last, start) || isCopy(batch, last);
      if (!follows || !index.accepts(batch.header.truncateFrom, batch.entries)) {
        throw logCorrupt(
          segment.path,
          batch.offset,
          `batches are missing before number ${batch.header.number}`,
        );
      }
      index.add(batch);
      firstNumber ??= batch.header.number;
      last = batch;
    }
    segments.push({ ...segment, bytes: content?.length ?? 0, firstNumber });
  }
  return { segments, index, last };
}

function isNext({ header }: PlacedBatch, last: PlacedBatch | undefined, start: number): boolean {
  if (last === undefined) return header.number === 1 && header.previous === start;
  return header.number === last.header.number + 1 && header.previous === last.header.checksum;
}

// V1
function isCopy({ header, offset }: PlacedBatch, last: PlacedBatch | undefined): boolean {
  if (last === undefined || offset !== 0) return false;
  return header.number === last.header.number && header.previous === last.header.previous;
}
