import { expect, test } from 'vitest';
import { isOrionError } from '../../src/lib/errors.ts';
import { parseDocument, parseDocuments } from '../../src/protocol/document.ts';

test('where one document is asked for, a second one is refused with its line', () => {
  let thrown: unknown;
  try {
    parseDocument('a: 1\n---\nb: 2\n', 'yaml');
  } catch (error) {
    thrown = error;
  }
  expect(isOrionError(thrown, 'INVALID') && thrown.issues).toMatchObject([{ line: 3 }]);
  expect(parseDocument('', 'yaml').value).toBeNull();
});

test('a list is as many documents as it has items, and each knows its line', () => {
  const [first, second] = parseDocuments('- a: 1\n- b:\n    c: 2\n', 'yaml');
  expect([first?.value, second?.value]).toEqual([{ a: 1 }, { b: { c: 2 } }]);
  expect([first?.root, second?.root]).toEqual([[0], [1]]);
  expect([first?.lineOf(['a']), second?.lineOf(['b', 'c'])]).toEqual([1, 3]);
});

test('a key that stands twice is refused in JSON as it is in YAML', () => {
  const refusal = (format: 'json' | 'yaml'): unknown => {
    try {
      return parseDocument('{"data": "x",\n"data": "y"}', format);
    } catch (error) {
      return isOrionError(error, 'MALFORMED') ? [error.message, error.issues] : error;
    }
  };
  const issues = [{ path: 'data', line: 2, message: 'this key stands twice' }];
  expect(refusal('json')).toEqual(['A key may stand once.', issues]);
  expect(refusal('yaml')).toEqual(refusal('json'));
});
