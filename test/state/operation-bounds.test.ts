// Which operations are remembered, in which rows, and which are forgotten first.

import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { limits } from '../../src/lib/limits.ts';
import type { EntryResult, Origin } from '../../src/protocol/command.ts';
import type { OperationRow } from '../../src/protocol/records.ts';
import { atOnce } from '../../src/state/contents.ts';
import { answerWithoutRun } from '../../src/state/apply/operation.ts';
import { operationsIn } from '../../src/state/operation-codec.ts';
import { type OperationBounds, Operations } from '../../src/state/operations.ts';
import { decodeRow, encodeRow } from '../../src/state/row-codec.ts';
import { type BundleRow, keyOf, type Row, type RowKey } from '../../src/state/row.ts';
import { addDigests, hashOf } from '../../src/state/state-hash.ts';
import { hashOfRows } from './lab.ts';

function row(index: number, more: Partial<OperationRow> = {}): OperationRow {
  const told = { time: '', actor: '', method: 'PUT', path: '/', from: '', agent: '', status: 200 } as const;
  return { kind: 'Operation', id: `id-${index}`, index, code: 'OK', ...told, ...more };
}

const origin: Origin = {
  actor: '',
  method: 'PUT',
  path: '/',
  from: '',
  agent: '',
  operation: 'new',
};

const few = fc.constantFrom('', 'a', 'b"');
const anyRow = fc.record(
  {
    time: few,
    actor: few,
    method: fc.constantFrom('PUT', 'POST'),
    path: few,
    from: few,
    agent: few,
    status: fc.constantFrom(200, 404),
    code: fc.constantFrom('OK', 'NOT_FOUND'),
    bodyDigest: few,
    message: fc.string({ maxLength: 300 }),
    changes: fc.constant([{ kind: 'Service', name: 'web', action: 'unchanged' } as const]),
    object: fc.constant({ kind: 'Setting', name: 'a', resourceVersion: '1', uid: 'u' } as const),
  },
  { requiredKeys: ['time', 'status', 'code'] },
) as fc.Arbitrary<Partial<OperationRow>>;

const change = (name: string) => ({ kind: 'Service', name, action: 'unchanged' }) as const;

const rowsIn = (operations: Operations): readonly OperationRow[] =>
  operations.bundles.rows().flatMap(operationsIn);

const { operationsBytesMax } = limits;
const bounds = { operationsMax: 3, operationsBytesMax, bundle: { recordsMax: 2, bytesMax: 10_000 } };

function operationsOf(rows: readonly OperationRow[], within: OperationBounds = bounds): Operations {
  const operations = new Operations(within);
  for (const one of rows) operations.push(one);
  return operations;
}

function loadedOf(rows: readonly BundleRow[], within: OperationBounds): Operations {
  const operations = new Operations(within);
  atOnce(operations.load(rows));
  return operations;
}

test('operations hold at least the newest, and what was forgotten before is known to be so after a restart, too', () => {
  const operations = operationsOf([row(5), row(6)]);
  expect(operations.start).toBe(0);
  operations.push(row(8));
  expect(operations.start).toBe(4);
  operations.push(row(9));
  expect([operations.start, operations.size]).toEqual([4, 4]);
  operations.bundles.takeDirty(new Map());
  operations.push(row(11)); // the first two are not needed any more
  const dirty = new Map<RowKey, Row | undefined>();
  operations.bundles.takeDirty(dirty);
  expect([...dirty].map(([key, after]) => [key, after === undefined])).toEqual([
    ['operations/0000000000000005', true],
    ['operations/0000000000000011', false],
  ]);
  const ids = [5, 6, 8, 9, 11].map((index) => operations.get(`id-${index}`)?.index);
  expect([ids, operations.size]).toEqual([[undefined, undefined, 8, 9, 11], 3]);
  const loaded = loadedOf(operations.bundles.rows(), bounds);
  expect([operations.start, loaded.start]).toEqual([7, 7]);
  expect(rowsIn(loaded)).toEqual([row(8), row(9), row(11)]);
  for (const one of [operations, loaded]) one.push(row(12));
  expect(loaded.bundles.rows()).toEqual(operations.bundles.rows());
});

