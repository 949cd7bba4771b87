// Bundles: records in the order of their entries, many to a row. There is a record for each write, and a row costs more than
// what stands in it: a key, a digest, a place in LevelDB, a deletion.
// Owns: which record stands in which row, their texts, what they add to the state hash, and which of them a flush has still
// to write. Does not own: what a record says, nor how long it is kept (ChangeWindow, Operations).
//
// K1. A bundle is full with `recordsMax` records or `bytesMax` bytes, and the next record begins another one: where bundles
//     end follows from the records alone, the same on a peer that applied all of them and on one that loaded a state on the way.
// K2. The text of a record is made once, when it comes; that of a bundle when it is full, and of the last one when the hash is
//     asked for or a flush takes it.
// K3. Bundles go whole, the oldest first. One that comes and goes between two flushes is never written.

import { assert, present } from '../lib/assert.ts';
import { recordLimits } from '../lib/record-limits.ts';
import { bundleText, recordsIn } from './row-codec.ts';
import { type BundleRow, keyOf, type Row, type RowKey } from './row.ts';
import { rowDigest } from './state-hash.ts';

/** When a bundle is full. */
export interface BundleBounds {
  readonly recordsMax: number;
  readonly bytesMax: number;
}

export const defaultBundle: BundleBounds = {
  recordsMax: recordLimits.bundleRecordsMax,
  bytesMax: recordLimits.bundleBytesMax,
};

interface Bundle {
  /** Log index of its first record. */
  readonly first: number;
  count: number;
  /** Of its records' texts, with what parts them. */
  bytes: number;
  /** One after the other they are its records, parted by commas. */
  texts: string[];
  /** Of its row, as the hash has it; 0 for none, undefined of one that was loaded and not looked at since. */
  digest: bigint | undefined;
  /** A flush has taken it, or it was loaded: when it goes, its row has to go. */
  isStored: boolean;
}

export class Bundles {
  readonly #kind: BundleRow['kind'];
  readonly #bounds: BundleBounds;
  /** Oldest first. */
  readonly #bundles: Bundle[] = [];
  #count = 0;
  #bytes = 0;
  /** What the digests of rows have changed since that was taken. */
  #delta = 0n;
  /** The last bundle has records that the hash does not have. */
  #isHashBehind = false;
  /** To be written, and to be deleted. */
  readonly #dirty = new Set<Bundle>();
  readonly #gone = new Set<RowKey>();

  constructor(kind: BundleRow['kind'], bounds: BundleBounds = defaultBundle) {
    this.#kind = kind;
    this.#bounds = bounds;
  }

