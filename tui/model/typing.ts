// Keys while a line is being typed, or an answer is awaited.

import { unreachable } from '../../src/lib/assert.ts';
import { setFilter } from './list-state.ts';
import { editorWith, typed } from './line-editor.ts';
import { browse, type Mode } from './mode.ts';
import { say } from './outcome.ts';
import type { State } from './state.ts';
import { completions } from './completion.ts';
import { runCommand } from './verbs.ts';
import { views } from './views.ts';

type Of<K extends Mode['kind']> = Extract<Mode, { readonly kind: K }>;

export function typeKey(state: State, mode: Exclude<Mode, { readonly kind: 'browse' }>, key: string): void {
  switch (mode.kind) {
    case 'command':
      return inCommand(state, mode, key);
    case 'filter':
      return inFilter(state, mode, key);
    case 'prompt':
      return inPrompt(state, mode, key);
    case 'ask':
      return inQuestion(state, mode, key);
    default:
      return unreachable(mode);
  }
}

/** What Tab would add to the command. */
export function suggestionOf(state: State): string {
  const { mode } = state;
  if (mode.kind !== 'command' || mode.editor.text.trim() === '') return '';
  const last = mode.editor.text.split(/\s+/u).at(-1) ?? '';
  return bestOf(state, mode.editor.text)?.slice(last.length) ?? '';
}

function bestOf(state: State, text: string): string | undefined {
  const columns = state.layout?.kind === 'table' ? state.layout.table.columns.map((one) => one.title) : [];
  return completions(text, state.world, { views, columns })[0];
}

function inCommand(state: State, mode: Of<'command'>, key: string): void {
  switch (key) {
    case 'escape':
    case 'ctrl-c':
      state.mode = browse;
      return;
    case 'enter': {
      const { text } = mode.editor;
      state.mode = browse;
      state.addCommand(text);
      return state.settle(runCommand(text, state.world, { views, readOnly: state.options.readOnly }));
    }
    case 'tab': {
      const suggestion = suggestionOf(state);
      if (suggestion !== '') state.mode = { ...mode, editor: editorWith(`${mode.editor.text}${suggestion}`) };
      return;
    }
    case 'up':
      return recall(state, mode, mode.back + 1);
    case 'down':
      return recall(state, mode, mode.back - 1);
    default: {
      const editor = typed(mode.editor, key);
      state.mode =
        key === 'backspace' && mode.editor.text === '' ? browse : { kind: 'command', editor, back: 0 };
    }
  }
}

function recall(state: State, mode: Of<'command'>, back: number): void {
  if (back < 0 || back > state.commands.length) return;
  const text = back === 0 ? '' : (state.commands[state.commands.length - back] ?? '');
  state.mode = { ...mode, editor: editorWith(text), back };
}

/** Each key is at once seen in what is shown. */
function inFilter(state: State, mode: Of<'filter'>, key: string): void {
  const { list, logs } = state.place;
  switch (key) {
    case 'escape':
    case 'ctrl-c':
      setFilter(list, mode.before);
      state.mode = browse;
      return;
    case 'enter':
      state.mode = browse;
      return;
    default: {
      const editor = typed(mode.editor, key);
      if (logs !== undefined) logs.searching = false;
      setFilter(list, editor.text);
      state.mode = key === 'backspace' && mode.editor.text === '' ? browse : { ...mode, editor };
    }
  }
}

function inPrompt(state: State, mode: Of<'prompt'>, key: string): void {
  if (key === 'escape' || key === 'ctrl-c') {
    state.mode = browse;
    return state.settle(say('left as it was', 'dim'));
  }
  if (key !== 'enter') {
    state.mode = { ...mode, editor: typed(mode.editor, key) };
    return;
  }
  state.mode = browse;
  state.settle(mode.onText(mode.editor.text));
}

/** Only `y` does it. Keys that may have been meant for what was there before the question answer nothing. */
function inQuestion(state: State, { question }: Of<'ask'>, key: string): void {
  if (key === 'y' || key === 'Y') {
    state.mode = browse;
    for (const write of question.writes) state.effect({ kind: 'write', write });
    state.place.list.marks.clear();
  } else if (key === 'n' || key === 'N' || key === 'escape' || key === 'ctrl-c' || key === 'q') {
    state.mode = browse;
    state.settle(say('left as it was', 'dim'));
  }
}
