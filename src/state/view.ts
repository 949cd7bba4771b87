// The read-only view of the state: all that controllers, the gateway and the API ever see of it.
// What it answers is as of `appliedIndex`; rows are never changed in place, so that a row once read stays as it was.

import type { Assignment, Node, Service, Setting } from '../protocol/objects.ts';
import type { Row } from './row.ts';

/** One table, readable. Iteration is in the order of names by code units. */
export interface TableView<T extends Row> {
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
  /** Assignments of a service (by name, over all its uids and revisions), in order of their names. */
  assignmentsOfService(name: string): readonly Assignment[];
  assignmentsOfNode(name: string): readonly Assignment[];
}

/** One row that an entry changed; `before` or `after` is absent when it was created or deleted. */
export interface RowChange {
  readonly before: Row | undefined;
  readonly after: Row | undefined;
}
