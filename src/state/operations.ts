// The operations: what became of users' writes, so that one that comes again is answered and not done again, and so that it
// can be asked for. They are the audit, too.
// Owns: their records and their bounds. Does not own: what is written there, and when (apply/operation.ts, State), rows (Bundles).
//
// Q1. One record for each user's write that was applied or refused: at least the last `operationsMax`, and less than a bundle
//     more; or fewer, where they would take more than `operationsBytesMax`. The oldest go first, a bundle at a time. All of it
//     follows from the rows: the same on every peer.
// Q2. Every operation with an index above `start` is there. (Once some were forgotten there is never room for as many again,
//     so that it need not be remembered that there were some.)
// Q3. Of bundles that are full memory holds their texts, and the ids in them: most are never asked for.

import { assert, present } from '../lib/assert.ts';
import { limits } from '../lib/limits.ts';
import type { OperationRow } from '../protocol/records.ts';
import { type BundleBounds, Bundles, defaultBundle } from './bundles.ts';
import { operationsIn, recordOf } from './operation-codec.ts';
import type { BundleRow } from './row.ts';

export interface OperationBounds {
  readonly operationsMax: number;
  readonly operationsBytesMax: number;
  readonly bundle?: BundleBounds;
}

export class Operations {
  readonly #bounds: OperationBounds;
  readonly bundles: Bundles;
  /** Of the bundles that are full: by id, the first index of its bundle. */
  readonly #byId = new Map<string, number>();
  /** The ids in each of them, oldest first. */
  readonly #ids: (readonly string[])[] = [];
  /** Of the last bundle, while it has room; by id. */
  #open = new Map<string, OperationRow>();
  #last: OperationRow | undefined;
  /** The bundle that was looked into last. */
  #read: { readonly row: BundleRow; readonly rows: readonly OperationRow[] } | undefined;

  constructor(bounds: OperationBounds = limits) {
    this.#bounds = bounds;
    this.bundles = new Bundles('Operations', bounds.bundle);
  }

  /** `rows` in the order of their records, a bundle a step; it is empty before, and whole after the last step. */
  *load(rows: readonly BundleRow[]): Generator<undefined, void> {
    assert(this.size === 0, 'what is loaded comes first');
    for (const [position, row] of rows.entries()) {
      this.bundles.load(row);
      const found = operationsIn(row);
      this.#last = found.at(-1);
      if (position === rows.length - 1 && !this.bundles.isLastFull) {
        for (const one of found) this.#open.set(one.id, one);
      } else {
        const ids = found.map(({ id }) => id);
        this.#close(row.first, ids);
      }
      yield;
    }
  }

  get size(): number {
    return this.bundles.count;
  }

  /** Operations up to here may be forgotten; 0 while none can be. */
  get start(): number {
    const { operationsMax, operationsBytesMax, bundle = defaultBundle } = this.#bounds;
    const room = bundle.bytesMax + recordBytesMax;
    const isFull = this.size >= operationsMax || this.bundles.bytes > operationsBytesMax - room; // Q2
    return isFull ? this.bundles.oldest.first - 1 : 0;
  }

  get(id: string): OperationRow | undefined {
    const open = this.#open.get(id);
    if (open !== undefined) return open;
    const first = this.#byId.get(id);
    if (first === undefined) return undefined;
    const found = this.#at(this.bundles.positionFrom(first)).find((row) => row.id === id);
    return present(found, 'an operation stands in its bundle');
  }

  /** At most `count` with an index below `index`, newest first. */
  before(index: number, count: number): readonly OperationRow[] {
    const found: OperationRow[] = [];
    for (let at = this.bundles.positionFrom(index) - 1; at >= 0 && found.length < count; at -= 1) {
      const rows = this.#at(at).filter((row) => row.index < index);
      found.push(...rows.toReversed().slice(0, count - found.length));
    }
    return found;
  }

  /** How many have an index below `index`. */
  countBefore(index: number): number {
    const position = this.bundles.positionFrom(index);
    if (position === 0) return 0;
    const inside = this.#at(position - 1).filter((row) => row.index < index);
    return this.bundles.countBefore(position - 1) + inside.length;
  }

  /** One more, the newest; `get` knows none of its id. */
  push(row: OperationRow): void {
    assert(!this.#open.has(row.id), 'an operation is written once');
    const isFirst = this.bundles.isLastFull;
    this.bundles.push(row.index, recordOf(row, isFirst ? undefined : this.#last));
    this.#open.set(row.id, row);
    this.#last = row;
    if (this.bundles.isLastFull) {
      // A copy, since texts of a command share the memory of all of it.
      const ids = JSON.parse(JSON.stringify([...this.#open.keys()])) as string[];
      this.#close(this.bundles.newest.first, ids);
      this.#open = new Map();
    }
    while (this.#isTooLarge()) this.#dropOldest();
  }

  /** Q3. */
  #close(first: number, ids: readonly string[]): void {
    this.#ids.push(ids);
    for (const id of ids) this.#byId.set(id, first);
  }

  /** Q1. */
  #isTooLarge(): boolean {
    const { length, count, bytes, oldest } = this.bundles;
    const { operationsMax, operationsBytesMax } = this.#bounds;
    return length > 1 && (count - oldest.count >= operationsMax || bytes > operationsBytesMax);
  }

  #dropOldest(): void {
    for (const id of present(this.#ids.shift(), 'a bundle that goes is full')) this.#byId.delete(id);
    this.bundles.dropOldest();
  }

  /** Those of the bundle at that position, oldest first. */
  #at(position: number): readonly OperationRow[] {
    if (position === this.bundles.length - 1 && this.#open.size > 0) return [...this.#open.values()];
    const row = this.bundles.row(position);
    if (this.#read?.row.first !== row.first) this.#read = { row, rows: operationsIn(row) };
    return this.#read.rows;
  }
}

/** What the names of all peers take, as they were and as they are, at most, in characters. */
const memberCharsMax = 8_192;

/** The most that one record may take: one with as many changes as a request may ask for. Three bytes at most are a character. */
const recordBytesMax =
  3 *
  (1_024 +
    memberCharsMax +
    limits.operationPathCharsMax +
    limits.operationAgentCharsMax +
    limits.operationMessageCharsMax +
    limits.operationChangesMax * 128);