  /** One more row of this kind as a disk holds it, behind those before. */
  load(row: BundleRow): void {
    assert(row.kind === this.#kind, 'bundles are of one kind');
    const { first, count } = row;
    const records = recordsIn(row);
    const bytes = Buffer.byteLength(records) + 1;
    this.#bundles.push({ first, count, bytes, texts: [records], digest: undefined, isStored: true });
    this.#count += count;
    this.#bytes += bytes;
  }

  /** Records in all bundles. */
  get count(): number {
    return this.#count;
  }

  /** Of all of them. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Bundles. */
  get length(): number {
    return this.#bundles.length;
  }

  /** The next record begins a bundle. */
  get isLastFull(): boolean {
    const last = this.#bundles.at(-1);
    return last === undefined || this.#isFull(last);
  }

  /** Of the oldest bundle; there is one. */
  get oldest(): { readonly first: number; readonly count: number } {
    return present(this.#bundles[0], 'there is a bundle');
  }

  /** Of the newest one; there is one. */
  get newest(): { readonly first: number } {
    return present(this.#bundles.at(-1), 'there is a bundle');
  }

  /** Rows that a flush has to write or to delete. */
  get dirtyCount(): number {
    return this.#dirty.size + this.#gone.size;
  }

  /** Oldest first. */
  rows(): readonly BundleRow[] {
    return this.#bundles.map((bundle) => this.#rowOf(bundle));
  }

  /** Records in the bundles before a position. */
  countBefore(position: number): number {
    return this.#bundles.slice(0, position).reduce((sum, { count }) => sum + count, 0);
  }

  /** By its position; the oldest is at 0. */
  row(position: number): BundleRow {
    return this.#rowOf(present(this.#bundles[position], 'there is a bundle at that position'));
  }

  /** Position of the first that begins at `index` or behind it: `length` when none does. */
  positionFrom(index: number): number {
    let low = 0;
    let high = this.#bundles.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (present(this.#bundles[middle], 'it is between the others').first < index) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** One more record, of the entry at `index`. */
  push(index: number, text: string): void {
    let bundle = this.#bundles.at(-1);
    if (bundle === undefined || this.#isFull(bundle)) {
      bundle = { first: index, count: 0, bytes: 0, texts: [], digest: 0n, isStored: false };
      this.#bundles.push(bundle);
    }
    assert(index > bundle.first || bundle.count === 0, 'records come in the order of their entries');
    bundle.digest ??= this.#digestOf(bundle); // before it changes
    const bytes = Buffer.byteLength(text) + 1;
    bundle.texts.push(text);
    bundle.count += 1;
    bundle.bytes += bytes;
    this.#count += 1;
    this.#bytes += bytes;
    this.#dirty.add(bundle);
    this.#isHashBehind = true;
    if (this.#isFull(bundle)) this.#addUp();
  }

  /** K3. */
  dropOldest(): void {
    const bundle = present(this.#bundles.shift(), 'there is a bundle');
    if (this.#bundles.length === 0) this.#isHashBehind = false;
    this.#delta -= bundle.digest ?? this.#digestOf(bundle);
    this.#count -= bundle.count;
    this.#bytes -= bundle.bytes;
    this.#dirty.delete(bundle);
    if (bundle.isStored) this.#gone.add(this.#keyOf(bundle));
  }

  /** What the sum of digests (state-hash.ts) has changed by since this was asked last. */
  takeDelta(): bigint {
    this.#addUp();
    const delta = this.#delta;
    this.#delta = 0n;
    return delta;
  }

  /** Puts what changed since the last call among `rows`. */
  takeDirty(rows: Map<RowKey, Row | undefined>): void {
    for (const key of this.#gone) rows.set(key, undefined);
    for (const bundle of this.#dirty) {
      rows.set(this.#keyOf(bundle), this.#rowOf(bundle));
      bundle.isStored = true;
    }
    this.#gone.clear();
    this.#dirty.clear();
  }

  #isFull({ count, bytes }: Bundle): boolean {
    return count >= this.#bounds.recordsMax || bytes >= this.#bounds.bytesMax;
  }

  /** The hash has all of the last bundle; it always has all of the others. */
  #addUp(): void {
    if (!this.#isHashBehind) return;
    const bundle = present(this.#bundles.at(-1), 'what is behind is there');
    const digest = this.#digestOf(bundle);
    this.#delta += digest - (bundle.digest ?? 0n);
    bundle.digest = digest;
    this.#isHashBehind = false;
  }

  #digestOf(bundle: Bundle): bigint {
    return rowDigest(this.#keyOf(bundle), this.#textOf(bundle));
  }

  #keyOf({ first }: Bundle): RowKey {
    return keyOf({ kind: this.#kind, first });
  }

  #rowOf(bundle: Bundle): BundleRow {
    const { first, count } = bundle;
    return { kind: this.#kind, first, count, text: this.#textOf(bundle) };
  }

  #textOf(bundle: Bundle): string {
    if (bundle.texts.length > 1) bundle.texts = [bundle.texts.join(',')];
    const { first, count, texts } = bundle;
    return bundleText({ kind: this.#kind, first, count }, texts[0] ?? '');
  }
}
