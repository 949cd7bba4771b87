import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitShellWords } from '../../src/protocol/shell-words.ts';

test.each<[string, string[]]>([
  ['', []],
  ['  \t\n', []],
  ['a b  c', ['a', 'b', 'c']],
  [`'a b' "c d"`, ['a b', 'c d']],
  [`a'b'"c"d`, ['abcd']],
  [`''`, ['']],
  [`a "" b`, ['a', '', 'b']],
  [String.raw`a\ b \'`, ['a b', "'"]],
  [String.raw`'a\b'`, [String.raw`a\b`]],
  [String.raw`"\$ \" \\ \a"`, [String.raw`$ " \ \a`]],
  ['a\\\nb', ['ab']],
  ['"a\\\nb"', ['ab']],
  ['\\\n', []],
  ['$HOME * | && > #x', ['$HOME', '*', '|', '&&', '>', '#x']],
])('%j is split into %j', (text, words) => {
  expect(splitShellWords(text)).toEqual({ kind: 'words', words });
});

test.each<[string, string]>([
  [`a 'b`, "'"],
  [`a "b`, '"'],
  [String.raw`a "b\"`, '"'],
  ['a\\', '\\'],
])('%j is never closed', (text, quote) => {
  expect(splitShellWords(text)).toEqual({ kind: 'unterminated', quote });
});

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

test('whatever the words, in single quotes they come back as they were', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' })), (words) => {
      expect(splitShellWords(words.map(quoted).join(' '))).toEqual({ kind: 'words', words });
    }),
  );
});
