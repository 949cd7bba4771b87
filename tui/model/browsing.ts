// Keys and the mouse while somebody looks around: moving, opening, sorting, marking, and the actions on rows.

import { actions } from './actions.ts';
import { editorWith } from './line-editor.ts';
import { setFilter } from './list-state.ts';
import { pauseLog, scrollLog, searchLog } from './log-session.ts';
import type { Mouse } from './messages.ts';
import { say } from './outcome.ts';
import { objectOf, type Ref } from './refs.ts';
import type { State } from './state.ts';
import type { Row, Shown } from './table.ts';
import type { TableLayout } from './table-painting.ts';
import { views } from './views.ts';

/** Cells by which a text moves to the side. */
const sideways = 8;
/** Rows that a turn of the wheel moves. */
const wheelRows = 3;

export function browseKey(state: State, key: string): void {
  const view = views.find((one) => one.digit === key);
  if (view !== undefined) return state.go(view.id, undefined);
  if (moveKey(state, key)) return;
  switch (key) {
    case ':':
      state.mode = { kind: 'command', editor: editorWith(''), back: 0 };
      return;
    case '/': {
      const before = state.place.list.filter?.source ?? '';
      state.mode = { kind: 'filter', editor: editorWith(before), before };
      return;
    }
    case '?':
      return state.place.view === 'help' ? undefined : state.go('help', undefined);
    case 'escape':
      return takeBack(state);
    case 'q':
      return state.places.isDeep ? state.back() : state.quit();
    case 'ctrl-c':
      return state.quit();
    default:
      if (logKey(state, key) || tableKey(state, key)) return;
      act(state, key);
  }
}

/** The filter, the marks, the place: whichever is there first. At the very bottom, home. */
function takeBack(state: State): void {
  const { list, view } = state.place;
  if (list.filter !== undefined) return setFilter(list, '');
  if (list.marks.size > 0) return list.marks.clear();
  if (state.places.isDeep) return state.back();
  if (view !== 'pulse') state.go('pulse', undefined);
}

const steps: Readonly<Record<string, (page: number) => number>> = {
  up: () => -1,
  k: () => -1,
  down: () => 1,
  j: () => 1,
  pageup: (page) => -page,
  'ctrl-b': (page) => -page,
  pagedown: (page) => page,
  'ctrl-f': (page) => page,
  home: () => -Infinity,
  g: () => -Infinity,
  end: () => Infinity,
  G: () => Infinity,
};

function moveKey(state: State, key: string): boolean {
  const step = steps[key];
  if (step === undefined) return false;
  move(state, step(Math.max(1, (state.layout?.height ?? 2) - 1)));
  return true;
}

function move(state: State, by: number): void {
  const { list, logs } = state.place;
  if (logs !== undefined) return scrollLog(logs, by);
  const { layout } = state;
  if (layout?.kind === 'table') {
    const index = Math.max(0, Math.min(layout.table.shown.length - 1, list.index + by));
    select(state, layout.table, index);
  } else
    list.top = Math.max(
      0,
      Math.min(list.top + by, layout?.kind === 'text' ? layout.count - layout.height : 0),
    );
}

function select({ place: { list } }: State, table: TableLayout, index: number): void {
  list.index = index;
  list.selected = table.shown[index]?.row.key;
}

function logKey(state: State, key: string): boolean {
  const { logs, list } = state.place;
  if (logs === undefined) return false;
  switch (key) {
    case 'f':
      pauseLog(logs);
      return true;
    case 'w':
      logs.wrapped = !logs.wrapped;
      state.wrapLogs = logs.wrapped;
      state.remember();
      return true;
    case 'n':
    case 'N':
      if (list.filter === undefined) state.settle(say('search with / first'));
      else if (!searchLog(logs, list.filter, key === 'n' ? 1 : -1))
        state.settle(say('no other line matches', 'dim'));
      return true;
    case 'left':
    case 'right':
      logs.left = Math.max(0, logs.left + (key === 'left' ? -sideways : sideways));
      return true;
    default:
      return false;
  }
}

function tableKey(state: State, key: string): boolean {
  const { layout, place } = state;
  const { list } = place;
  if (layout?.kind !== 'table') {
    if (key !== 'left' && key !== 'right') return false;
    list.left += key === 'left' ? -sideways : sideways;
    return true;
  }
  switch (key) {
    case 'enter':
      open(state, selectedRow(state));
      return true;
    case 'space':
      mark(state, layout.table);
      return true;
    case 'left':
    case 'right':
      unfold(state, selectedRow(state), key === 'right');
      return true;
    case '<':
    case 'shift-left':
      sortBeside(state, layout.table, -1);
      return true;
    case '>':
    case 'shift-right':
      sortBeside(state, layout.table, 1);
      return true;
    case 'o':
      if (list.sort !== undefined) state.sortBy(list.sort.column, !list.sort.descending);
      return true;
    default:
      return false;
  }
}

