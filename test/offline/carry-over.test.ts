// Which rows go on when a cluster begins anew.

import { expect, test } from 'vitest';
import { carryOver } from '../../src/offline/carry-over.ts';
import type { BackupChunk } from '../../src/protocol/backup.ts';
import { decodeRow, encodeRow } from '../../src/state/row-codec.ts';
import { keyOf, type Row, type RowKey } from '../../src/state/row.ts';
import { windowBegins } from '../../src/state/window.ts';
import { ChunkBuilder, readChunk } from '../../src/storage/snapshot-chunk.ts';
import { hashOfRows } from '../state/lab.ts';
import { setting } from '../storage/state-store-suite.ts';

const time = 1_750_000_000_000;
const asRow = (value: object): Row => value as Row;
const rows: readonly Row[] = [
  asRow({ kind: 'Change', index: 3, time: 'then', previous: 2, bytes: 0, changes: [] }),
  asRow({ kind: 'Operation', id: 'a', index: 3 }),
  asRow({ kind: 'Revision', service: 'web', revision: 1 }),
  setting('one', 'x'),
  setting('two', 'x'),
];
const byKey = (all: readonly Row[]): Map<RowKey, Row> => new Map(all.map((row) => [keyOf(row), row]));

/** Two rows in each chunk. */
async function* chunks(): AsyncGenerator<BackupChunk, void, undefined> {
  for (let at = 0; at < rows.length; at += 2) {
    const builder = new ChunkBuilder(0);
    for (const row of rows.slice(at, at + 2))
      builder.add({ key: keyOf(row), text: Buffer.from(encodeRow(row)) });
    yield builder.build(at / 2);
  }
}

async function carried(): Promise<{ hash: string; rows: Map<RowKey, Row> }> {
  const inherited = { hash: hashOfRows(byKey(rows)), chunks };
  const { hash, chunks: taken } = await carryOver(inherited, { index: 9, time });
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
  const { hash, rows: found } = await carried();
  const begin = windowBegins({ index: 9, time: new Date(time).toISOString() });
  const kept = ['operation/a', 'revision/web.000001', 'setting/one', 'setting/two'];
  expect([...found.keys()].toSorted()).toEqual([keyOf(begin), ...kept].toSorted());
  expect(found.get(keyOf(begin))).toEqual(begin);
  expect(hash).toBe(hashOfRows(found));
});

test('rows that are not those of the hash are refused', async () => {
  const inherited = { hash: 'e'.repeat(32), chunks };
  await expect(carryOver(inherited, { index: 9, time })).rejects.toMatchObject({ code: 'MALFORMED' });
});
