// A segment: one file of the log, as a run of batches that only ever grows.
// Owns: the files' names, and judging what cannot be read. Does not own: which segments make up the log.
//
// Files are named SEQUENCE-FIRSTINDEX.log. The sequence orders them: a first index alone would not, since after a
// truncation the same index comes again. It is there for people: 0 when the first batch holds no entry.

import { join } from 'node:path';
import type { Entry } from '../../raft/types.ts';
import { type BatchHeader, decodeEntries, decodeHeader, isTorn } from './batch.ts';
import { logCorrupt } from './faults.ts';

export interface Segment {
  readonly sequence: number;
  readonly path: string;
}

/** A batch, and where in its segment it stands. */
export interface PlacedBatch {
  readonly segment: Segment;
  readonly offset: number;
  readonly header: BatchHeader;
  readonly entries: readonly Entry[];
}

export function nameSegment(directory: string, sequence: number, firstIndex: number): Segment {
  const name = `${String(sequence).padStart(10, '0')}-${String(firstIndex).padStart(16, '0')}.log`;
  return { sequence, path: join(directory, name) };
}

/** The segments among `names`, in the order in which they were written. */
export function findSegments(directory: string, names: readonly string[]): Segment[] {
  return names
    .filter((name) => /^\d{10}-\d{16}\.log$/.test(name))
    .map((name) => ({ sequence: Number(name.slice(0, 10)), path: join(directory, name) }))
    .sort((a, b) => a.sequence - b.sequence);
}

/**
 * The batches of a segment, in order, up to its end or to a write that never completed. Throws `LOG_CORRUPT` at
 * anything else that cannot be read. `base`: byte of the segment at which `content` begins.
 */
export function* readBatches(segment: Segment, content: Buffer, base = 0): Generator<PlacedBatch> {
  for (let offset = 0; offset < content.length;) {
    const header = decodeHeader(content, offset);
    const entries = header === undefined ? undefined : decodeEntries(content, offset, header);
    if (header === undefined || entries === undefined) {
      if (isTorn(content, offset)) return;
      throw logCorrupt(segment.path, base + offset, 'a batch does not match its checksum');
    }
    yield { segment, offset: base + offset, header, entries };
    offset += header.bytes;
  }
}
