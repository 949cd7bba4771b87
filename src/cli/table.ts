// Tables for people: one row an object, columns two spaces apart. Programs ask for `-o json`.

import { printable, widthOf } from './text.ts';

export interface Column<T> {
  readonly title: string;
  readonly cell: (item: T) => string;
}

/** The table's lines, title first, each ended by a newline. An empty cell is shown as `-`. */
export function renderTable<T>(columns: readonly Column<T>[], items: readonly T[]): string {
  const rows = [
    columns.map((column) => column.title),
    ...items.map((item) => columns.map((column) => printable(column.cell(item)) || '-')),
  ];
  const widths = columns.map((_, i) => Math.max(...rows.map((row) => widthOf(row[i] ?? ''))));
  return rows.map((row) => `${renderRow(row, widths)}\n`).join('');
}

function renderRow(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, i) => cell + ' '.repeat((widths[i] ?? 0) - widthOf(cell)))
    .join('  ')
    .trimEnd();
}
