import { expect, test } from 'vitest';
import { pieces } from '../../tui/input-pieces.ts';

test.each([
  ['abc', ['abc']],
  ['\u001b', ['\u001b']],
  ['\u001by', ['\u001b', 'y']],
  ['\u001b:', ['\u001b', ':']],
  ['\u001b\u001b', ['\u001b', '\u001b']],
  ['\u001b[A', ['\u001b[A']],
  ['a\u001b[Bjk', ['a', '\u001b[B', 'jk']],
  ['\u001bOP', ['\u001bOP']],
  ['\u001b[1;5Cx', ['\u001b[1;5C', 'x']],
  ['\u001b[<0;1;1M\u001b[<0;1;1m\u001b[<64;9;9M', ['\u001b[<0;1;1M', '\u001b[<0;1;1m', '\u001b[<64;9;9M']],
])('%j is read as %j', (text, expected) => {
  expect(pieces(text)).toEqual(expected);
});
