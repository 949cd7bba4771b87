// One form for a row: the same text whoever built it, and the same row back.

import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeRow, encodeRow } from '../../src/state/row-codec.ts';
import type { Row, RowKey } from '../../src/state/row.ts';
import { emptyStateHash, hashOf, IncrementalHash, rowDigest } from '../../src/state/state-hash.ts';

const asRow = (value: unknown): Row => value as Row;

/** The same value, every object with its members in the opposite order. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, member]) => [key, turned(member)]),
  );
}

const anything = fc.jsonValue({ maxDepth: 4 }).map((value) => ({ kind: 'Setting', spec: value }));

test('a row comes back as it was, and has one text whatever the order of its members', () => {
  fc.assert(
    fc.property(anything, (value) => {
      const text = encodeRow(asRow(value));
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(decodeRow(text)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(encodeRow(asRow(turned(value)))).toBe(text);
      expect(encodeRow(decodeRow(text))).toBe(text);
    }),
  );
});

test.each([
  ['members in the order of their code units', { b: 1, a: { d: 2, c: [] } }, '{"a":{"c":[],"d":2},"b":1}'],
  ['no member that is undefined', { a: undefined, b: null }, '{"b":null}'],
  ['members that look like numbers in the order of their text', { 10: 1, 9: 2 }, '{"10":1,"9":2}'],
  ['strings as they are, also broken ones', { a: '\ud800\n"ü€' }, '{"a":"\\ud800\\n\\"ü€"}'],
])('the text of a row has %s', (_, value, text) => {
  expect(encodeRow(asRow(value))).toBe(text);
  expect(decodeRow(text)).toEqual(JSON.parse(JSON.stringify(value)));
});

test('a hash is 32 digits, and depends on the key, on the text and on nothing else', () => {
  const [a, b] = ['setting/a' as RowKey, 'setting/b' as RowKey];
  expect(emptyStateHash).toBe('0'.repeat(32));
  expect(hashOf(rowDigest(a, '{}'))).toBe('9a7a1000f1d9a88e50865580b2cee9df');
  expect(rowDigest(a, '{}')).not.toBe(rowDigest(b, '{}'));
  expect(rowDigest(a, '{}')).not.toBe(rowDigest(a, '[]'));
});

test('a row that came and went leaves no trace in the hash, whether or not it was looked at between', () => {
  const key = 'setting/a' as RowKey;
  const row = asRow({ kind: 'Setting', spec: { data: '' } });
  for (const looks of [true, false]) {
    const hash = new IncrementalHash(emptyStateHash);
    hash.onChange(key, { before: undefined, after: row });
    if (looks) expect(hash.value()).toBe(hashOf(rowDigest(key, encodeRow(row))));
    hash.onChange(key, { before: row, after: undefined });
    expect(hash.value()).toBe(emptyStateHash);
  }
});
