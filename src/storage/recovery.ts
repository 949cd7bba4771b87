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

interface Damage {
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

/** The batches read so far, and whether another one follows them (V1). */
export class Chain {
  readonly #start: BaseRecord['start'];
  #last: PlacedBatch | undefined;

  constructor(start: BaseRecord['start']) {
    this.#start = start;
  }

  /** The newest batch; undefined when there is none. */
  get last(): PlacedBatch | undefined {
    return this.#last;
  }

  /** Takes in a batch that follows; false if it does not. */
  take(batch: PlacedBatch): boolean {
    const follows = this.#isNext(batch) || this.isCopy(batch);
    if (follows) this.#last = batch;
    return follows;
  }

  /** Whether it takes the place of the last one. */
  isCopy({ header, offset }: PlacedBatch): boolean {
    if (this.#last === undefined || offset !== 0) return false;
    const { number, previous } = this.#last.header;
    return header.number === number && header.previous === previous;
  }

  #isNext({ header }: PlacedBatch): boolean {
    if (this.#last === undefined) {
      return header.number === this.#start.number && header.previous === this.#start.previous;
    }
    const { number, checksum } = this.#last.header;
    return header.number === number + 1 && header.previous === checksum;
  }
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
  const chain = new Chain(start);
  const blank: Segment[] = [];
  for (const [i, segment] of options.segments.entries()) {
    const content = await onDisk(`reading ${segment.path}`, () => readWhole(options.disk, segment.path));
    const damaged = (offset: number, why: string): Recovered => {
      const damage = { segment, offset, why, lost: options.segments.slice(i) };
      return { segments, index, last: chain.last, blank, damage };
    };
    let isBlank = true;
    for (const found of readBatches(segment, content ?? Buffer.alloc(0))) {
      if (found.kind === 'torn') break;
      if (found.kind === 'damaged') return damaged(found.offset, unreadable);
      const { batch } = found;
      const fits = index.accepts(batch.header.truncateFrom, batch.entries) && chain.take(batch);
      if (!fits) return damaged(batch.offset, missingBefore(batch));
      segments.add(batch, index.lastIndex);
      index.add(batch);
      isBlank = false;
    }
    if (isBlank) blank.push(segment);
  }
  return { segments, index, last: chain.last, blank, damage: undefined };
}

export const unreadable = 'a batch does not match its checksum';

export const missingBefore = ({ header }: PlacedBatch): string =>
  `batches are missing before number ${header.number}`;
