// What the state keeps beside its objects: the window of changes, operations, revisions.

import type { OperationRow, RevisionRow } from '../protocol/records.ts';
import { Operations } from './operations.ts';
import { Revisions } from './revisions.ts';
import type { ChangeRow, Row } from './row.ts';
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
  yield* window.rows();
  yield* operations.values();
  yield* revisions.values();
}

/** `rows` in any order. */
export function contentsOf(rows: Iterable<Row>): Contents {
  const tables = new Tables();
  const changes: ChangeRow[] = [];
  const operations: OperationRow[] = [];
  const revisions: RevisionRow[] = [];
  for (const row of rows) {
    switch (row.kind) {
      case 'Change':
        changes.push(row);
        break;
      case 'Operation':
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
    window: new ChangeWindow(changes, (table, name) => tables[table].get(name)),
    operations: new Operations(operations),
    revisions: new Revisions(revisions),
  };
}
