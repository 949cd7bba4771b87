// The log's index, in memory: where each entry stands on disk, and which terms the entries have.
// Sparse: one extent covers about 64 KiB of neighbouring batches, so that a long log costs little memory.
//
// X1. Extents are sorted, and together cover every index from the one behind `base` to `lastIndex` exactly once.
// X2. A batch that truncates begins an extent: within one, indexes rise with the offset.
// X3. The term runs begin with that of the base's entry, if there is one.

import {
  asIndex,
  type Configuration,
  type Entry,
  type Genesis,
  type LogBase,
  type LogIndex,
  type Term,
} from '../../raft/types.ts';
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
  #base: LogBase;
  #extents: Extent[] = [];
  #runs: TermRun[];
  #configurations: Configuration[] = [];
  #genesis: Genesis | undefined;

  /** `genesis`: if it is known from elsewhere than its entry. */
  constructor(base: LogBase, genesis: Genesis | undefined) {
    this.#base = base;
    this.#runs = runsOf(base);
    this.#genesis = genesis;
  }

  /** Outlives its entry. */
  get genesis(): Genesis | undefined {
    return this.#genesis;
  }

  get base(): LogBase {
    return this.#base;
  }

  /** That of the base when no entry follows it. */
  get lastIndex(): LogIndex {
    return this.#extents.at(-1)?.last ?? this.#base.index;
  }

  get termRuns(): readonly TermRun[] {
    return [...this.#runs];
  }

  /** Of every configuration entry behind the base, in order. */
  get configurations(): readonly Configuration[] {
    return [...this.#configurations];
  }

  /** The newest at or below `index`; undefined when none followed genesis. */
  configurationAt(index: LogIndex): Configuration | undefined {
    return (
      this.#configurations.findLast((configuration) => configuration.index <= index) ??
      this.#base.configuration
    );
  }

  /** Undefined below the base and behind the last entry. */
  termAt(index: LogIndex): Term | undefined {
    if (index > this.lastIndex) return undefined;
    return this.#runs.findLast(({ from }) => from <= index)?.term;
  }

  /** True if a batch with these contents leaves no gap. */
  accepts(truncateFrom: LogIndex | undefined, entries: readonly Entry[]): boolean {
    const kept = truncateFrom === undefined ? this.lastIndex : Math.min(this.lastIndex, truncateFrom - 1);
    return kept >= this.#base.index && entries.every((entry, i) => entry.index === kept + 1 + i);
  }

  /** Takes in a batch that is durable. */
  add({ segment, offset, header, entries }: PlacedBatch): void {
    assert(this.accepts(header.truncateFrom, entries), 'the log has no gap');
    if (header.truncateFrom !== undefined) this.#truncate(header.truncateFrom);
    const last = entries.at(-1);
    if (last === undefined) return;
    for (const { index, term, payload } of entries) {
      if (this.#runs.at(-1)?.term !== term) this.#runs.push({ from: index, term });
      if (payload.kind === 'genesis') this.#genesis = payload.genesis;
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

  /** The entry of `base` and all before it are no part of the log any more; it began with an extent behind it. */
  cutTo(base: LogBase): void {
    this.#extents = this.#extents.filter(({ first }) => first > base.index);
    assert(
      (this.#extents[0]?.first ?? base.index + 1) === base.index + 1,
      'X1: a cut is between two extents',
    );
    const later = this.#runs.filter(({ from }) => from > base.index);
    this.#runs = [...runsOf(base), ...later];
    this.#configurations = this.#configurations.filter(({ index }) => index > base.index);
    this.#base = base;
  }

  /** No entry is part of the log any more; it goes on behind `base`. */
  restart(base: LogBase): void {
    this.#extents = [];
    this.#runs = runsOf(base);
    this.#configurations = [];
    this.#base = base;
  }

  /** Whether entries of the log stand in `segment`. */
  uses(segment: Segment): boolean {
    return this.#extents.some((extent) => extent.segment === segment);
  }

  /** The extents that hold the entries `[from, to)`, in order. All of them are in the log. */
  cover({ from, to }: { readonly from: LogIndex; readonly to: LogIndex }): readonly Extent[] {
    assert(from > this.#base.index && from < to && to <= this.lastIndex + 1, 'the log holds these entries');
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

const runsOf = ({ index, term }: LogBase): TermRun[] => (index === 0 ? [] : [{ from: index, term }]);
