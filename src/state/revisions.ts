// The revisions of services: what each asked for, version by version.
// Owns: their rows, by service. Does not own: what is written there, and when (apply, through the overlay).

import { assert } from '../lib/assert.ts';
import type { RevisionRow } from '../protocol/records.ts';
import { keyOf, type RowWrite } from './row.ts';

export class Revisions {
  /** By service; each list in the order of revisions. */
  readonly #byService = new Map<string, readonly RevisionRow[]>();

  /** `rows` in any order. */
  constructor(rows: readonly RevisionRow[]) {
    for (const row of rows) this.put(row);
  }

  /** Oldest first. */
  of(service: string): readonly RevisionRow[] {
    return this.#byService.get(service) ?? [];
  }

  *values(): Generator<RevisionRow> {
    for (const rows of this.#byService.values()) yield* rows;
  }

  /** It takes the place of the row of the same service and revision, if there is one. */
  put(row: RevisionRow): RowWrite {
    const rows = this.of(row.service);
    const before = rows.find(({ revision }) => revision === row.revision);
    const others = rows.filter((other) => other !== before);
    this.#byService.set(
      row.service,
      [...others, row].sort((a, b) => a.revision - b.revision),
    );
    return { key: keyOf(row), before, after: row };
  }

  delete(row: RevisionRow): RowWrite {
    const rows = this.of(row.service);
    const before = rows.find(({ revision }) => revision === row.revision);
    assert(before !== undefined, 'a revision that goes was there');
    const others = rows.filter((other) => other !== before);
    if (others.length === 0) this.#byService.delete(row.service);
    else this.#byService.set(row.service, others);
    return { key: keyOf(row), before, after: undefined };
  }
}
