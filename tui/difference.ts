// What to write so that a terminal that shows one canvas shows another: only the cells that differ.
//
// D1. After anything but a plain narrow character the cursor is placed anew: should a terminal draw a character wider or
//     narrower than we count, that one cell is off, and never the rest of its row.

import type { Canvas } from './model/canvas.ts';
import type { Cell } from './model/cells.ts';
import { type Colours, styleOf } from './theme.ts';

/** Signs of our own that every terminal draws one cell wide. */
const narrow = /^[\x20-\x7e\u2500-\u259f·…→↑↓▾▸✓●]$/u;

/** The bytes for the step from `before` (undefined: an empty screen) to `after`, both of the same size. */
export function difference(before: Canvas | undefined, after: Canvas, colours: Colours): string {
  let output = '';
  let style = '';
  for (const [y, row] of after.rows.entries()) {
    const old = before?.rows[y];
    let at = -1;
    for (const [x, cell] of row.entries()) {
      if (cell.text === '' || isSame(old?.[x], cell, old?.[x + 1], row[x + 1])) continue;
      if (at !== x) output += `\u001b[${y + 1};${x + 1}H`;
      const wanted = styleOf(colours, cell.tone, cell.ground);
      if (wanted !== style) output += wanted;
      style = wanted;
      output += cell.text;
      at = narrow.test(cell.text) ? x + 1 : -1; // D1
    }
  }
  return output === '' ? '' : `${output}\u001b[0m`;
}

/** A wide character is the same only with its right half. */
function isSame(
  old: Cell | undefined,
  now: Cell,
  oldNext: Cell | undefined,
  next: Cell | undefined,
): boolean {
  if (old === undefined) return now.text === ' ' && now.ground === 'none';
  if (old.text !== now.text || old.tone !== now.tone || old.ground !== now.ground) return false;
  return (oldNext?.text === '') === (next?.text === '');
}
