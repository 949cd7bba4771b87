// Where somebody is in a list or a text: what is selected, how far it is scrolled, sorted, filtered, marked.
// It belongs to a place, so that whoever comes back finds it as it was.

import { type Filter, parseFilter } from './filter.ts';
import type { Sort } from './memory.ts';

export interface ListState {
  /** Key of the selected row. It stays selected wherever it moves to. */
  selected: string | undefined;
  /** Where it was last: its neighbour is selected once it is gone. */
  index: number;
  /** First row, and first column of a text, that is shown. */
  top: number;
  left: number;
  filter: Filter | undefined;
  sort: Sort | undefined;
  readonly marks: Set<string>;
  /** Keys of rows that are unlike the others of their view: opened, or closed. */
  readonly toggled: Set<string>;
  /** Widths that columns have had: they don't jump while rows pass by. */
  widths: Map<string, number>;
}

export function newListState(sort?: Sort): ListState {
  return {
    selected: undefined,
    index: 0,
    top: 0,
    left: 0,
    filter: undefined,
    sort,
    marks: new Set(),
    toggled: new Set(),
    widths: new Map(),
  };
}

export function setFilter(state: ListState, source: string): void {
  state.filter = parseFilter(source);
  state.top = 0;
}

/** `top` such that `index` is among `height` rows, moved no further than needed. */
export function scrolled(top: number, index: number, height: number, count: number): number {
  const last = Math.max(0, count - height);
  if (index < top) return Math.max(0, index);
  if (index >= top + height) return Math.min(last, index - height + 1);
  return Math.max(0, Math.min(top, last));
}
