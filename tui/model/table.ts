// Tables: columns over items of one kind, turned into rows that know nothing of that kind any more.
// Owns: what is shown (filtered, sorted, opened) and in which order. Painting is table-painting.ts's.
//
// T1. Only what is asked for is computed: with thousands of rows, one column to sort by and the rows on the screen.

import type { Line } from './cells.ts';
import type { ListState } from './list-state.ts';
import type { Ref } from './refs.ts';

export interface Column<T> {
  readonly title: string;
  readonly cell: (item: T) => Line | string;
  /** What is compared; absent = the text shown. */
  readonly sort?: (item: T) => string | number;
  readonly align?: 'right';
  /** Shown from this width of the table on; absent = always. */
  readonly from?: number;
  /** The widest it gets, in cells; absent = what the others leave. */
  readonly max?: number;
  /** Cut only when nothing else can give: a bar or a figure that says nothing in part. */
  readonly rigid?: true;
}

export interface Row {
  readonly key: string;
  readonly ref: Ref | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly children: readonly Row[];
  /** Cells by column; or one line over all of them. */
  readonly cell: (column: number) => Line;
  readonly line: (() => Line) | undefined;
  readonly sortValue: (column: number) => string | number;
}

export interface TableBody {
  readonly kind: 'table';
  readonly columns: readonly Omit<Column<never>, 'cell' | 'sort'>[];
  readonly rows: readonly Row[];
  /** Rows with children are open unless toggled. Default: closed unless toggled. */
  readonly open?: boolean;
  /** Said when there is no row. */
  readonly empty: string;
}

/** What a row is beside its cells. */
export interface RowFacts {
  readonly key: string;
  readonly ref?: Ref;
  readonly labels?: Readonly<Record<string, string>>;
  readonly children?: readonly Row[];
}

export function rowsOf<T>(
  columns: readonly Column<T>[],
  items: Iterable<T>,
  facts: (item: T) => RowFacts,
): readonly Row[] {
  return Array.from(items, (item) => {
    const { key, ref, labels = {}, children = [] } = facts(item);
    const cell = (index: number): Line => toLine(columns[index]?.cell(item) ?? '');
    const sortValue = (index: number): string | number => columns[index]?.sort?.(item) ?? textOf(cell(index));
    return { key, ref, labels, children, cell, line: undefined, sortValue };
  });
}

/** A row below another: one line, found by its text. */
export function lineRow(facts: RowFacts, line: () => Line): Row {
  const { key, ref, labels = {}, children = [] } = facts;
  return { key, ref, labels, children, cell: () => [], line, sortValue: () => key };
}

const toLine = (content: Line | string): Line =>
  typeof content === 'string' ? [{ text: content, tone: 'plain' }] : content;

export const textOf = (line: Line): string => line.map((one) => one.text).join('');

/** A row where it stands. */
export interface Shown {
  readonly row: Row;
  readonly depth: number;
  readonly isLast: boolean;
  /** For each row above it but the first: whether more follow below that one. */
  readonly trunks: readonly boolean[];
  readonly isOpen: boolean;
}

/** The rows as `state` wants them: filtered, sorted, children below those that are open. */
export function arrange(body: TableBody, state: ListState): readonly Shown[] {
  const shown: Shown[] = [];
  place({ body, state, shown }, body.rows, []);
  return shown;
}

interface Arranging {
  readonly body: TableBody;
  readonly state: ListState;
  readonly shown: Shown[];
}

/** `trunks` holds one more than rows above: whether more follow below each. */
function place(to: Arranging, rows: readonly Row[], trunks: readonly boolean[]): void {
  const { body, state, shown } = to;
  const depth = trunks.length;
  const kept = state.filter === undefined ? rows : rows.filter((row) => isKept(body, state, row));
  const sorted = depth === 0 ? sortRows(body, state, kept) : kept;
  for (const [index, row] of sorted.entries()) {
    const isOpen = row.children.length > 0 && (body.open === true) !== state.toggled.has(row.key);
    const isLast = index === sorted.length - 1;
    shown.push({ row, depth, isLast, trunks: trunks.slice(1), isOpen });
    if (isOpen) place(to, row.children, [...trunks, !isLast]);
  }
}

/** A row stays for itself or for any below it. */
function isKept(body: TableBody, state: ListState, row: Row): boolean {
  if (state.filter === undefined) return true;
  const text =
    row.line === undefined
      ? body.columns.map((_, index) => textOf(row.cell(index))).join(' ')
      : textOf(row.line());
  if (state.filter.matches(text, row.labels)) return true;
  return row.children.some((child) => isKept(body, state, child));
}

function sortRows(body: TableBody, { sort }: ListState, rows: readonly Row[]): readonly Row[] {
  const column = body.columns.findIndex((one) => one.title === sort?.column);
  if (sort === undefined || column < 0) return rows;
  const direction = sort.descending ? -1 : 1;
  const keyed = rows.map((row) => ({ row, value: row.sortValue(column) }));
  return keyed.sort((a, b) => direction * compare(a.value, b.value)).map((one) => one.row);
}

function compare(a: string | number, b: string | number): number {
  if (a === b) return 0;
  if (typeof a === typeof b) return a < b ? -1 : 1;
  return typeof a === 'number' ? -1 : 1;
}

/** Keeps the selection on its row, or on its neighbour once it is gone. Answers its index; -1 in an empty table. */
export function selectedIndex(shown: readonly Shown[], state: ListState): number {
  const found = shown.findIndex(({ row }) => row.key === state.selected);
  state.index = found >= 0 ? found : Math.max(0, Math.min(state.index, shown.length - 1));
  state.selected = shown[state.index]?.row.key ?? state.selected;
  return shown.length === 0 ? -1 : state.index;
}
