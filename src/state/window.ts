// The window of changes: what the last entries changed, with the objects as they were before and after. Watches resume from
// it, and objects are read as they were.
// Owns: the records of changes and their bounds. Does not own: the objects as they are now (Tables), rows (Bundles).
//
// N1. It holds the last changes: of at least `changesMax` entries, if there were so many, and of less than a bundle more; or
//     of fewer, where they would take more than `bytesMax` bytes. The oldest go first, a bundle at a time. The last bundle stays.
// N2. Which records it holds follows from the entries alone: the same on a peer that applied all of them and on one that
//     loaded a state on the way. Only what was before is in a record; what an object became follows from those behind it.
// N3. Every change with an index above `start` is there.
// N4. An entry that changes more than `changeBytesMax` bytes is not told: the window begins anew behind it.

import { assert, present } from '../lib/assert.ts';
import { recordLimits } from '../lib/record-limits.ts';
import { type BundleBounds, Bundles } from './bundles.ts';
import { bundleText, canonicalText, decodeBundle } from './row-codec.ts';
import { type BundleRow, type ObjectRow, type RowKey, rowKey, tableOf } from './row.ts';
import type { TableName } from './row.ts';
import type { Change, RowChange } from './view.ts';

export interface WindowBounds {
  readonly changesMax: number;
  readonly bytesMax: number;
  readonly changeBytesMax: number;
  readonly bundle?: BundleBounds;
}

const defaults: WindowBounds = {
  changesMax: recordLimits.windowChangesMax,
  bytesMax: recordLimits.windowBytesMax,
  changeBytesMax: recordLimits.windowChangeBytesMax,
};

/** A change, and the index of the one before it, kept or not; 0 for the first of all. */
interface Kept extends Change {
  readonly previous: number;
}

/** As it stands in a row. The object is null where the entry created one. */
type ChangeRecord = readonly [
  index: number,
  previous: number,
  time: string,
  changes: readonly (readonly [table: TableName, name: string, before: ObjectRow | null])[],
];

/** The record of an entry up to which no change is known: it tells nothing, and the window begins behind it. */
const beginning = ({ index, time }: Pick<Change, 'index' | 'time'>): string =>
  recordText({ index, time, previous: index }, '[]');

const recordText = ({ index, previous, time }: Omit<Kept, 'changes'>, changes: string): string =>
  `[${index},${previous},"${time}",${changes}]`;

/** A window that begins behind an entry, as a row. */
export function windowBegins(at: Pick<Change, 'index' | 'time'>): BundleRow {
  const head = { kind: 'Changes', first: at.index, count: 1 } as const;
  return { ...head, text: bundleText(head, beginning(at)) };
}

export class ChangeWindow {
  readonly #objectOf: (table: TableName, name: string) => ObjectRow | undefined;
  readonly #bounds: WindowBounds;
  readonly bundles: Bundles;
  /** In the order of their indexes; those before `#first` have gone. */
  #kept: (Kept | undefined)[] = [];
  #first = 0;

  /** `objectOf`: an object as it is now. */
  constructor(
    objectOf: (table: TableName, name: string) => ObjectRow | undefined,
    bounds: WindowBounds = defaults,
  ) {
    this.#objectOf = objectOf;
    this.#bounds = bounds;
    this.bundles = new Bundles('Changes', bounds.bundle);
  }

  /** `rows` in the order of their records, a bundle a step; it is empty before, and whole after the last step. */
  *load(rows: readonly BundleRow[]): Generator<undefined, void> {
    assert(this.bundles.length === 0, 'what is loaded comes first');
    for (const row of rows) {
      this.bundles.load(row);
      yield;
    }
    const later = new Map<RowKey, ObjectRow | undefined>();
    for (const row of rows.toReversed()) {
      const records = decodeBundle(row) as readonly ChangeRecord[];
      for (const [index, previous, time, told] of records.toReversed()) {
        const changes = told.map(([table, name, was]): RowChange => {
          const key = rowKey(table, name);
          const after = later.has(key) ? later.get(key) : this.#objectOf(table, name);
          const before = was ?? undefined;
          later.set(key, before);
          return { before, after };
        });
        this.#kept.push({ index, previous, time, changes });
      }
      yield;
    }
    this.#kept.reverse();
  }

  /** Changes up to here are not known, or there were none. */
  get start(): number {
    return this.#kept[this.#first]?.previous ?? 0;
  }

  /** An entry changed objects. */
  push({ index, time, changes }: Change): void {
    const previous = this.#kept.at(-1)?.index ?? 0;
    assert(index > previous, 'changes come in the order of their entries');
    const text = changesText(changes);
    if (isLonger(text, this.#bounds.changeBytesMax)) {
      while (this.bundles.length > 0) this.#dropOldest(); // N4
      this.#kept.push({ index, previous: index, time, changes: [] });
      this.bundles.push(index, beginning({ index, time }));
      return;
    }
    this.#kept.push({ index, previous, time, changes });
    this.bundles.push(index, recordText({ index, previous, time }, text));
    while (this.#isTooLarge()) this.#dropOldest();
  }

  /** Those with an index above `index`, oldest first. */
  since(index: number): readonly Change[] {
    assert(index >= this.start, 'the window covers what is asked of it'); // N3
    return this.#kept.slice(this.#positionAfter(index)) as Kept[];
  }

  /** By name: the objects of a table that have changed since `index`, as they were then; undefined for one that was not there. */
  befores(table: TableName, index: number): ReadonlyMap<string, ObjectRow | undefined> {
    assert(index >= this.start, 'the window covers what is asked of it'); // N3
    const was = new Map<string, ObjectRow | undefined>();
    const oldest = this.#positionAfter(index);
    for (let at = this.#kept.length - 1; at >= oldest; at -= 1) {
      for (const change of this.#at(at).changes) {
        const object = objectOf(change);
        if (tableOf(object) === table) was.set(object.metadata.name, change.before);
      }
    }
    return was;
  }

  #at(position: number): Kept {
    return present(this.#kept[position], 'a position of the window holds a change');
  }

  /** Position of the first with an index above `index`. */
  #positionAfter(index: number): number {
    let low = this.#first;
    let high = this.#kept.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#at(middle).index <= index) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** N1. */
  #isTooLarge(): boolean {
    const { length, count, bytes, oldest } = this.bundles;
    const { changesMax, bytesMax } = this.#bounds;
    return length > 1 && (count - oldest.count >= changesMax || bytes > bytesMax);
  }

  #dropOldest(): void {
    const end = this.#first + this.bundles.oldest.count;
    this.#kept.fill(undefined, this.#first, end); // to be collected
    this.#first = end;
    this.bundles.dropOldest();
    if (this.#first > this.#kept.length / 2) {
      this.#kept = this.#kept.slice(this.#first); // each is moved once for each that goes
      this.#first = 0;
    }
  }
}

/** Of most texts their length alone tells: a character takes three bytes at most. */
const isLonger = (text: string, bytes: number): boolean =>
  text.length * 3 > bytes && Buffer.byteLength(text) > bytes;

const objectOf = ({ before, after }: RowChange): ObjectRow =>
  present(after ?? before, 'a change has an object');

function changesText(changes: readonly RowChange[]): string {
  return canonicalText(
    changes.map((change) => {
      const object = objectOf(change);
      return [tableOf(object), object.metadata.name, change.before ?? null];
    }),
  );
}
