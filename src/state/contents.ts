// What the state keeps beside its objects: the window of changes, operations, revisions.

import type { RevisionRow } from '../protocol/records.ts';
import { Operations } from './operations.ts';
import { Revisions } from './revisions.ts';
import type { BundleRow, Row } from './row.ts';
import { Tables } from './table.ts';
import { ChangeWindow } from './window.ts';

/** Everything that a state holds. */
export interface Contents {
  readonly tables: Tables;
  readonly window: ChangeWindow;
  readonly operations: Operations;
  readonly revisions: Revisions;
}

/** All of them, as a disk holds them. */
export function* rowsOf({ tables, window, operations, revisions }: Contents): Generator<Row> {
  for (const table of ['service', 'node', 'assignment', 'setting', 'event'] as const)
    yield* tables[table].values();
  yield* window.bundles.rows();
  yield* operations.bundles.rows();
  yield* revisions.values();
}

/** `rows` in any order. */
export function contentsOf(rows: Iterable<Row>): Contents {
  const tables = new Tables();
  const changes: BundleRow[] = [];
  const operations: BundleRow[] = [];
  const revisions: RevisionRow[] = [];
  for (const row of rows) {
    switch (row.kind) {
      case 'Changes':
        changes.push(row);
        break;
      case 'Operations':
        operations.push(row);
        break;
      case 'Revision':
        revisions.push(row);
        break;
      default:
        tables.set(row);
    }
  }
  return {
    tables,
    window: new ChangeWindow(changes.sort(oldestFirst), (table, name) => tables[table].get(name)),
    operations: new Operations(operations.sort(oldestFirst)),
    revisions: new Revisions(revisions),
  };
}

const oldestFirst = (a: BundleRow, b: BundleRow): number => a.first - b.first;
