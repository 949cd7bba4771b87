// The read-only view of the state: all that controllers, the gateway and the API ever see of it.
// What it answers is as of `appliedIndex`; rows are never changed in place, so that a row once read stays as it was.

import type { Assignment, Event, Node, Service, Setting } from '../protocol/objects.ts';
import type { OperationRow, RevisionRow } from '../protocol/records.ts';
import type { ObjectRow, TableName } from './row.ts';

export type { TableName } from './row.ts';

/** One table, readable. Iteration is in the order of names by code units. */
export interface TableView<T extends ObjectRow> {
  readonly size: number;
  get(name: string): T | undefined;
  values(): Iterable<T>;
}

export interface View {
  /** Log index up to which everything is applied. */
  readonly appliedIndex: number;
  /** Empty before genesis was applied. */
  readonly clusterId: string;
  readonly services: TableView<Service>;
  readonly nodes: TableView<Node>;
  readonly assignments: TableView<Assignment>;
  readonly settings: TableView<Setting>;
  readonly events: TableView<Event>;
  /** Assignments of a service (by name, over all its uids and revisions), in order of their names. */
  assignmentsOfService(name: string): readonly Assignment[];
  assignmentsOfNode(name: string): readonly Assignment[];

  /** Every change of objects with an index above this one is known, with what was before (window.ts). */
  readonly windowStart: number;
  /** The changes with an index above `index`, oldest first. `index` is at least `windowStart`. */
  changesSince(index: number): Iterable<Change>;
  /** An object as it was at `index`, which is from `windowStart` to `appliedIndex`. */
  objectAt(table: TableName, name: string, index: number): ObjectRow | undefined;
  /** A table as it was at `index`, which is from `windowStart` to `appliedIndex`; in the order of names. */
  valuesAt(table: TableName, index: number): Iterable<ObjectRow>;

  operation(id: string): OperationRow | undefined;
  /** At most `count` operations with an index below `index`, newest first. */
  operationsBefore(index: number, count: number): readonly OperationRow[];
  /** How many there are. */
  operationCountBefore(index: number): number;
  /** Of a service, oldest first. */
  revisionsOf(service: string): readonly RevisionRow[];
}

/** One object that an entry changed; `before` or `after` is absent when it was created or deleted. */
export interface RowChange {
  readonly before: ObjectRow | undefined;
  readonly after: ObjectRow | undefined;
}

/** What one entry changed. */
export interface Change {
  readonly index: number;
  /** Of the entry, as RFC 3339. */
  readonly time: string;
  readonly changes: readonly RowChange[];
}
