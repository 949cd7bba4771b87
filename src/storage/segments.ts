// The segments that make up a log, in the order in which they were written.
// Owns: which of them the log could begin with, if all before it were gone. Does not own: the files.
//
// G1. A log may begin with a segment if the batches from there on, put upon the entry that then is the base, give the
//     rest of it: so none of them truncates at or before that entry.

import { asIndex, type LogIndex } from '../../raft/types.ts';
import { present } from '../lib/assert.ts';
import type { PlacedBatch, Segment } from './segment.ts';

export interface Part {
  readonly segment: Segment;
  /** Of its first batch. */
  readonly number: number;
  /** The checksum of the batch before that. */
  readonly previous: number;
  /** The base of a log that begins here; undefined when none can (G1). */
  base: LogIndex | undefined;
  bytes: number;
}

export class Segments {
  #parts: Part[] = [];

  /** Of all of them. */
  get bytes(): number {
    return this.#parts.reduce((sum, part) => sum + part.bytes, 0);
  }

  get count(): number {
    return this.#parts.length;
  }

  /** Takes in a batch that is durable; `lastIndex`: of the log before it. */
  add({ segment, header }: PlacedBatch, lastIndex: LogIndex): void {
    const kept = header.truncateFrom === undefined ? lastIndex : Math.min(lastIndex, header.truncateFrom - 1);
    for (const part of this.#parts) {
      if (part.base !== undefined && part.base > kept) part.base = undefined;
    }
    if (this.#parts.at(-1)?.segment.sequence !== segment.sequence) {
      const { number, previous } = header;
      this.#parts.push({ segment, number, previous, base: asIndex(kept), bytes: 0 });
    }
    present(this.#parts.at(-1), 'a batch stands in a segment').bytes += header.bytes;
  }

  /** The last one with which the log could begin, so that it goes on behind `upTo` or an entry before; if any. */
  beginning(upTo: LogIndex): Part | undefined {
    return this.#parts.findLast(({ base }) => base !== undefined && base <= upTo);
  }

  /** Nothing is gained by a log that begins with it. */
  isFirst(part: Part): boolean {
    return part === this.#parts[0];
  }

  /** Those that are not of the log any more when it begins with segment `sequence`. */
  dropBefore(sequence: number): Segment[] {
    return this.#drop((part) => part.segment.sequence < sequence);
  }

  /** Those but the last that hold only batches from `number` on, which the last one holds again. */
  dropCopied(number: number): Segment[] {
    const last = this.#parts.at(-1);
    return this.#drop((part) => part !== last && part.number >= number);
  }

  #drop(goes: (part: Part) => boolean): Segment[] {
    const gone = this.#parts.filter(goes);
    this.#parts = this.#parts.filter((part) => !goes(part));
    return gone.map(({ segment }) => segment);
  }
}
