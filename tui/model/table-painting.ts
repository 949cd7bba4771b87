// How a table is drawn: widths of columns, the heading, the rows between top and bottom.
// Answers what lies where, so that a click finds its row or its column.

import { type Canvas, type Area } from './canvas.ts';
import { cut, type Ground, type Line, lineWidth, pad, type Span, window, widthOf } from './cells.ts';
import type { Glyphs } from './glyphs.ts';
import { type ListState, scrolled } from './list-state.ts';
import { arrange, selectedIndex, type Shown, type TableBody } from './table.ts';

/** Cells between two columns. */
const gap = 2;
/** A column is not squeezed below this many cells. */
const squeezedMin = 6;

interface Placed {
  readonly index: number;
  readonly title: string;
  readonly x: number;
  readonly width: number;
  readonly align: 'left' | 'right';
}

export interface TableLayout {
  readonly shown: readonly Shown[];
  readonly heading: number;
  readonly columns: readonly { readonly title: string; readonly x: number; readonly width: number }[];
  readonly firstRow: number;
  readonly height: number;
}

export function paintTable(
  canvas: Canvas,
  area: Area,
  body: TableBody,
  state: ListState,
  glyphs: Glyphs,
): TableLayout {
  const shown = arrange(body, state);
  const selected = selectedIndex(shown, state);
  const height = Math.max(0, area.height - 1);
  state.top = scrolled(state.top, Math.max(0, selected), height, shown.length);
  const visible = shown.slice(state.top, state.top + height);
  const isTree = body.rows.some((row) => row.children.length > 0);
  const columns = placeColumns(body, visible, state, { width: area.width, isTree });
  canvas.put({ x: area.x, y: area.y }, headingOf(columns, state, glyphs), area.width);
  for (const [offset, one] of visible.entries()) {
    const ground = groundOf(one, state, state.top + offset === selected);
    const line = rowLine(one, columns, area.width, { marks: state.marks, isTree, glyphs });
    canvas.put({ x: area.x, y: area.y + 1 + offset }, line, area.width, ground);
  }
  if (shown.length === 0) {
    const text = state.filter === undefined ? body.empty : `nothing matches ${state.filter.source}`;
    canvas.put({ x: area.x, y: area.y + 1 }, [{ text: ` ${text}`, tone: 'dim' }], area.width);
  }
  const heads = columns.map(({ title, x, width }) => ({ title, x: area.x + x, width }));
  return { shown, heading: area.y, columns: heads, firstRow: area.y + 1, height };
}

function groundOf({ row }: Shown, state: ListState, isSelected: boolean): Ground {
  if (isSelected) return 'selected';
  return state.marks.has(row.key) ? 'marked' : 'none';
}

function placeColumns(
  body: TableBody,
  visible: readonly Shown[],
  state: ListState,
  room: { readonly width: number; readonly isTree: boolean },
): readonly Placed[] {
  const wanted = body.columns.flatMap(({ title, align, rigid = false, from = 0, max }, index) => {
    if (from > room.width) return [];
    const sign = index === 0 && room.isTree ? 2 : 0;
    const cells = visible.map(({ row }) => (row.line === undefined ? lineWidth(row.cell(index)) + sign : 0));
    const natural = Math.max(widthOf(title) + 1, state.widths.get(title) ?? 0, ...cells);
    state.widths.set(title, Math.min(natural, 200));
    return [{ index, title, align, rigid, width: Math.min(max ?? natural, natural) }];
  });
  const widths = squeezed(wanted, room.width - 1 - gap * Math.max(0, wanted.length - 1));
  let x = 1;
  return wanted.map(({ index, title, align }, at) => {
    const placed: Placed = { index, title, align: align ?? 'left', x, width: widths[at] ?? 0 };
    x += placed.width + gap;
    return placed;
  });
}

/** Widths that together take at most `room`: the widest give first, and rigid ones last. */
function squeezed(
  asked: readonly { readonly width: number; readonly rigid: boolean }[],
  room: number,
): readonly number[] {
  const widths = asked.map((one) => one.width);
  let excess = widths.reduce((sum, one) => sum + one, 0) - room;
  for (const mayGive of [(at: number) => asked[at]?.rigid === false, () => true]) {
    while (excess > 0) {
      const giving = widths.map((width, at) => (mayGive(at) ? width : 0));
      const widest = giving.indexOf(Math.max(...giving));
      const now = giving[widest] ?? 0;
      if (now <= squeezedMin) break;
      const second = Math.max(squeezedMin, ...giving.filter((_, at) => at !== widest));
      const next = Math.max(squeezedMin, now - excess, Math.min(second, now - 1));
      widths[widest] = next;
      excess -= now - next;
    }
  }
  return widths;
}

function headingOf(columns: readonly Placed[], { sort }: ListState, glyphs: Glyphs): Line {
  let at = 0;
  return columns.flatMap(({ title, x, width, align }) => {
    const arrow = sort?.descending === true ? glyphs.descending : glyphs.ascending;
    const text = sort?.column === title ? title + arrow : title;
    const lead = ' '.repeat(Math.max(0, x - at));
    at = x + width;
    return [
      { text: lead, tone: 'plain' as const },
      {
        text: pad(text, width, glyphs.ellipsis, align),
        tone: sort?.column === title ? ('accent' as const) : ('title' as const),
      },
    ];
  });
}

interface RowStyle {
  readonly marks: ReadonlySet<string>;
  /** Some rows can be opened: the others keep that sign's room. */
  readonly isTree: boolean;
  readonly glyphs: Glyphs;
}

function rowLine(one: Shown, columns: readonly Placed[], width: number, style: RowStyle): Line {
  const { glyphs } = style;
  const mark: Span = { text: style.marks.has(one.row.key) ? glyphs.mark : ' ', tone: 'accent' };
  const tree: Span = { text: style.isTree ? treeText(one, glyphs) : '', tone: 'dim' };
  if (one.row.line !== undefined) return window([mark, tree, ...one.row.line()], 0, width);
  const line: Span[] = [mark];
  let at = 1;
  for (const column of columns) {
    line.push({ text: ' '.repeat(Math.max(0, column.x - at)), tone: 'plain' });
    const cell = one.row.cell(column.index);
    const content = column === columns[0] && tree.text !== '' ? [tree, ...cell] : cell;
    line.push(...fitted(content, column, glyphs));
    at = column.x + column.width;
  }
  return line;
}

function treeText({ row, depth, isLast, isOpen, trunks }: Shown, glyphs: Glyphs): string {
  const sign = row.children.length === 0 ? '  ' : `${isOpen ? glyphs.open : glyphs.closed} `;
  if (depth === 0) return sign;
  const above = trunks.map((goesOn) => (goesOn ? glyphs.trunk : '  ')).join(' ');
  const leaf = sign.trim() === '' ? '' : sign;
  const branch = `${isLast ? glyphs.lastBranch : glyphs.branch} `;
  return `  ${above}${above === '' ? '' : ' '}${branch}${leaf}`;
}

function fitted(line: Line, { width, align }: Placed, glyphs: Glyphs): Line {
  const taken = lineWidth(line);
  if (taken <= width) {
    const space: Span = { text: ' '.repeat(width - taken), tone: 'plain' };
    return align === 'left' ? [...line, space] : [space, ...line];
  }
  const short: Span[] = [];
  let left = width;
  for (const { text, tone } of line) {
    const part = cut(text, left, glyphs.ellipsis);
    short.push({ text: part, tone });
    left -= widthOf(part);
    if (part !== text || left <= 0) break;
  }
  return [...short, { text: ' '.repeat(Math.max(0, left)), tone: 'plain' }];
}