function mark(state: State, table: TableLayout): void {
  const { list } = state.place;
  const row = selectedRow(state)?.row;
  if (row === undefined) return;
  if (!list.marks.delete(row.key)) list.marks.add(row.key);
  select(state, table, Math.min(table.shown.length - 1, list.index + 1));
}

function unfold({ place }: State, shown: Shown | undefined, open: boolean): void {
  if (shown === undefined || shown.row.children.length === 0 || shown.isOpen === open) return;
  toggle(place.list.toggled, shown.row);
}

function toggle(toggled: Set<string>, row: Row): void {
  if (!toggled.delete(row.key)) toggled.add(row.key);
}

function sortBeside(state: State, { columns }: TableLayout, by: 1 | -1): void {
  if (columns.length === 0) return;
  const { sort } = state.place.list;
  const now = columns.findIndex(({ title }) => title === sort?.column);
  const next = now < 0 ? 0 : (now + by + columns.length) % columns.length;
  state.sortBy(columns[next]?.title ?? '', sort?.descending ?? false);
}

/** What Enter means on a row: its children, or what people want to see of such an object first. */
function open(state: State, shown: Shown | undefined): void {
  if (shown === undefined) return;
  const { row } = shown;
  if (row.children.length > 0) return toggle(state.place.list.toggled, row);
  const { ref } = row;
  if (ref === undefined) return;
  switch (ref.kind) {
    case 'Node':
      return state.go('assignments', ref);
    case 'Setting':
    case 'Revision':
      return state.go('yaml', ref);
    case 'Event':
      return state.go('describe', regarding(state, ref) ?? ref);
    default:
      return state.go('describe', ref);
  }
}

/** What an event is about, while it is there. */
function regarding({ world }: State, ref: Ref): Ref | undefined {
  const event = world.events.get(ref.name);
  if (event === undefined) return undefined;
  const { kind, name } = event.spec.regarding;
  const about = kinds.find((one) => one === kind);
  if (about === undefined) return undefined;
  const found = { kind: about, name };
  return objectOf(world, found) === undefined ? undefined : found;
}

const kinds = ['Service', 'Assignment', 'Node', 'Setting'] as const;

/** The action of `key` on the marked rows, else on the selected one, else on what the view is about. */
function act(state: State, key: string): void {
  const action = actions.find((one) => one.key === key);
  if (action === undefined) return;
  if (action.writes && state.options.readOnly)
    return state.settle(say(`${action.hint}: this screen is read-only`));
  const targets = targetsOf(state);
  if (targets.length === 0) return;
  const outcome = action.run(targets, state.world);
  if (outcome !== undefined) state.settle(outcome);
}

/** What actions act on now. */
export function targetsOf(state: State): readonly Ref[] {
  const { layout, place } = state;
  if (layout?.kind !== 'table') return place.subject === undefined ? noObject : [place.subject];
  const marked = layout.table.shown.filter(({ row }) => place.list.marks.has(row.key));
  const rows = marked.length > 0 ? marked : [selectedRow(state)];
  const refs = rows.flatMap((one) => one?.row.ref ?? []);
  return refs.length > 0 ? refs : noObject;
}

const noObject: readonly Ref[] = [];

export function browseMouse(state: State, mouse: Mouse): void {
  if (mouse.action !== 'press') return move(state, mouse.action === 'wheelup' ? -wheelRows : wheelRows);
  const { layout } = state;
  if (layout?.kind !== 'table') return;
  const { table } = layout;
  if (mouse.y === table.heading) {
    const column = table.columns.find(({ x, width }) => mouse.x >= x && mouse.x < x + width);
    const { sort } = state.place.list;
    if (column !== undefined) state.sortBy(column.title, sort?.column === column.title && !sort.descending);
    return;
  }
  const offset = mouse.y - table.firstRow;
  const index = state.place.list.top + offset;
  if (offset < 0 || offset >= table.height || index >= table.shown.length) return;
  if (table.shown[index]?.row.key === state.place.list.selected) return open(state, table.shown[index]);
  select(state, table, index);
}

/** The row that is selected, as the last screen showed it. */
function selectedRow({ layout, place }: State): Shown | undefined {
  if (layout?.kind !== 'table') return undefined;
  return layout.table.shown.find(({ row }) => row.key === place.list.selected);
}
