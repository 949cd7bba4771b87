// Lines that change as something goes on: redrawn in place on a terminal, told once each elsewhere.
//
// L1. What is written into a file or a pipe holds no control sequence, and no line twice in a row for the same key.

import type { Writable } from 'node:stream';
import { type Paint, plain, type Tone } from './colour.ts';
import { terminalSize } from './fit.ts';
import { clipped, printable } from './text.ts';

export interface LiveLine {
  /** What the line is about: a line that is shown again under its key takes the place of the one before. */
  readonly key: string;
  readonly text: string;
  readonly tone?: Tone | undefined;
}

/** Of a terminal that says nothing of its size. */
const columnsDefault = 80;
const rowsDefault = 24;

export class LiveLines {
  readonly #stream: Writable;
  readonly #isTerminal: boolean;
  readonly #paint: Paint;
  readonly #told = new Map<string, string>();
  /** What stands at the end of the terminal, and how many lines it takes. */
  #block: readonly LiveLine[] = [];
  #drawn = 0;

  /** `paint`: for a terminal; default: no colours. */
  constructor(stream: Writable, paint: Paint = plain) {
    this.#stream = stream;
    this.#paint = paint;
    this.#isTerminal = 'isTTY' in stream && stream.isTTY === true;
  }

  /** The state of everything that is followed, as of now. */
  show(lines: readonly LiveLine[]): void {
    if (this.#isTerminal) return this.#draw(lines);
    for (const { key, text } of lines) {
      if (this.#told.get(key) === text) continue;
      this.#told.set(key, text);
      this.#stream.write(`${printable(text)}\n`);
    }
  }

  /** Lines that stay, above whatever is drawn. */
  note(text: string): void {
    this.#stream.write(`${this.#erased()}${text.split('\n').map(printable).join('\n')}\n`);
    if (this.#isTerminal) this.#draw(this.#block);
  }

  #draw(lines: readonly LiveLine[]): void {
    const columns = terminalSize(this.#stream, 'columns') ?? columnsDefault;
    const rows = terminalSize(this.#stream, 'rows') ?? rowsDefault;
    const shown = lines.length < rows ? lines : lines.slice(0, rows - 2);
    const texts = shown.map(({ text, tone }) => this.#paint(clipped(printable(text), columns - 1), tone));
    if (shown.length < lines.length) texts.push(`... and ${lines.length - shown.length} more`);
    this.#stream.write(`${this.#erased()}${texts.map((text) => `${text}\n`).join('')}`);
    this.#block = lines;
    this.#drawn = texts.length;
  }

  /** Takes the block back: the cursor to its start, and everything from there cleared. */
  #erased(): string {
    const lines = this.#drawn;
    this.#drawn = 0;
    return lines === 0 ? '' : `\u001b[${lines}A\u001b[J`;
  }
}
