// A screen as cells: what the model answers, and what the terminal is made to show.

import { assert } from '../../src/lib/assert.ts';
import { type Cell, characters, type Ground, type Line, type Tone, widthOf } from './cells.ts';

export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const asciiPrintable = /^[\x20-\x7e]$/;

export class Canvas {
  readonly width: number;
  readonly height: number;
  readonly rows: readonly Cell[][];
  /** Where the cursor blinks, while somebody types. */
  cursor: { readonly x: number; readonly y: number } | undefined;
  readonly #ascii: boolean;

  constructor(options: { readonly width: number; readonly height: number; readonly ascii: boolean }) {
    this.width = options.width;
    this.height = options.height;
    this.#ascii = options.ascii;
    const blank: Cell = { text: ' ', tone: 'plain', ground: 'none' };
    this.rows = Array.from({ length: this.height }, () => Array.from({ length: this.width }, () => blank));
  }

  /** Writes `line` from `(x, y)` on, never beyond `width` cells; the rest of them is blank, on the same ground. */
  put(
    at: { readonly x: number; readonly y: number },
    line: Line,
    width: number,
    ground: Ground = 'none',
  ): void {
    const row = this.rows[at.y];
    if (row === undefined) return;
    const end = Math.min(this.width, at.x + width);
    assert(at.x >= 0, 'a line begins on the screen');
    if (row[at.x]?.text === '') blank(row, at.x - 1); // of a wide character, no half is left
    if (row[end]?.text === '') blank(row, end);
    let x = at.x;
    for (const { text, tone } of line) x = this.#write(row, text, { x, end, tone, ground });
    for (; x < end; x += 1) row[x] = { text: ' ', tone: 'plain', ground };
  }

  /** A frame with a title, its inside blank. */
  frame(
    area: Area,
    title: string,
    signs: { readonly corners: readonly string[]; readonly horizontal: string; readonly vertical: string },
    tone: Tone,
  ): void {
    const { x, y, width, height } = area;
    const [leftTop = '', rightTop = '', leftBottom = '', rightBottom = ''] = signs.corners;
    const heading = title === '' ? '' : ` ${title} `;
    const rest = signs.horizontal.repeat(Math.max(0, width - 2 - widthOf(heading)));
    const top: Line = [
      { text: leftTop, tone },
      { text: heading, tone: 'title' },
      { text: rest + rightTop, tone },
    ];
    this.put({ x, y }, top, width, 'dialog');
    for (let row = 1; row < height - 1; row += 1) {
      const inside = ' '.repeat(Math.max(0, width - 2));
      this.put(
        { x, y: y + row },
        [{ text: signs.vertical + inside + signs.vertical, tone }],
        width,
        'dialog',
      );
    }
    const bottom = leftBottom + signs.horizontal.repeat(Math.max(0, width - 2)) + rightBottom;
    this.put({ x, y: y + height - 1 }, [{ text: bottom, tone }], width, 'dialog');
  }

  /** The text of each row, without spaces at its end: for tests and captures. */
  texts(): readonly string[] {
    return this.rows.map((row) =>
      row
        .map((cell) => cell.text)
        .join('')
        .trimEnd(),
    );
  }

  #write(
    row: Cell[],
    text: string,
    to: { readonly x: number; readonly end: number; readonly tone: Tone; readonly ground: Ground },
  ): number {
    const { end, tone, ground } = to;
    let { x } = to;
    for (const one of characters(text)) {
      if (x + one.width > end) break;
      const shown = this.#ascii && !asciiPrintable.test(one.text) ? '?' : one.text; // C3
      row[x] = { text: shown, tone, ground };
      if (one.width === 2) row[x + 1] = { text: this.#ascii ? '?' : '', tone, ground };
      x += one.width;
    }
    return x;
  }
}

function blank(row: Cell[], x: number): void {
  const cell = row[x];
  if (cell !== undefined) row[x] = { ...cell, text: ' ' };
}
