// Tables on narrow terminals: which columns stand there, and how wide. A line that is broken by the terminal is read by
// nobody; what is left out is told by `-o wide`, and by whatever is piped.

import type { Writable } from 'node:stream';

/** What a column of texts is cut to at most, in cells, unless its title is wider. */
const cutCellsMin = 24;
/** Between two columns, in cells. */
export const gapCells = 2;

export interface Fitting {
  /** Where there is no room it is left out, the highest first; absent: it stays, whatever that costs. */
  readonly leaves?: number | undefined;
  /** Texts that may be cut, before anything is left out. */
  readonly isCut?: true;
}

/** What there is of the table on a terminal that is `cells` wide: the width of each column, undefined for one that is left out. */
export function fitted(
  columns: readonly Fitting[],
  widths: readonly number[],
  { titles, cells }: { readonly titles: readonly number[]; readonly cells: number },
): readonly (number | undefined)[] {
  const fit: (number | undefined)[] = [...widths];
  const least = widths.map((width, i) =>
    columns[i]?.isCut === true ? Math.min(width, Math.max(titles[i] ?? 0, cutCellsMin)) : width,
  );
  const leaving = columns
    .flatMap(({ leaves }, i) => (leaves === undefined ? [] : [{ leaves, i }]))
    .toSorted((a, b) => b.leaves - a.leaves);
  for (const { i } of leaving) {
    if (total(fit.map((width, at) => (width === undefined ? undefined : least[at]))) <= cells) break;
    fit[i] = undefined;
  }
  for (let over = total(fit) - cells; over > 0; over -= 1) {
    const widest = fit.reduce<number | undefined>((best, width, i) => {
      if (width === undefined || width <= (least[i] ?? 0)) return best;
      return best === undefined || width > (fit[best] ?? 0) ? i : best;
    }, undefined);
    if (widest === undefined) break;
    fit[widest] = (fit[widest] ?? 0) - 1;
  }
  return fit;
}

/** Of all columns that are shown, with what stands between them. */
function total(widths: readonly (number | undefined)[]): number {
  const shown = widths.filter((width) => width !== undefined);
  return shown.reduce((sum, width) => sum + width + gapCells, -gapCells);
}

/** Of the terminal that `stream` is; undefined for anything else, and for one that does not say. */
export function terminalSize(stream: Writable, side: 'columns' | 'rows'): number | undefined {
  if (!('isTTY' in stream) || stream.isTTY !== true) return undefined;
  const size: unknown = Reflect.get(stream, side);
  return typeof size === 'number' && size > 2 ? size : undefined;
}
