// What is written to the terminal, judged by a small terminal of our own.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { difference } from '../../tui/difference.ts';
import { Canvas } from '../../tui/model/canvas.ts';
import { characters, span, type Ground, type Tone } from '../../tui/model/cells.ts';

const size = { width: 12, height: 4, ascii: false };

/** Understands cursor placement, styles and text; a wide character takes two cells. */
class SmallTerminal {
  readonly cells: string[][] = Array.from({ length: size.height }, () =>
    Array.from({ length: size.width }, () => ' |0'),
  );

  write(output: string): void {
    let [x, y, style] = [0, 0, '0'];
    // oxlint-disable-next-line no-control-regex
    const parts = /\u001b\[([\d;]*)([Hm])|([^\u001b]+)/gu;
    for (const [, numbers = '', command, text] of output.matchAll(parts)) {
      if (command === 'H') [y, x] = numbers.split(';').map((one) => Number(one) - 1) as [number, number];
      else if (command === 'm') style = numbers;
      else
        for (const one of characters(text ?? '')) {
          const row = this.cells[y];
          if (row !== undefined) row[x] = `${one.text}|${style}`;
          if (row !== undefined && one.width === 2) row[x + 1] = `|${style}`;
          x += one.width;
        }
    }
  }
}

const shownFrom = (canvases: readonly Canvas[]): string[][] => {
  const terminal = new SmallTerminal();
  let before: Canvas | undefined;
  for (const canvas of canvases) {
    terminal.write(difference(before, canvas, '256'));
    before = canvas;
  }
  return terminal.cells;
};

const tones: readonly Tone[] = ['plain', 'good', 'dim'];
const grounds: readonly Ground[] = ['none', 'selected'];
const piece = fc.record({
  x: fc.nat(10),
  y: fc.nat(3),
  text: fc.string({ unit: fc.constantFrom('a', 'b', ' ', '日', '█', 'é', '👍'), maxLength: 8 }),
  tone: fc.constantFrom(...tones),
  ground: fc.constantFrom(...grounds),
});

const canvasOf = (
  pieces: readonly { x: number; y: number; text: string; tone: Tone; ground: Ground }[],
): Canvas => {
  const canvas = new Canvas(size);
  for (const { x, y, text, tone, ground } of pieces) canvas.put({ x, y }, [span(text, tone)], 8, ground);
  return canvas;
};

test('whatever was shown before, the terminal then shows the canvas', () => {
  fc.assert(
    fc.property(fc.array(fc.array(piece, { maxLength: 6 }), { minLength: 1, maxLength: 4 }), (screens) => {
      const canvases = screens.map(canvasOf);
      const last = canvases.slice(-1);
      // Blank cells may differ in a style that nobody sees.
      const visible = (cells: string[][]): string[][] =>
        cells.map((row) => row.map((one) => (one.startsWith(' |') && !one.includes('48;') ? ' ' : one)));
      expect(visible(shownFrom(canvases))).toEqual(visible(shownFrom(last)));
    }),
  );
});

test('only cells that changed are written', () => {
  const before = canvasOf([{ x: 0, y: 1, text: 'abc', tone: 'plain', ground: 'none' }]);
  const after = canvasOf([{ x: 0, y: 1, text: 'axc', tone: 'plain', ground: 'none' }]);
  expect(difference(before, before, '256')).toBe('');
  expect(difference(before, after, '256')).toBe('\u001b[2;2H\u001b[0mx\u001b[0m');
});

test('after a character that a terminal may draw wider or narrower, the cursor is placed anew', () => {
  const after = canvasOf([{ x: 0, y: 0, text: 'a☃b█c', tone: 'plain', ground: 'none' }]);
  expect(difference(undefined, after, 'none')).toContain('a☃\u001b[1;3Hb█c');
});

test('without colours the selected row is inverse, and no colour code is written', () => {
  const after = canvasOf([{ x: 0, y: 0, text: 'abc', tone: 'bad', ground: 'selected' }]);
  expect(difference(undefined, after, 'none')).toContain('\u001b[0;1;7mabc');
  expect(difference(undefined, after, 'none')).not.toMatch(/[34]\d(?:;|m)/);
});
