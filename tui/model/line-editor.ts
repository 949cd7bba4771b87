// One line of text being typed: for commands, filters and numbers. Keys in, text out.

import { characters, widthOf } from './cells.ts';

export interface Editor {
  readonly text: string;
  /** Place of the cursor, in characters from the left. */
  readonly at: number;
}

export const editorWith = (text: string): Editor => ({ text, at: characters(text).length });

/** The editor after `key`; the same one when the key is none of typing. */
export function typed(editor: Editor, key: string): Editor {
  const letters = characters(editor.text).map((one) => one.text);
  const { at } = editor;
  switch (key) {
    case 'backspace':
      return at === 0 ? editor : spliced(letters, at - 1, 1, '');
    case 'delete':
      return spliced(letters, at, 1, '');
    case 'left':
      return { ...editor, at: Math.max(0, at - 1) };
    case 'right':
      return { ...editor, at: Math.min(letters.length, at + 1) };
    case 'home':
    case 'ctrl-a':
      return { ...editor, at: 0 };
    case 'end':
    case 'ctrl-e':
      return { ...editor, at: letters.length };
    case 'ctrl-u':
      return spliced(letters, 0, at, '');
    case 'ctrl-k':
      return { text: letters.slice(0, at).join(''), at };
    case 'ctrl-w': {
      const kept = letters
        .slice(0, at)
        .join('')
        .replace(/\S+\s*$/u, '');
      const from = characters(kept).length;
      return spliced(letters, from, at - from, '');
    }
    case 'space':
      return spliced(letters, at, 0, ' ');
    default:
      return isText(key) ? spliced(letters, at, 0, key) : editor;
  }
}

/** Cells before the cursor. */
export const cursorColumn = ({ text, at }: Editor): number =>
  widthOf(
    characters(text)
      .slice(0, at)
      .map((one) => one.text)
      .join(''),
  );

/** A key that is the very character it types. */
const isText = (key: string): boolean => characters(key).length === 1 && widthOf(key) > 0;

function spliced(letters: readonly string[], from: number, remove: number, insert: string): Editor {
  const text = [...letters.slice(0, from), insert, ...letters.slice(from + remove)].join('');
  return { text, at: from + (insert === '' ? 0 : characters(insert).length) };
}
