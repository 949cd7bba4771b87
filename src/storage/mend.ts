// What a start makes of a damaged log: its sound beginning, in files that read without an error.
//
// N1. First it is made durable that entries were lost. From then on each step may be the last: another start finds damage
//     again, and keeps at most what this one would have kept.
// N2. The highest term that any header names is kept, in a batch of its own: what was promised in it is not known, but
//     no promise is made in an older one. Headers of damaged batches count; they have checksums of their own.
// N3. No byte of what is damaged is overwritten: people may want it.

import type { HardState } from '../../raft/types.ts';
import { assert } from '../lib/assert.ts';
import type { BaseRecord } from './base-file.ts';
import { BatchEncoder, soundHeaders } from './batch.ts';
import { type Disk, readWhole } from './disk.ts';
import { onDisk } from './faults.ts';
import { type Recovered, recoverLog } from './recovery.ts';
import { asideOf, findSegments, lastSequence, nameSegment, type Segment } from './segment.ts';

/** Makes it durable that entries were lost, before anything is made of what is left. */
export type OnLoss = (fields: object) => Promise<void>;

export interface Sound {
  /** Without damage. */
  readonly recovered: Recovered;
  /** Segments of no use: of before the base, or without a batch. */
  readonly spare: readonly Segment[];
  /** The highest sequence that was ever given to a segment. */
  readonly lastSequence: number;
}

/** What is sound of a log, in files that read without an error. Throws `DISK_FAILED`. */
export async function recoverSound(options: {
  readonly disk: Disk;
  /** Of the segments. */
  readonly directory: string;
  readonly record: BaseRecord;
  readonly onLoss: OnLoss;
}): Promise<Sound> {
  const { disk, directory, record } = options;
  const first = record.start.sequence;
  for (;;) {
    const names = await onDisk(`reading ${directory}`, () => disk.list(directory));
    const all = findSegments(directory, names);
    const segments = all.filter(({ sequence }) => sequence >= first);
    const recovered = await recoverLog({ disk, segments, record });
    const last = Math.max(first - 1, lastSequence(names));
    const { damage } = recovered;
    if (damage === undefined) {
      const before = all.filter(({ sequence }) => sequence < first);
      return { recovered, spare: [...before, ...recovered.blank], lastSequence: last };
    }
    await options.onLoss({ file: damage.segment.path, offset: damage.offset, why: damage.why }); // N1
    await mendLog({ disk, directory, record, recovered, sequence: last + 1 });
  }
}

/**
 * Copies what is sound of the damaged segment into a new one, and sets that one and all behind it aside. Throws
 * `DISK_FAILED`.
 */
async function mendLog(options: {
  readonly disk: Disk;
  /** Of the segments. */
  readonly directory: string;
  readonly record: BaseRecord;
  readonly recovered: Recovered;
  /** Of the new segment. */
  readonly sequence: number;
}): Promise<void> {
  const { disk, directory, record, recovered } = options;
  const { damage, last } = recovered;
  assert(damage !== undefined, 'only what is damaged is mended');
  await onDisk(`setting ${damage.segment.path} aside`, async () => {
    const { bytes } = new BatchEncoder().encode({
      number: last === undefined ? record.start.number : last.header.number + 1,
      previous: last === undefined ? record.start.previous : last.header.checksum,
      hardState: await highestHardState(disk, record, recovered), // N2
      truncateFrom: undefined,
      entries: [],
    });
    const sound = (await contentOf(disk, damage.segment)).subarray(0, damage.offset);
    const file = await disk.openToWrite(nameSegment(directory, options.sequence, 0).path);
    try {
      await file.write(Buffer.concat([sound, bytes]), 0);
      await file.datasync();
    } finally {
      await file.close();
    }
    await disk.syncDirectory(directory);
    // From the last one on, so that the chain breaks at the same place if this is interrupted.
    for (const segment of damage.lost.toReversed()) {
      await disk.rename(segment.path, asideOf(segment));
      await disk.syncDirectory(directory);
    }
  });
}

async function highestHardState(disk: Disk, record: BaseRecord, recovered: Recovered): Promise<HardState> {
  const { damage, last } = recovered;
  let highest = last === undefined ? record.hardState : later(record.hardState, last.header.hardState);
  for (const segment of damage?.lost ?? []) {
    const from = segment === damage?.segment ? damage.offset : 0;
    for (const { hardState } of soundHeaders(await contentOf(disk, segment), from)) {
      highest = later(highest, hardState);
    }
  }
  return highest;
}

async function contentOf(disk: Disk, { path }: Segment): Promise<Buffer> {
  return (await readWhole(disk, path)) ?? Buffer.alloc(0);
}

/** The one of the higher term; of one term, the one that names a vote: there is one vote at most. */
function later(a: HardState, b: HardState): HardState {
  if (a.term !== b.term) return a.term > b.term ? a : b;
  return a.vote === undefined ? b : a;
}
