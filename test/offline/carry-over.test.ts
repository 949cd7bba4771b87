// Which rows go on when a cluster begins anew.

import { expect, test } from 'vitest';
import { carryOver } from '../../src/offline/carry-over.ts';
import type { BackupChunk } from '../../src/protocol/backup.ts';
import { operationBundle } from '../../src/state/operation-codec.ts';
import type { OperationRow } from '../../src/protocol/records.ts';
import { decodeRow, encodeRow } from '../../src/state/row-codec.ts';
import { keyOf, type Row, type RowKey } from '../../src/state/row.ts';
import { windowBegins } from '../../src/state/window.ts';
import { addDigests, hashOf, rowDigest } from '../../src/state/state-hash.ts';
import { ChunkBuilder, type EncodedRow, readChunk } from '../../src/storage/snapshot-chunk.ts';
import { hashOfRows } from '../state/lab.ts';
import { setting } from '../storage/state-store-suite.ts';

const time = 1_750_000_000_000;
const by: OperationRow = {
  kind: 'Operation',
  id: 'x',
  index: 9,
  time: new Date(time).toISOString(),
  actor: 'anonymous',
  method: 'OFFLINE',
  path: 'orion restore',
  from: '127.0.0.1',
  agent: 'orion',
  code: 'OK',
  status: 200,
};
const asRow = (value: object): Row => value as Row;
const rows: readonly Row[] = [
  { kind: 'Changes', first: 3, count: 1, text: '["Changes",3,1,[[3,2,"then",[]]]]' },
  { kind: 'Operations', first: 3, count: 1, text: '["Operations",3,1,[[3,"a"]]]' },
  asRow({ kind: 'Revision', service: 'web', revision: 1 }),
  setting('one', 'x'),
  setting('two', 'x'),
];
const byKey = (all: readonly Row[]): Map<RowKey, Row> => new Map(all.map((row) => [keyOf(row), row]));

const encoded = (all: readonly Row[]): EncodedRow[] =>
  all.map((row) => ({ key: keyOf(row), text: Buffer.from(encodeRow(row)) }));

/** Two rows in each chunk. */
async function* chunksOf(all: readonly EncodedRow[]): AsyncGenerator<BackupChunk, void, undefined> {
  for (let at = 0; at < all.length; at += 2) {
    const builder = new ChunkBuilder(0);
    for (const row of all.slice(at, at + 2)) builder.add(row);
    yield builder.build(at / 2);
  }
}

async function carried(all: readonly EncodedRow[]): Promise<{ hash: string; rows: Map<RowKey, Row> }> {
  const sum = all.reduce((so, { key, text }) => addDigests(so, rowDigest(key, text.toString())), 0n);
  const inherited = { hash: hashOf(sum), chunks: () => chunksOf(all) };
  const { hash, chunks: taken } = await carryOver(inherited, { index: 9, time, by });
  const found: Row[] = [];
  let number = 0;
  for await (const chunk of taken) {
    expect(chunk.number).toBe(number);
    number += 1;
    found.push(...readChunk(chunk).map(({ text }) => decodeRow(text.toString())));
  }
  return { hash, rows: byKey(found) };
}

test('all but the window of changes goes on, with the hash that it has', async () => {
  const { hash, rows: found } = await carried(encoded(rows));
  const begin = windowBegins({ index: 9, time: new Date(time).toISOString() });
  const kept = ['operations/0000000000000003', 'revision/web.000001', 'setting/one', 'setting/two'];
  const told = operationBundle(by);
  expect([...found.keys()].toSorted()).toEqual([keyOf(begin), keyOf(told), ...kept].toSorted());
  expect([found.get(keyOf(begin)), found.get(keyOf(told))]).toEqual([begin, told]);
  expect(hash).toBe(hashOfRows(found));
});

test('of a backup of format 2, which has a row for each record, objects and revisions go on', async () => {
  const old = ['change/0000000000000003', 'operation/a'].map((key) => ({
    key: key as RowKey,
    text: Buffer.from('{}'),
  }));
  const { hash, rows: found } = await carried([...old, ...encoded(rows.slice(2))]);
  const kept = [
    'changes/0000000000000009',
    'operations/0000000000000009',
    'revision/web.000001',
    'setting/one',
    'setting/two',
  ];
  expect([...found.keys()]).toEqual(kept);
  expect(hash).toBe(hashOfRows(found));
});

test('rows that are not those of the hash are refused', async () => {
  const inherited = { hash: 'e'.repeat(32), chunks: () => chunksOf(encoded(rows)) };
  await expect(carryOver(inherited, { index: 9, time, by })).rejects.toMatchObject({ code: 'MALFORMED' });
});
