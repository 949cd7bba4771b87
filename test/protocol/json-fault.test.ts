import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonFault, repeatedKeys } from '../../src/protocol/json-fault.ts';

test.each([
  ['', 1, 1, 'a value is expected'],
  ['{"a":}', 1, 6, 'a value is expected'],
  ['{\n  "a": 1\n  "b": 2\n}', 3, 3, '"," or "}" is expected'],
  ['{"a": 1,}', 1, 9, 'a key in double quotes is expected'],
  ['{a: 1}', 1, 2, 'a key in double quotes or "}"'],
  ["{'a': 1}", 1, 2, 'a key in double quotes or "}"'],
  ['{"a" 1}', 1, 6, '":" is expected'],
  ['[1,\n 2', 2, 3, '"," or "]" is expected'],
  ['[1 2]', 1, 4, '"," or "]" is expected'],
  ['[tru]', 1, 2, 'a value or "]" is expected'],
  ['{"a": 1.}', 1, 7, 'a value is expected'],
  ['{"a": 1} x', 1, 10, 'nothing more is expected'],
  ['{"a": "x', 1, 7, 'this string has no end'],
  ['["x\ny"]', 1, 4, 'a line break'],
  ['["\\q"]', 1, 3, 'no escape'],
])('%j stops being JSON at line %i, column %i', (text, line, column, message) => {
  expect(jsonFault(text)).toEqual({ line, column, message: expect.stringContaining(message) as string });
});

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

test('what JSON.parse takes has no fault, and nothing else', () => {
  const pieces = [
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"a"',
    '"\\n"',
    '"',
    '\\',
    '1',
    '-',
    '0',
    '.5',
    'e3',
    'true',
    'null',
    ' ',
    '\n',
  ];
  const jumble = fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((parts) => parts.join(''));
  const spoiled = fc
    .tuple(fc.json(), fc.nat(), fc.constantFrom('', ',', '"', '}', ']', '\n', '0'))
    .map(
      ([text, at, put]) =>
        text.slice(0, at % (text.length + 1)) + put + text.slice((at % (text.length + 1)) + 1),
    );
  fc.assert(
    fc.property(fc.oneof(fc.json(), jumble, spoiled), (text) => {
      expect(jsonFault(text) === undefined).toBe(isJson(text));
    }),
    { numRuns: 3_000 },
  );
});

test.each([
  ['{"a":1,"a":2}', [['a', 1]]],
  ['{"a":1,\n"b":{"a":1},\n"\\u0061":2}', [['a', 3]]],
  [
    '[{"a":1},{"a":2,"a":3,"a":4}]',
    [
      ['a', 1],
      ['a', 1],
    ],
  ],
  ['{"a":"a","b":["a","a"],"c":{"a":1},"{":1,"}":"\\\"","x\\\\":"{"}', []],
  ['"a"', []],
])('keys that stand twice in one object of %s are found', (text, found) => {
  expect(repeatedKeys(text).map(({ path, line }) => [path, line])).toEqual(found);
});

test('no key of what JSON.stringify writes stands twice', () => {
  fc.assert(fc.property(fc.json(), (text) => repeatedKeys(text).length === 0));
});
