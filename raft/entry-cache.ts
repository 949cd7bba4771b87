// The newest entries of the log, in memory.
// Owns: the entries and their size. Does not own: which of them may go (log.ts decides).
// C1. Contiguous: the entry at position i has index first + i.
// C2. Never empty: whoever appends needs the last entry's time.

import { assert, present } from '../src/lib/assert.ts';
import type { Entry, LogIndex } from './types.ts';

/** What an entry costs beside its data, in memory and on the wire; also keeps count of empty ones. */
const entryOverheadBytes = 32;

/** Bytes by which an entry counts against every bound. */
export function entryBytes(entry: Entry): number {
  return entryOverheadBytes + (entry.payload.kind === 'command' ? entry.payload.data.byteLength : 0);
}

export class EntryCache {
  #entries: Entry[] = [];
  /** Entries before it were evicted; cut off in bulk, so that eviction costs nothing on average. */
  #head = 0;
  #bytes = 0;

  constructor(tail: readonly Entry[]) {
    assert(tail.length > 0, 'C2: a restored log comes with its last entry');
    for (const entry of tail) this.push(entry);
  }

  get first(): Entry {
    return present(this.#entries[this.#head], 'C2: a cache holds the last entry');
  }

  get last(): Entry {
    return present(this.#entries.at(-1), 'C2: a cache holds the last entry');
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The entry at `index`; undefined when it left memory. */
  get(index: LogIndex): Entry | undefined {
    const position = this.#head + index - this.first.index;
    return position < this.#head ? undefined : this.#entries[position];
  }

  push(entry: Entry): void {
    assert(this.#entries.length === 0 || entry.index === this.last.index + 1, 'C1: an append leaves no gap');
    this.#entries.push(entry);
    this.#bytes += entryBytes(entry);
  }

  /** Puts `entry` in the place of everything at and above its index. */
  replaceFrom(entry: Entry): void {
    const kept = Math.max(0, entry.index - this.first.index);
    for (const dropped of this.#entries.splice(this.#head + kept)) this.#bytes -= entryBytes(dropped);
    if (kept === 0) {
      this.#entries = [];
      this.#head = 0;
    }
    this.push(entry);
  }

  /** Forgets entries at and below `index`, oldest first, while they take more than `bytesMax`; never the last. */
  evict(range: { readonly upTo: LogIndex; readonly bytesMax: number }): void {
    while (this.#bytes > range.bytesMax && this.first.index <= range.upTo) {
      if (this.first === this.last) break;
      this.#bytes -= entryBytes(this.first);
      this.#head += 1;
    }
    if (this.#head > 1_024 && this.#head * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
  }

  /**
   * Entries from `from` to `to`, both included, as many as fit `bytesMax` but at least one. Undefined when the one at
   * `from` left memory.
   */
  slice(range: {
    readonly from: LogIndex;
    readonly to: LogIndex;
    readonly bytesMax: number;
  }): readonly Entry[] | undefined {
    if (range.from < this.first.index) return undefined;
    assert(range.to <= this.last.index, 'a slice ends within the log');
    const start = this.#head + range.from - this.first.index;
    const stop = start + range.to - range.from + 1;
    let end = start;
    let bytes = 0;
    while (end < stop) {
      bytes += entryBytes(present(this.#entries[end], 'C1: entries are contiguous'));
      if (bytes > range.bytesMax && end > start) break;
      end += 1;
    }
    return this.#entries.slice(start, end);
  }
}
