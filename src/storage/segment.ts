// A segment: one file of the log, as a run of batches that only ever grows.
// Owns: the files' names, and judging what cannot be read. Does not own: which segments make up the log.
//
// Files are named SEQUENCE-FIRSTINDEX.log. The sequence orders them: a first index alone would not, since after a
// truncation the same index comes again. It is there for people: 0 when the first batch holds no entry.

import { join } from 'node:path';
import type { Entry } from '../../raft/types.ts';
import { type BatchHeader, decodeEntries, decodeHeader, isTorn } from './batch.ts';

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

/** Of what cannot be read: set aside for people, and never looked at again. */
const damagedSuffix = '.damaged';

export const asideOf = (segment: Segment): string => segment.path + damagedSuffix;

/** Of what can be read, but is of no use after a loss: set aside for people, too, until the next time. */
const replacedSuffix = '.replaced';

export const replacedOf = (segment: Segment): string => segment.path + replacedSuffix;

export const isReplaced = (name: string): boolean => name.endsWith(replacedSuffix);

export const isAside = (name: string): boolean => name.endsWith(damagedSuffix) || isReplaced(name);

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

/** The highest that was ever given to a segment whose file is among `names`, set aside or not; 0 without any. */
export function lastSequence(names: readonly string[]): number {
  return names.reduce((last, name) => Math.max(last, Number(/^(\d{10})-/.exec(name)?.[1] ?? 0)), 0);
}

/** What stands in a segment, one after the other. */
export type Found =
  | { readonly kind: 'batch'; readonly batch: PlacedBatch }
  /** The last thing: a write that never completed, from byte `offset` on. */
  | { readonly kind: 'torn'; readonly offset: number }
  /** The last thing: from byte `offset` on it cannot be read, although it was durable once. */
  | { readonly kind: 'damaged'; readonly offset: number };

/** Reads a segment; `base`: its byte at which `content` begins. */
export function* readBatches(segment: Segment, content: Buffer, base = 0): Generator<Found> {
  for (let offset = 0; offset < content.length;) {
    const header = decodeHeader(content, offset);
    const entries = header === undefined ? undefined : decodeEntries(content, offset, header);
    if (header === undefined || entries === undefined) {
      yield { kind: isTorn(content, offset) ? 'torn' : 'damaged', offset: base + offset };
      return;
    }
    yield { kind: 'batch', batch: { segment, offset: base + offset, header, entries } };
    offset += header.bytes;
  }
}
