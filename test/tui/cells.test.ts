import { expect, test } from 'vitest';
import { Canvas } from '../../tui/model/canvas.ts';
import { clean, cut, pad, span, widthOf, window, wrap, wrapWords } from '../../tui/model/cells.ts';
import { textOf } from '../../tui/model/table.ts';

test.each([
  ['plain', 5],
  ['日本語', 6],
  ['한국', 4],
  ['ｆｕｌｌ', 8],
  ['é', 1],
  ['e\u0301', 1],
  ['👍', 2],
  ['👍🏽', 2],
  ['👨‍👩‍👧', 6],
  ['🇩🇪', 2],
  ['❤️', 1],
  ['a\u200bb', 2],
])('%s takes %i cells', (text, width) => {
  expect(widthOf(text)).toBe(width);
});

test('nothing in a text can move the cursor or colour the terminal', () => {
  expect(clean('a\u001b[31mb\rc\u0007\u202ed\u009be')).toBe('a [31mb c d e');
});

test('a text that is too long ends in an ellipsis, and never in half a wide character', () => {
  expect(cut('日本語', 6, '…')).toBe('日本語');
  expect(cut('日本語', 5, '…')).toBe('日本…');
  expect(cut('日本語', 4, '…')).toBe('日…');
  expect(pad('日本語', 4, '…')).toBe('日… ');
  expect(pad('ab', 4, '…', 'right')).toBe('  ab');
});

test('a window on a line shows a wide character that it cuts through as a space', () => {
  expect(textOf(window([span('a日b')], 2, 2))).toBe(' b');
  expect(textOf(window([span('a日b')], 0, 2))).toBe('a ');
});

test('a wrapped line loses nothing; at words it keeps words whole and indents what goes on', () => {
  expect(wrap([span('abcdefgh')], 3).map(textOf)).toEqual(['abc', 'def', 'gh']);
  expect(wrapWords([span('Why    it failed again')], 14, 4).map(textOf)).toEqual([
    'Why    it ',
    '    failed ',
    '    again',
  ]);
  expect(wrapWords([span('Why    0123456789abcdef')], 12, 4).map(textOf)).toEqual([
    'Why    ',
    '    01234567',
    '    89abcdef',
  ]);
});

test('on a canvas a wide character takes two cells, and does not reach over the edge', () => {
  const canvas = new Canvas({ width: 4, height: 1, ascii: false });
  canvas.put({ x: 0, y: 0 }, [span('a日本')], 4);
  expect(canvas.rows[0]?.map((cell) => cell.text)).toEqual(['a', '日', '', ' ']);
});

test('an ASCII canvas holds nothing else, in as many cells', () => {
  const canvas = new Canvas({ width: 6, height: 1, ascii: true });
  canvas.put({ x: 0, y: 0 }, [span('é日x…')], 6);
  expect(canvas.texts()).toEqual(['???x?']);
});
