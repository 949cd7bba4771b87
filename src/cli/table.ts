// Tables for people: one row an object, columns two spaces apart. Programs ask for `-o json`.

import { type Paint, plain, type Tone } from './colour.ts';
import { type Fitting, fitted, gapCells } from './fit.ts';
import { clipped, printable, widthOf } from './text.ts';

export interface Column<T> extends Fitting {
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
  /** Cells of the terminal that the table is to fit into; undefined: as wide as it is. */
  readonly cells?: number | undefined;
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
  /** Of each column, undefined for one that is left out; nothing is known before the first rows. */
  #widths: readonly (number | undefined)[] | undefined;

  constructor(columns: readonly Column<T>[], style: TableStyle) {
    this.#columns = columns.filter((column) => style.isWide || column.isWide !== true);
    this.#style = style;
  }

  /** Lines for `items`; the first call begins with the titles. */
  render(items: readonly T[]): string {
    const titles = this.#columns.map((column) => column.title);
    const rows = items.map((item) => this.#columns.map((column) => printable(column.cell(item)) || '-'));
    const isFirst = this.#widths === undefined;
    this.#widths ??= this.#fitted(
      titles.map((title, i) => Math.max(widthOf(title), ...rows.map((row) => widthOf(row[i] ?? '')))),
    );
    const lines = rows.map((row, at) => this.#line(row, items[at]));
    if (isFirst && this.#style.hasTitles) lines.unshift(this.#line(titles, undefined));
    return lines.map((line) => `${line}\n`).join('');
  }

  #fitted(widths: readonly number[]): readonly (number | undefined)[] {
    const { cells } = this.#style;
    if (cells === undefined) return widths;
    const titles = this.#columns.map(({ title }) => widthOf(title));
    return fitted(this.#columns, widths, { titles, cells });
  }

  #line(cells: readonly string[], item: T | undefined): string {
    const { paint, cells: room = Infinity } = this.#style;
    const last = this.#widths?.findLastIndex((width) => width !== undefined);
    const parts: string[] = [];
    let used = 0;
    for (const [i, cell] of cells.entries()) {
      const width = this.#widths?.[i];
      if (width === undefined) continue;
      const column = this.#columns[i];
      // The last one has all that is left: rows that come later may need more than the first ones.
      const most = i === last ? Math.max(width, room - used) : width;
      const text = room !== Infinity && column?.isCut === true ? clipped(cell, most) : cell;
      const gap = i === last ? '' : ' '.repeat(Math.max(0, width - widthOf(text)));
      const isFaint = item === undefined || cell === '-'; // a title, or nothing
      parts.push(paint(text, isFaint ? 'faint' : column?.tone?.(item)) + gap);
      used += widthOf(text) + gap.length + gapCells;
    }
    return parts.join(' '.repeat(gapCells));
  }
}
