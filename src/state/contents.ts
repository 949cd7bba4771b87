// Everything that a state holds: its objects and, beside them, the window of changes, operations, revisions.
//
// C1. It is made of rows in steps of a few milliseconds at most: as many as there may be hold up whoever shares the event loop for a
//     quarter of a second.

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

/** Rows of objects in one step. */
const rowsAStep = 1_000;

/** `rows` in any order, in steps (C1). */
export function* contentsInSteps(rows: Iterable<Row>): Generator<undefined, Contents> {
  let count = 0;
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
    count += 1;
    if (count % rowsAStep === 0) yield;
  }
  const window = new ChangeWindow((table, name) => tables[table].get(name));
  yield* window.load(changes.sort(oldestFirst));
  const kept = new Operations();
  yield* kept.load(operations.sort(oldestFirst));
  return { tables, window, operations: kept, revisions: new Revisions(revisions) };
}

/** As {@link contentsInSteps}, all at once. */
export const contentsOf = (rows: Iterable<Row>): Contents => atOnce(contentsInSteps(rows));

/** Takes all steps, one after the other. */
export function atOnce<T>(steps: Generator<undefined, T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

const oldestFirst = (a: BundleRow, b: BundleRow): number => a.first - b.first;
