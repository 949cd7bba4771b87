// The operations: what became of users' writes, by id.
// Owns: their rows. Does not own: what is written there, and when (State).

import { assert, present } from '../lib/assert.ts';
import type { OperationRow } from '../protocol/records.ts';
import { keyOf, type RowWrite } from './row.ts';

export class Operations {
  /** In the order of their indexes. */
  readonly #byId: Map<string, OperationRow>;

  /** `rows` in any order. */
  constructor(rows: readonly OperationRow[]) {
    this.#byId = new Map(rows.toSorted((a, b) => a.index - b.index).map((row) => [row.id, row]));
  }

  get size(): number {
    return this.#byId.size;
  }

  get(id: string): OperationRow | undefined {
    return this.#byId.get(id);
  }

  /** Oldest first. */
  values(): Iterable<OperationRow> {
    return this.#byId.values();
  }

  put(row: OperationRow): RowWrite {
    assert(!this.#byId.has(row.id), 'an operation is written once');
    this.#byId.set(row.id, row);
    return { key: keyOf(row), before: undefined, after: row };
  }

  delete(id: string): RowWrite {
    const row = present(this.#byId.get(id), 'an operation that goes was there');
    this.#byId.delete(id);
    return { key: keyOf(row), before: row, after: undefined };
  }
}
