// The window of changes: what the last entries changed, with the objects as they were before and after. Watches resume from
// it, and objects are read as they were.
// Owns: the change rows and their bounds. Does not own: the objects as they are now (Tables).
//
// N1. It holds the last changes, at most `changesMax` entries and `bytesMax` bytes; the oldest go first. The last one stays.
// N2. Which rows it holds follows from the entries alone: the same on a peer that applied all of them and on one that
//     loaded a state on the way. Only what was before is in a row; what an object became follows from the rows behind it.
// N3. Every change with an index above `start` is there.
// N4. An entry that changes more than `changeBytesMax` bytes is not told: the window begins anew behind it.

import { assert, present } from '../lib/assert.ts';
import { limits } from '../lib/limits.ts';
import { canonicalText, encodeRow } from './row-codec.ts';
import { type ChangeRow, keyOf, type ObjectRow, type RowKey, rowKey, type RowWrite, tableOf } from './row.ts';
import type { TableName } from './row.ts';
import { rowDigest } from './state-hash.ts';
import type { Change, RowChange } from './view.ts';

export interface WindowBounds {
  readonly changesMax: number;
  readonly bytesMax: number;
  readonly changeBytesMax: number;
}

const defaults: WindowBounds = {
  changesMax: limits.windowChangesMax,
  bytesMax: limits.windowBytesMax,
  changeBytesMax: limits.windowChangeBytesMax,
};

/** A change row, and both sides of what it tells. */
interface Kept extends Change {
  readonly row: ChangeRow;
  /** Of the row; undefined while nobody asked for it. A row is written once, so that it is made once. */
  digest: bigint | undefined;
}

/** The row of an entry up to which no change is known: it tells nothing, and the window begins behind it. */
export function windowBegins({ index, time }: Pick<ChangeRow, 'index' | 'time'>): ChangeRow {
  return { kind: 'Change', index, time, previous: index, bytes: 0, changes: [] };
}

export class ChangeWindow {
  readonly #bounds: WindowBounds;
  /** In the order of their indexes; those before `#first` have gone. */
  #kept: (Kept | undefined)[] = [];
  #first = 0;
  #bytes = 0;

  /** `rows` in any order; `objectOf`: an object as it is now. */
  constructor(
    rows: readonly ChangeRow[],
    objectOf: (table: TableName, name: string) => ObjectRow | undefined,
    bounds: WindowBounds = defaults,
  ) {
    this.#bounds = bounds;
    const later = new Map<RowKey, ObjectRow | undefined>();
    for (const row of rows.toSorted((a, b) => b.index - a.index)) {
      const changes = row.changes.map(({ table, name, before: was }): RowChange => {
        const key = rowKey(table, name);
        const after = later.has(key) ? later.get(key) : objectOf(table, name);
        const before = was ?? undefined;
        later.set(key, before);
        return { before, after };
      });
      this.#kept.push({ row, index: row.index, time: row.time, changes, digest: undefined });
      this.#bytes += row.bytes;
    }
    this.#kept.reverse();
  }

  /** Changes up to here are not known, or there were none. */
  get start(): number {
    return this.#kept[this.#first]?.row.previous ?? 0;
  }

  /** All rows, oldest first. */
  rows(): readonly ChangeRow[] {
    return this.#all().map(({ row }) => row);
  }

  /** An entry changed objects. Answers the rows that come and go with that. */
  push(change: Change): RowWrite[] {
    const { row: whole, text } = this.#rowOf(change);
    const isTold = whole.bytes <= this.#bounds.changeBytesMax;
    const row = isTold ? whole : windowBegins(change); // N4
    const key = keyOf(row);
    const digest = rowDigest(key, isTold ? text : encodeRow(row));
    this.#kept.push({ ...change, changes: isTold ? change.changes : [], row, digest });
    this.#bytes += row.bytes;
    const writes: RowWrite[] = [{ key, before: undefined, after: row, delta: digest }];
    const sizeMax = isTold ? this.#bounds.changesMax : 1;
    while (this.#size > sizeMax || this.#isTooLarge()) writes.push(this.#dropOldest());
    return writes;
  }

  /** Those with an index above `index`, oldest first. */
  since(index: number): readonly Change[] {
    assert(index >= this.start, 'the window covers what is asked of it'); // N3
    return this.#all(this.#positionAfter(index));
  }

  /** By name: the objects of a table that have changed since `index`, as they were then; undefined for one that was not there. */
  befores(table: TableName, index: number): ReadonlyMap<string, ObjectRow | undefined> {
    assert(index >= this.start, 'the window covers what is asked of it'); // N3
    const was = new Map<string, ObjectRow | undefined>();
    const oldest = this.#positionAfter(index);
    for (let at = this.#kept.length - 1; at >= oldest; at -= 1) {
      for (const change of this.#at(at).row.changes)
        if (change.table === table) was.set(change.name, change.before ?? undefined);
    }
    return was;
  }

  get #size(): number {
    return this.#kept.length - this.#first;
  }

  #all(from = this.#first): readonly Kept[] {
    return this.#kept.slice(from) as Kept[];
  }

  #at(position: number): Kept {
    return present(this.#kept[position], 'a position of the window holds a change');
  }

  /** And its text: that of `changes` is most of it, and is made once. */
  #rowOf({ index, time, changes: told }: Change): { readonly row: ChangeRow; readonly text: string } {
    const previous = this.#kept.at(-1)?.index ?? 0;
    assert(index > previous, 'changes come in the order of their entries');
    const changes = told.map(({ before, after }) => {
      const object = present(after ?? before, 'a change has an object');
      return { before: before ?? null, name: object.metadata.name, table: tableOf(object) };
    });
    const inner = canonicalText(changes);
    const bytes = Buffer.byteLength(inner);
    return {
      row: { bytes, changes, index, kind: 'Change', previous, time },
      text: `{"bytes":${bytes},"changes":${inner},"index":${index},"kind":"Change","previous":${previous},"time":"${time}"}`,
    };
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
    return this.#bytes > this.#bounds.bytesMax && this.#size > 1;
  }

  #dropOldest(): RowWrite {
    const { row, digest } = this.#at(this.#first);
    const key = keyOf(row);
    this.#kept[this.#first] = undefined; // to be collected
    this.#first += 1;
    this.#bytes -= row.bytes;
    if (this.#first > this.#kept.length / 2) {
      this.#kept = this.#kept.slice(this.#first); // each is moved once for each that goes
      this.#first = 0;
    }
    return { key, before: row, after: undefined, delta: -(digest ?? rowDigest(key, encodeRow(row))) };
  }
}