test('operations are the same rows on a peer that loaded them on the way, in the middle of a bundle too', () => {
  fc.assert(
    fc.property(fc.array(anyRow, { maxLength: 30 }), fc.array(fc.nat(30)), (written, loads) => {
      const within = { ...bounds, operationsMax: 5, bundle: { recordsMax: 4, bytesMax: 1_000 } };
      const operations = new Operations(within);
      let other = new Operations(within);
      let sum = 0n;
      for (const [at, more] of written.entries()) {
        if (loads.includes(at)) {
          sum = addDigests(sum, other.bundles.takeDelta());
          const rows = other.bundles.rows().map((one) => decodeRow(encodeRow(one)) as BundleRow);
          other = loadedOf(rows, within);
        }
        for (const one of [operations, other]) one.push(row(at + 1, more));
        const rows = operations.bundles.rows();
        expect(other.bundles.rows()).toEqual(rows);
        sum = addDigests(sum, other.bundles.takeDelta());
        expect(hashOf(sum)).toBe(hashOfRows(new Map(rows.map((one) => [keyOf(one), one]))));
        expect(other.start).toBe(operations.start);
        const kept = rowsIn(operations);
        expect(kept).toEqual(
          written
            .slice(0, at + 1)
            .map((told, i) => row(i + 1, told))
            .slice(-kept.length),
        );
        expect(kept.length).toBeGreaterThanOrEqual(Math.min(at + 1, 5));
        for (const one of kept) expect(other.get(one.id)).toEqual(one);
        expect(operations.before(Number.POSITIVE_INFINITY, 99)).toEqual(kept.toReversed());
      }
    }),
  );
});

test('operations refuse a key that may have been used before them, and no other', () => {
  const operations = operationsOf([row(5), row(7), row(9)]);
  const answerTo = (since: number | undefined): EntryResult | undefined =>
    answerWithoutRun(operations, { ...origin, since }, () => undefined);
  expect(answerTo(3)).toMatchObject({ kind: 'refused', code: 'IDEMPOTENCY_EXPIRED' });
  expect([answerTo(4), answerTo(1_000), answerTo(undefined)]).toEqual([undefined, undefined, undefined]);
  const known = answerWithoutRun(operations, { ...origin, operation: 'id-5', since: 3 }, () => undefined);
  expect(known).toMatchObject({ kind: 'repeated', index: 5 });
});

test('operations count what a record takes: large ones leave room for fewer', () => {
  const changes = Array.from({ length: limits.operationChangesMax }, (_, i) => change(`s${i}`));
  const operations = operationsOf([], { ...bounds, operationsMax: 1_000, operationsBytesMax: 800_000 });
  for (let index = 1; index <= 50; index += 1) {
    operations.push(row(index, { changes }));
    const lost = Array.from({ length: index }, (_, i) => i + 1).filter(
      (at) => operations.get(`id-${at}`) === undefined && at > operations.start,
    );
    expect(lost).toEqual([]);
  }
  expect(operations.size).toBeLessThan(20);
  expect(operations.size).toBeGreaterThan(1);
});

test('pages go from the newest to the oldest, whatever was forgotten', () => {
  const within = { ...bounds, operationsMax: 100, bundle: { recordsMax: 8, bytesMax: 10_000 } };
  const operations = operationsOf([], within);
  for (let index = 1; index <= 501; index += 2) operations.push(row(index));
  const { size } = operations;
  expect([size >= 100, size < 108]).toEqual([true, true]);
  const seen: number[] = [];
  for (let below = Number.POSITIVE_INFINITY; ; below = seen.at(-1) ?? 0) {
    expect(operations.countBefore(below)).toBe(size - seen.length);
    const page = operations.before(below, 7);
    if (page.length === 0) break;
    seen.push(...page.map(({ index }) => index));
  }
  expect(seen).toEqual(Array.from({ length: size }, (_, i) => 501 - 2 * i));
});
