// A row: one thing that the state holds, as it keeps it in memory and as the state store writes it. An object is what the
// API serves; a record is what the cluster remembers beside them.
// Keys sort by table, then by name, in UTF-16 code units: the same order on every machine, whatever its locale.

import type { Brand } from '../lib/brand.ts';
import { unreachable } from '../lib/assert.ts';
import type { Assignment, Event, Node, Service, Setting } from '../protocol/objects.ts';
import type { RevisionRow } from '../protocol/records.ts';

/** Tables of objects. */
export type TableName = 'service' | 'node' | 'assignment' | 'setting' | 'event';

/** `table/name`. */
export type RowKey = Brand<string, 'RowKey'>;

/** Any object of the state; which one, its `kind` says. */
export type ObjectRow = Service | Node | Assignment | Setting | Event;

/** Records in the order of their entries, many in one row (bundles.ts). It is kept as the text that it is stored as. */
export interface BundleRow {
  /** Changes: of the window (window.ts). Operations: what became of users' writes (operations.ts). */
  readonly kind: 'Changes' | 'Operations';
  /** Log index of the first of them. */
  readonly first: number;
  readonly count: number;
  /** row-codec.ts. */
  readonly text: string;
}

/** Anything beside the objects. */
type RecordRow = BundleRow | RevisionRow;

export type Row = ObjectRow | RecordRow;

/** One row as an entry left it; `before` or `after` is absent when it was created or deleted. */
export interface RowWrite {
  readonly key: RowKey;
  readonly before: Row | undefined;
  readonly after: Row | undefined;
}

export const rowKey = (table: TableName | 'changes' | 'operations' | 'revision', name: string): RowKey =>
  `${table}/${name}` as RowKey;

export function tableOf({ kind }: Pick<ObjectRow, 'kind'>): TableName {
  switch (kind) {
    case 'Service':
      return 'service';
    case 'Node':
      return 'node';
    case 'Assignment':
      return 'assignment';
    case 'Setting':
      return 'setting';
    case 'Event':
      return 'event';
    default:
      return unreachable(kind);
  }
}

/** Under which a row is stored, and digested. */
export function keyOf(row: ObjectRow | RevisionRow | Pick<BundleRow, 'kind' | 'first'>): RowKey {
  switch (row.kind) {
    case 'Changes':
      return rowKey('changes', String(row.first).padStart(16, '0'));
    case 'Operations':
      return rowKey('operations', String(row.first).padStart(16, '0'));
    case 'Revision':
      return rowKey('revision', `${row.service}.${String(row.revision).padStart(6, '0')}`);
    default:
      return rowKey(tableOf(row), row.metadata.name);
  }
}

/** `a < b` by code units: never `localeCompare` in what is replicated. */
export const byCodeUnits = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
