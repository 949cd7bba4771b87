// The newest entries of the log, in memory.
// Owns: the entries and their size. Does not own: which of them may go (log.ts decides).
// C1. Contiguous, up to the last entry of the log: the entry at position i has index first + i. It may be empty.

import { assert, present, unreachable } from '../src/lib/assert.ts';
import { asIndex, type Entry, type LogIndex } from './types.ts';

/** What an entry costs beside its data, in memory and on the wire; also keeps count of empty ones. */
const entryOverheadBytes = 32;

/** Bytes by which an entry counts against every bound; of a configuration about, and rather too many. */
export function entryBytes({ payload }: Entry): number {
  switch (payload.kind) {
    case 'command':
      return entryOverheadBytes + payload.data.byteLength;
    case 'configuration':
      return entryOverheadBytes + JSON.stringify(payload).length;
    case 'noop':
    case 'genesis':
      return entryOverheadBytes;
    default:
      return unreachable(payload);
  }
}

export class EntryCache {
  #entries: Entry[] = [];
  /** Entries before it were evicted; cut off in bulk, so that eviction costs nothing on average. */
  #head = 0;
  #bytes = 0;
  #next: LogIndex;

  /** `last`: the index of the log's last entry, with which `tail` ends. */
  constructor(tail: readonly Entry[], last: LogIndex) {
    this.#next = asIndex(last + 1 - tail.length);
    for (const entry of tail) this.push(entry);
  }

  /** The oldest index in memory; `next` when there is none. */
  get first(): LogIndex {
    return asIndex(this.#next - (this.#entries.length - this.#head));
  }

  /** The index of the entry to be pushed next. */
  get next(): LogIndex {
    return this.#next;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The entry at `index`; undefined when it left memory. */
  get(index: LogIndex): Entry | undefined {
    const position = this.#head + index - this.first;
    return position < this.#head ? undefined : this.#entries[position];
  }

  push(entry: Entry): void {
    assert(entry.index === this.#next, 'C1: an append leaves no gap');
    this.#next = asIndex(entry.index + 1);
    this.#entries.push(entry);
    this.#bytes += entryBytes(entry);
  }

  /** Puts `entry` in the place of everything at and above its index. */
  replaceFrom(entry: Entry): void {
    const kept = entry.index - this.first;
    if (kept <= 0) {
      this.restart(entry.index);
    } else {
      for (const dropped of this.#entries.splice(this.#head + kept)) this.#bytes -= entryBytes(dropped);
      this.#next = entry.index;
    }
    this.push(entry);
  }

  /** Forgets everything; the entry to be pushed next has index `next`. */
  restart(next: LogIndex): void {
    this.#entries = [];
    this.#head = 0;
    this.#bytes = 0;
    this.#next = next;
  }

  /** Forgets entries at and below `upTo`, oldest first, while they all take more than `bytesMax`; answers with them. */
  evict(range: { readonly upTo: LogIndex; readonly bytesMax: number }): readonly Entry[] {
    const head = this.#head;
    while (this.#bytes > range.bytesMax && this.first <= range.upTo) {
      this.#bytes -= entryBytes(present(this.#entries[this.#head], 'what takes bytes is there'));
      this.#head += 1;
    }
    const evicted = this.#entries.slice(head, this.#head);
    if (this.#head > 1_024 && this.#head * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
    return evicted;
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
    if (range.from < this.first) return undefined;
    assert(range.to < this.#next, 'a slice ends within the log');
    const start = this.#head + range.from - this.first;
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
