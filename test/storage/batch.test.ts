import { isDeepStrictEqual } from 'node:util';
import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { asIndex, asTerm } from '../../raft/types.ts';
import { assert } from '../../src/lib/assert.ts';
import { type Batch, BatchEncoder, decodeEntries, decodeHeader } from '../../src/storage/batch.ts';
import { command, commands, configuration, plain, someStore } from './log-fixtures.ts';

const batch: Batch = {
  number: 3,
  previous: 0xdead_beef,
  hardState: { term: asTerm(2 ** 40 + 1), vote: someStore },
  truncateFrom: asIndex(7),
  entries: [command(7, { term: 2, bytes: 5 }), command(8, { term: 2, bytes: 600, fill: 0 })],
};

test('a batch is laid out as the header of its file says: a change here is a new format', () => {
  const { bytes } = new BatchEncoder().encode(batch);
  expect(bytes.length).toBe(1_024);
  expect(bytes.toString('hex', 0, 134)).toBe(
    '4f4c4f47' +
      '00040000' +
      '0300000000000000' + // magic, bytes, number
      'efbeadde' +
      '01000000' +
      '0200000000000000' + // previous, blank sectors, entry count
      '0700000000000000' +
      '0700000000000000' + // first index, truncate from
      '0100000000010000' +
      someStore + // term, vote
      hex32(crc32(bytes.subarray(0, 72))) +
      hex32(crc32(bytes.subarray(80), crc32(bytes.subarray(0, 72)))) +
      '05000000' +
      '01000000' +
      '0200000000000000' +
      '0000000000788f40' +
      '0707070707' + // the first entry
      '58020000' +
      '01000000' +
      '0200000000000000' +
      '0000000000808f40' +
      '00', // the second, begun
  );
});

test('each field of a batch changes its checksum', () => {
  const checksum = (change: Partial<Batch>): number | undefined =>
    decodeHeader(new BatchEncoder().encode({ ...batch, ...change }).bytes, 0)?.checksum;
  const changed = [
    checksum({}),
    checksum({ number: 4 }),
    checksum({ previous: 0xdead_beee }),
    checksum({ truncateFrom: undefined }),
    checksum({ hardState: { ...batch.hardState, vote: undefined } }),
    checksum({ hardState: { ...batch.hardState, term: asTerm(1) } }),
    checksum({ entries: batch.entries.slice(0, 1) }),
    checksum({ entries: [] }),
  ];
  expect(new Set(changed).size).toBe(changed.length);
});

test('a batch larger than the buffer that is kept, and a small one after it, come back as they were', () => {
  const encoder = new BatchEncoder();
  for (const entries of [
    commands(1, 4, { bytes: 700_000 }),
    commands(1, 2),
    commands(1, 400, { bytes: 900 }),
  ]) {
    const { bytes } = encoder.encode({ ...batch, entries });
    const header = decodeHeader(bytes, 0);
    if (header === undefined) throw new Error('a header that was encoded is sound');
    expect(isDeepStrictEqual(decodeEntries(bytes, 0, header)?.map(plain), entries)).toBe(true);
  }
});

const hex32 = (value: number): string => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes.toString('hex');
};

test('a change of members has the note that goes with it; one without is as it always was', () => {
  const without = configuration(7, 2);
  const noted = { ...without, payload: { ...without.payload, note: 'who "asked"' } } as typeof without;
  for (const entry of [without, noted]) {
    const { bytes, header } = new BatchEncoder().encode({ ...batch, entries: [entry] });
    expect(decodeEntries(bytes, 0, header)).toStrictEqual([entry]);
  }
  assert(without.payload.kind === 'configuration', 'it is one');
  const { bytes } = new BatchEncoder().encode({ ...batch, entries: [without] });
  expect(bytes.includes(JSON.stringify(without.payload.membership))).toBe(true);
});
