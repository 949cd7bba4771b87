// A row: one object of a table, as the state keeps it and the state store writes it.
// Keys sort by table, then by name, in UTF-16 code units: the same order on every machine, whatever its locale.

import type { Brand } from '../lib/brand.ts';
import type { Assignment, Node, Service, Setting } from '../protocol/objects.ts';

export type TableName = 'service' | 'node' | 'assignment' | 'setting';

/** `table/name`. */
export type RowKey = Brand<string, 'RowKey'>;

/** Any object of the state; which one, its `kind` says. */
export type Row = Service | Node | Assignment | Setting;

export const rowKey = (table: TableName, name: string): RowKey => `${table}/${name}` as RowKey;

/** `a < b` by code units: never `localeCompare` in what is replicated. */
export const byCodeUnits = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
