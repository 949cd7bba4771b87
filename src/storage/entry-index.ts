// The log's index, in memory: where each entry stands on disk, and which terms the entries have.
// Sparse: one extent covers about 64 KiB of neighbouring batches, so that a long log costs little memory.
//
// X1. Extents are sorted, and together cover every index from the first to `lastIndex` exactly once.
// X2. A batch that truncates begins an extent: within one, indexes rise with the offset.

import { asIndex, type Configuration, type Entry, type LogIndex } from '../../raft/types.ts';
import { assert } from '../lib/assert.ts';
import type { TermRun } from '../peer/ports.ts';
import type { PlacedBatch, Segment } from './segment.ts';

const extentBytesMax = 64 * 1024;

/** Bytes of one segment that hold the entries `[first, last]`, and maybe later ones that were truncated. */
export interface Extent {
  readonly segment: Segment;
  readonly offset: number;
  readonly bytes: number;
  readonly first: LogIndex;
  readonly last: LogIndex;
}

export class EntryIndex {
  readonly #extents: Extent[] = [];
  readonly #runs: TermRun[] = [];
  readonly #configurations: Configuration[] = [];

  /** 0 when there is no entry. */
  get lastIndex(): LogIndex {
    return this.#extents.at(-1)?.last ?? asIndex(0);
  }

  get termRuns(): readonly TermRun[] {
    return [...this.#runs];
  }

  /** Of every configuration entry in the log, in order. */
  get configurations(): readonly Configuration[] {
    return [...this.#configurations];
  }

  /** True if a batch with these contents leaves no gap. */
  accepts(truncateFrom: LogIndex | undefined, entries: readonly Entry[]): boolean {
    const kept = truncateFrom === undefined ? this.lastIndex : Math.min(this.lastIndex, truncateFrom - 1);
    return entries.every((entry, i) => entry.index === kept + 1 + i);
  }

  /** Takes in a batch that is durable. */
  add({ segment, offset, header, entries }: PlacedBatch): void {
    assert(this.accepts(header.truncateFrom, entries), 'the log has no gap');
    if (header.truncateFrom !== undefined) this.#truncate(header.truncateFrom);
    const last = entries.at(-1);
    if (last === undefined) return;
    for (const { index, term, payload } of entries) {
      if (this.#runs.at(-1)?.term !== term) this.#runs.push({ from: index, term });
      if (payload.kind === 'configuration') this.#configurations.push({ ...payload.membership, index });
    }
    const extent = this.#extents.at(-1);
    const continues =
      extent !== undefined &&
      header.truncateFrom === undefined && // X2
      extent.segment === segment &&
      extent.offset + extent.bytes === offset &&
      extent.bytes + header.bytes <= extentBytesMax;
    if (continues) {
      this.#extents[this.#extents.length - 1] = {
        ...extent,
        bytes: extent.bytes + header.bytes,
        last: last.index,
      };
    } else {
      this.#extents.push({
        segment,
        offset,
        bytes: header.bytes,
        first: header.firstIndex,
        last: last.index,
      });
    }
  }

  /** The extents that hold the entries `[from, to)`, in order. All of them are in the log. */
  cover({ from, to }: { readonly from: LogIndex; readonly to: LogIndex }): readonly Extent[] {
    assert(from >= 1 && from < to && to <= this.lastIndex + 1, 'the log holds these entries');
    return this.#extents.slice(this.#position(from), this.#position(asIndex(to - 1)) + 1);
  }

  /** Of the extent that holds `index`. */
  #position(index: LogIndex): number {
    let low = 0;
    let high = this.#extents.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#extents[middle]?.first ?? Infinity) <= index) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #truncate(from: LogIndex): void {
    while ((this.#extents.at(-1)?.first ?? 0) >= from) this.#extents.pop();
    while ((this.#runs.at(-1)?.from ?? 0) >= from) this.#runs.pop();
    while ((this.#configurations.at(-1)?.index ?? 0) >= from) this.#configurations.pop();
    const extent = this.#extents.at(-1);
    if (extent !== undefined && extent.last >= from) {
      this.#extents[this.#extents.length - 1] = { ...extent, last: asIndex(from - 1) };
    }
  }
}
