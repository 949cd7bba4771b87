// The part of the screen that a view fills: a table, a text or a log; on a wide terminal, beside a table, the selected
// object in words.

import { unreachable } from '../../src/lib/assert.ts';
import type { Area, Canvas } from './canvas.ts';
import { type Line, lineWidth, span, window, wrapWords } from './cells.ts';
import { highlighted, logLines } from './log-session.ts';
import type { Ref } from './refs.ts';
import { paintTable, type TableLayout } from './table-painting.ts';
import { textOf } from './table.ts';
import type { Body, TextBody, ViewContext } from './view.ts';
import { describeLines } from './views/describe.ts';

/** Spaces before what goes on in a further line beside a table: those of a field's name. */
const paneIndent = 14;
/** From this width on a table leaves room for the object that is selected in it. */
const wideFrom = 120;

/** What was painted, for keys and clicks that mean what is seen. */
export type Layout =
  | { readonly kind: 'table'; readonly table: TableLayout; readonly height: number }
  | {
      readonly kind: 'text';
      readonly count: number;
      readonly widest: number;
      readonly height: number;
      readonly width: number;
    }
  | { readonly kind: 'log'; readonly height: number };

/** Cells that a table has of a body of `width`. */
export const tableWidth = (width: number): number =>
  width >= wideFrom ? Math.max(80, Math.floor(width * 0.62)) : width;

export function paintBody(canvas: Canvas, area: Area, body: Body, context: ViewContext): Layout {
  switch (body.kind) {
    case 'table': {
      const width = tableWidth(area.width);
      const table = paintTable(canvas, { ...area, width }, body, context.list, context.glyphs);
      if (width < area.width) {
        const selected = table.shown.find(({ row }) => row.key === context.list.selected)?.row.ref;
        paintPane(canvas, { ...area, x: area.x + width, width: area.width - width }, selected, context);
      }
      return { kind: 'table', table, height: table.height };
    }
    case 'text':
      return paintText(canvas, area, body, context);
    case 'log': {
      const lines = logLines(body.session, area, context.list.filter);
      const first = area.y + Math.max(0, area.height - lines.length);
      const isFull = lines.length >= area.height;
      for (const [index, line] of lines.entries()) {
        canvas.put({ x: area.x, y: (isFull ? first : area.y) + index }, line, area.width);
      }
      if (lines.length === 0) canvas.put({ x: area.x, y: area.y }, [span(' no lines', 'dim')], area.width);
      return { kind: 'log', height: area.height };
    }
    default:
      return unreachable(body);
  }
}

function paintText(canvas: Canvas, area: Area, body: TextBody, context: ViewContext): Layout {
  const { list } = context;
  const kept =
    list.filter === undefined
      ? body.lines
      : body.lines.filter((line) => list.filter?.matches(textOf(line), {}));
  const lines =
    body.wrap === undefined ? kept : kept.flatMap((line) => wrapWords(line, area.width, body.wrap ?? 0));
  const widest = lines.reduce((most, line) => Math.max(most, lineWidth(line)), 0);
  list.top = Math.max(0, Math.min(list.top, lines.length - area.height));
  list.left = Math.max(0, Math.min(list.left, widest - area.width));
  for (const [index, line] of lines.slice(list.top, list.top + area.height).entries()) {
    const marked =
      list.filter?.highlight === undefined
        ? line
        : line.flatMap((one) => highlighted(one.text, one.tone, list.filter?.highlight));
    canvas.put({ x: area.x, y: area.y + index }, window(marked, list.left, area.width), area.width);
  }
  return { kind: 'text', count: lines.length, widest, height: area.height, width: area.width };
}

function paintPane(canvas: Canvas, area: Area, selected: Ref | undefined, context: ViewContext): void {
  const lines: readonly Line[] =
    selected === undefined || selected.kind === 'Revision'
      ? []
      : describeLines(selected, context).flatMap((line) => wrapWords(line, area.width - 2, paneIndent));
  for (let row = 0; row < area.height; row += 1) {
    const line = [span(context.glyphs.vertical, 'dim'), ...(lines[row] ?? [])];
    canvas.put({ x: area.x, y: area.y + row }, line, area.width);
  }
}
