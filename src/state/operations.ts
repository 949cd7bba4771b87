// The operations: what became of users' writes, so that one that comes again is answered and not done again, and so that it
// can be asked for. They are the audit, too.
// Owns: their rows and their bounds. Does not own: what is written there, and when (apply/operation.ts, State).
//
// Q1. One row for each user's write that was applied or refused, the last `operationsMax` of them, as long as they take no
//     more than `operationsCharsMax`; the oldest go first. All of it follows from the rows: the same on every peer.
// Q2. Every operation with an index above `start` is there. (Once one was forgotten there is never room for another again,
//     so that it need not be remembered that there was one.)

import { assert, present } from '../lib/assert.ts';
import { limits } from '../lib/limits.ts';
import type { OperationRow } from '../protocol/records.ts';
import { encodeRow } from './row-codec.ts';
import { keyOf, type RowWrite } from './row.ts';
import { rowDigest } from './state-hash.ts';

export interface OperationBounds {
  readonly operationsMax: number;
  readonly operationsCharsMax: number;
}

interface Kept {
  readonly row: OperationRow;
  /** Of the row, so that it need not be made again when the row goes; undefined of one that was loaded. */
  readonly digest: bigint | undefined;
}

export class Operations {
  readonly #bounds: OperationBounds;
  readonly #byId = new Map<string, OperationRow>();
  /** In the order of their indexes; those before `#first` are gone. */
  #rows: (Kept | undefined)[];
  #first = 0;
  #chars = 0;

  /** `rows` in any order. */
  constructor(rows: readonly OperationRow[], bounds: OperationBounds = limits) {
    this.#bounds = bounds;
    this.#rows = rows.toSorted((a, b) => a.index - b.index).map((row) => ({ row, digest: undefined }));
    for (const { row } of this.#rows as readonly Kept[]) {
      this.#byId.set(row.id, row);
      this.#chars += charsOf(row);
    }
  }

  get size(): number {
    return this.#byId.size;
  }

  /** Operations up to here may be forgotten; 0 while none can be. */
  get start(): number {
    const { operationsMax, operationsCharsMax } = this.#bounds;
    const isFull = this.size >= operationsMax || this.#chars > operationsCharsMax - rowCharsMax; // Q2
    return isFull ? this.#at(this.#first).row.index - 1 : 0;
  }

  get(id: string): OperationRow | undefined {
    return this.#byId.get(id);
  }

  /** Oldest first. */
  values(): Iterable<OperationRow> {
    return this.#byId.values();
  }

  /** At most `count` with an index below `index`, newest first. */
  before(index: number, count: number): readonly OperationRow[] {
    const found: OperationRow[] = [];
    for (let at = this.#positionOf(index) - 1; at >= this.#first && found.length < count; at -= 1) {
      found.push(this.#at(at).row);
    }
    return found;
  }

  /** How many have an index below `index`. */
  countBefore(index: number): number {
    return this.#positionOf(index) - this.#first;
  }

  /** One more, the newest. Answers the rows that come and go with it. */
  push(row: OperationRow): RowWrite[] {
    assert(!this.#byId.has(row.id), 'an operation is written once');
    assert(row.index > (this.#rows.at(-1)?.row.index ?? 0), 'operations come in the order of their entries');
    const key = keyOf(row);
    const digest = rowDigest(key, encodeRow(row));
    this.#rows.push({ row, digest });
    this.#byId.set(row.id, row);
    this.#chars += charsOf(row);
    const writes: RowWrite[] = [{ key, before: undefined, after: row, delta: digest }];
    while (this.size > this.#bounds.operationsMax || this.#chars > this.#bounds.operationsCharsMax) {
      writes.push(this.#dropOldest());
    }
    return writes;
  }

  #dropOldest(): RowWrite {
    const { row, digest } = this.#at(this.#first);
    const key = keyOf(row);
    this.#rows[this.#first] = undefined; // to be collected
    this.#first += 1;
    this.#byId.delete(row.id);
    this.#chars -= charsOf(row);
    if (this.#first * 2 > this.#rows.length) {
      this.#rows = this.#rows.slice(this.#first);
      this.#first = 0;
    }
    return { key, before: row, after: undefined, delta: -(digest ?? rowDigest(key, encodeRow(row))) };
  }

  #at(position: number): Kept {
    return present(this.#rows[position], 'what is not gone is there');
  }

  /** Of the first with an index that is not below `index`. */
  #positionOf(index: number): number {
    let low = this.#first;
    let high = this.#rows.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#at(middle).row.index < index) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** About what a row takes beside its texts: keys, numbers, ids. */
const rowCharsFixed = 400;

/** What the names of all peers take, as they were and as they are, at most. */
const memberCharsMax = 8_192;

/** The most that one row may take: one with as many changes as a request may ask for. */
const rowCharsMax =
  rowCharsFixed +
  limits.operationPathCharsMax +
  limits.operationAgentCharsMax +
  limits.operationMessageCharsMax +
  limits.operationChangesMax * 128;

/** What a row takes, near enough, and the same on every peer. */
function charsOf({ path, agent, message = '', changes = [], members }: OperationRow): number {
  const names = members === undefined ? 0 : memberCharsMax;
  const told = changes.reduce((sum, { name }) => sum + name.length + 64, names);
  return rowCharsFixed + path.length + agent.length + message.length + told;
}
