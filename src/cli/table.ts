// Tables for people: one row an object, columns two spaces apart. Programs ask for `-o json`.

import { type Paint, plain, type Tone } from './colour.ts';
import { printable, widthOf } from './text.ts';

export interface Column<T> {
  readonly title: string;
  readonly cell: (item: T) => string;
  /** Shown by `-o wide` alone. */
  readonly isWide?: true;
  readonly tone?: (item: T) => Tone | undefined;
}

export interface TableStyle {
  readonly isWide: boolean;
  readonly hasTitles: boolean;
  readonly paint: Paint;
}

const plainStyle: TableStyle = { isWide: false, hasTitles: true, paint: plain };

/** The table's lines, titles first, each ended by a newline. An empty cell is shown as `-`. */
export function renderTable<T>(
  columns: readonly Column<T>[],
  items: readonly T[],
  style: TableStyle = plainStyle,
): string {
  return new Table(columns, style).render(items);
}

/** A table that goes on: rows that come later stand under the columns of the first ones. */
export class Table<T> {
  readonly #columns: readonly Column<T>[];
  readonly #style: TableStyle;
  #widths: readonly number[] | undefined;

  constructor(columns: readonly Column<T>[], style: TableStyle) {
    this.#columns = columns.filter((column) => style.isWide || column.isWide !== true);
    this.#style = style;
  }

  /** Lines for `items`; the first call begins with the titles. */
  render(items: readonly T[]): string {
    const titles = this.#columns.map((column) => column.title);
    const rows = items.map((item) => this.#columns.map((column) => printable(column.cell(item)) || '-'));
    const isFirst = this.#widths === undefined;
    this.#widths ??= titles.map((title, i) =>
      Math.max(widthOf(title), ...rows.map((row) => widthOf(row[i] ?? ''))),
    );
    const lines = rows.map((row, at) => this.#line(row, items[at]));
    if (isFirst && this.#style.hasTitles) lines.unshift(this.#line(titles, undefined));
    return lines.map((line) => `${line}\n`).join('');
  }

  #line(cells: readonly string[], item: T | undefined): string {
    const { paint } = this.#style;
    return cells
      .map((cell, i) => {
        const isLast = i === cells.length - 1;
        const gap = isLast ? '' : ' '.repeat(Math.max(0, (this.#widths?.[i] ?? 0) - widthOf(cell)));
        const isFaint = item === undefined || cell === '-'; // a title, or nothing
        return paint(cell, isFaint ? 'faint' : this.#columns[i]?.tone?.(item)) + gap;
      })
      .join('  ');
  }
}
