// The small parts that everything replicated rests on: order, equality, time.

import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Prng } from '../../src/lib/prng.ts';
import type { Setting } from '../../src/protocol/objects.ts';
import { withConditions } from '../../src/state/conditions.ts';
import { byCodeUnits } from '../../src/state/row.ts';
import { same } from '../../src/state/same.ts';
import { Table } from '../../src/state/table.ts';
import { timestamp } from '../../src/state/timestamp.ts';

const setting = (name: string, data = ''): Setting => ({
  kind: 'Setting',
  metadata: {
    name,
    uid: name,
    labels: {},
    annotations: {},
    resourceVersion: '1',
    generation: 1,
    createdAt: '',
    updatedAt: '',
  },
  spec: { data },
  status: {},
});

test('a timestamp is what Date says, from 1970 to 9999', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 253_402_300_799_999 }), (ms) => {
      expect(timestamp(ms)).toBe(new Date(ms).toISOString());
    }),
    { numRuns: 2_000 },
  );
  for (const text of ['2000-02-29T23:59:59.999Z', '2100-03-01T00:00:00.000Z', '2024-02-29T00:00:00.000Z']) {
    expect(timestamp(Date.parse(text))).toBe(text);
  }
});

test('values are the same whatever the order of their keys, and whatever is undefined in them', () => {
  expect(same({ a: 1, b: [{ c: 2, d: 3 }] }, { b: [{ d: 3, c: 2 }], a: 1 })).toBe(true);
  expect(same({ a: 1, b: undefined }, { a: 1 })).toBe(true);
  for (const [a, b] of [
    [{ a: 1 }, { a: 2 }],
    [{ a: 1 }, { b: 1 }],
    [{ a: 1 }, { a: 1, b: 2 }],
    [
      [1, 2],
      [2, 1],
    ],
    [[1], [1, 2]],
    [[], {}],
    [null, {}],
    ['1', 1],
  ]) {
    expect([a, b, same(a, b), same(b, a)]).toEqual([a, b, false, false]);
  }
});

const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => byCodeUnits(a, b)))
      : item,
  );

test('same agrees with comparing canonical texts', () => {
  const value = fc.letrec<{ any: unknown }>((tie) => ({
    any: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom(0, 1, 'a', 'b', true, null),
      fc.array(tie('any'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom('x', 'y', 'z'), tie('any')),
    ),
  })).any;
  fc.assert(
    fc.property(value, value, (a, b) => {
      expect(same(a, b)).toBe(canonical(a) === canonical(b));
      expect(same(a, structuredClone(a))).toBe(true);
    }),
    { numRuns: 1_000 },
  );
});

test('a table iterates in the order of names by code units, whatever was written in whatever order', () => {
  const operation = fc.record({
    name: fc.string({ minLength: 1, maxLength: 3 }),
    isDeletion: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
      const table = new Table<Setting>();
      const twin = new Map<string, Setting>();
      for (const [position, { name, isDeletion }] of operations.entries()) {
        if (isDeletion) {
          table.delete(name);
          twin.delete(name);
        } else {
          const row = setting(name, String(position));
          table.set(row);
          twin.set(name, row);
        }
        const expected = [...twin.keys()].sort(byCodeUnits).map((key) => twin.get(key));
        expect(table.values()).toEqual(expected);
        expect(table.size).toBe(twin.size);
        expect(table.get(name)).toBe(twin.get(name));
      }
    }),
  );
});

test('a table of many parts iterates in the order of names, too, while rows come, are replaced and go', () => {
  const prng = new Prng(1);
  const table = new Table<Setting>();
  const twin = new Map<string, Setting>();
  const expectOrder = (): void => {
    const expected = [...twin.keys()].sort(byCodeUnits).map((name) => twin.get(name));
    const found = table.values();
    expect(found).toHaveLength(expected.length);
    expect(found.every((row, position) => row === expected[position])).toBe(true);
  };
  for (const chanceOfDeletion of [0.1, 0.95]) {
    for (let step = 0; step < 8_000; step += 1) {
      const name = String(prng.int({ from: 0, to: 4_000 }));
      if (prng.chance(chanceOfDeletion)) {
        table.delete(name);
        twin.delete(name);
      } else {
        const row = setting(name, String(step));
        table.set(row);
        twin.set(name, row);
      }
      if (step % 500 === 0) expectOrder();
    }
    expectOrder();
  }
  for (const name of twin.keys()) table.delete(name);
  expect(table.values()).toEqual([]);
});

test('names are compared whole: api is not api-v2, and what is deleted of one stays with the other', () => {
  const table = new Table<Setting>();
  table.set(setting('api-v2'));
  table.set(setting('api'));
  table.delete('api');
  expect(table.values().map((row) => row.metadata.name)).toEqual(['api-v2']);
});

test('a list once taken from a table does not change with it', () => {
  const table = new Table<Setting>();
  table.set(setting('a'));
  const before = table.values();
  table.set(setting('b'));
  expect(before).toHaveLength(1);
});

const condition = (status: 'True' | 'False', message: string) => ({
  type: 'Placed',
  status,
  reason: 'R',
  message,
});

test('a condition keeps the moment of its last turn while its status stays', () => {
  const first = withConditions([], [condition('True', 'a')], 't1');
  const second = withConditions(first, [condition('True', 'b')], 't2');
  expect(second).toEqual([{ ...condition('True', 'b'), lastTransitionTime: 't1' }]);
  const third = withConditions(second, [condition('False', 'b')], 't3');
  expect(third).toEqual([{ ...condition('False', 'b'), lastTransitionTime: 't3' }]);
  const added = withConditions(third, [{ ...condition('True', ''), type: 'Available' }], 't4');
  expect(added.map(({ type }) => type)).toEqual(['Available', 'Placed']);
});
