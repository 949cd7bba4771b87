// A row: one thing that the state holds, as it keeps it in memory and as the state store writes it. An object is what the
// API serves; a record is what the cluster remembers beside them.
// Keys sort by table, then by name, in UTF-16 code units: the same order on every machine, whatever its locale.

import type { Brand } from '../lib/brand.ts';
import { unreachable } from '../lib/assert.ts';
import type { Assignment, Event, Node, Service, Setting } from '../protocol/objects.ts';
import type { OperationRow, RevisionRow } from '../protocol/records.ts';

/** Tables of objects. */
export type TableName = 'service' | 'node' | 'assignment' | 'setting' | 'event';

/** `table/name`. */
export type RowKey = Brand<string, 'RowKey'>;

/** Any object of the state; which one, its `kind` says. */
export type ObjectRow = Service | Node | Assignment | Setting | Event;

/** What one entry changed, as it was before: of these rows the window of changes consists (window.ts). */
export interface ChangeRow {
  readonly kind: 'Change';
  /** Log index of the entry. */
  readonly index: number;
  /** Of the entry, as RFC 3339. */
  readonly time: string;
  /** Index of the change before this one, kept or not; 0 for the first of all. */
  readonly previous: number;
  /** Size of the objects in `changes`: characters of their texts (row-codec.ts). */
  readonly bytes: number;
  /** `before` is null for an object that the entry created. */
  readonly changes: readonly {
    readonly table: TableName;
    readonly name: string;
    readonly before: ObjectRow | null;
  }[];
}

/** Anything beside the objects. */
type RecordRow = ChangeRow | OperationRow | RevisionRow;

export type Row = ObjectRow | RecordRow;

/** One row as an entry left it; `before` or `after` is absent when it was created or deleted. */
export interface RowWrite {
  readonly key: RowKey;
  readonly before: Row | undefined;
  readonly after: Row | undefined;
  /** What it adds to the sum of digests (state-hash.ts), where that is known without a look at the rows. */
  readonly delta?: bigint;
}

export const rowKey = (table: TableName | 'change' | 'operation' | 'revision', name: string): RowKey =>
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
export function keyOf(row: Row): RowKey {
  switch (row.kind) {
    case 'Change':
      return rowKey('change', String(row.index).padStart(16, '0'));
    case 'Operation':
      return rowKey('operation', row.id);
    case 'Revision':
      return rowKey('revision', `${row.service}.${String(row.revision).padStart(6, '0')}`);
    default:
      return rowKey(tableOf(row), row.metadata.name);
  }
}

/** `a < b` by code units: never `localeCompare` in what is replicated. */
export const byCodeUnits = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
