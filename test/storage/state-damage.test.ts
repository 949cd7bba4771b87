// Rotten bits in every kind of file that a state consists of: what was flushed is served whole, or not at all.

import { spawnSync } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { ClassicLevel } from 'classic-level';
import { expect, test } from 'vitest';
import { present } from '../../src/lib/assert.ts';
import { limits } from '../../src/lib/limits.ts';
import { encodeRow } from '../../src/state/row-codec.ts';
import type { Row, RowKey } from '../../src/state/row.ts';
import { classicLevelAt, type LevelAt } from '../../src/storage/state-database.ts';
import { openStateStore } from '../../src/storage/state-store.ts';
import { pointAt, setting, settingKey } from './state-store-suite.ts';
import { tempDirectory } from './temp-directory.ts';

const inUse = '0000000001';
const lastIndex = 11;

interface Sound {
  readonly directory: string;
  /** What was flushed at each index. */
  readonly flushed: ReadonlyMap<number, ReadonlyMap<RowKey, Row>>;
}

/** Eleven flushes of 40 rows of 200: the older five in a table, the later six in LevelDB's log, of several blocks. */
async function soundState(): Promise<Sound> {
  const directory = join(await tempDirectory(), 'state');
  const flushed = new Map<number, ReadonlyMap<RowKey, Row>>([[0, new Map()]]);
  let rows: ReadonlyMap<RowKey, Row> = new Map();
  let index = 0;
  for (const flushes of [5, lastIndex - 5]) {
    const store = await openStateStore({ directory });
    for (let flush = 0; flush < flushes; flush += 1) {
      index += 1;
      const names = Array.from({ length: 40 }, (_, i) => `row-${(i * 7 + index * 31) % 200}`);
      const changed = new Map(
        names.map((name) => [settingKey(name), setting(name, `${index}-${'abcd'.repeat(20)}`)]),
      );
      rows = new Map([...rows, ...changed]);
      flushed.set(index, rows);
      await store.flush({ snapshot: pointAt(index), rows: changed });
    }
    await store.close();
  }
  return { directory, flushed };
}

const contentOf = (rows: ReadonlyMap<RowKey, Row>): string[] =>
  [...rows].map(([key, row]) => `${key} ${encodeRow(row)}`).toSorted();

/** What is served after a start: the last flush, an earlier one, or nothing and said so. Anything else fails. */
async function served(directory: string, { flushed }: Sound): Promise<'last' | 'earlier' | 'set aside'> {
  const reports: string[] = [];
  const store = await openStateStore({ directory, report: (_, message) => reports.push(message) });
  const { snapshot, rows, discarded } = await store.load();
  const index = snapshot?.index ?? 0;
  expect(contentOf(rows)).toEqual(contentOf(present(flushed.get(index), 'a flush')));
  expect(reports).toHaveLength(discarded ? 1 : 0);
  if (discarded) {
    expect(index).toBe(0);
    expect((await readdir(directory)).some((name) => name.endsWith('.damaged'))).toBe(true);
  }
  await store.close();
  if (discarded) return 'set aside';
  return index === lastIndex ? 'last' : 'earlier';
}

/** A state that was damaged is used on, and damaged no more. */
async function expectUsable(directory: string): Promise<void> {
  const store = await openStateStore({ directory });
  expect(await store.load()).toMatchObject({ discarded: false });
  await store.flush({ snapshot: pointAt(100), rows: new Map() });
  await store.close();
  const again = await openStateStore({ directory });
  expect(await again.load()).toMatchObject({ snapshot: { index: 100 }, discarded: false });
  await again.close();
}

/** Bytes of a file in which a bit is flipped: `count` of them all over it, and all of its last `tail`. */
function placesIn(size: number, { count, tail }: { count: number; tail: number }): number[] {
  const spread = Array.from({ length: count }, (_, i) => Math.floor((i * size) / count));
  const end = Array.from({ length: Math.min(tail, size) }, (_, i) => size - 1 - i);
  return [...new Set([...spread, ...end])];
}

test.each([
  { kind: 'the pointer', name: /^current$/, count: 8, tail: 9, outcomes: ['set aside'] },
  { kind: 'CURRENT', name: /CURRENT$/, count: 16, tail: 0, outcomes: ['set aside'] },
  { kind: 'the manifest', name: /MANIFEST/, count: 20, tail: 0, outcomes: ['set aside'] },
  { kind: 'a table', name: /\.ldb$/, count: 20, tail: 30, outcomes: ['set aside', 'last'] },
  // A record that is damaged, and everything after it, is as if it had never been written, or a gap that shows.
  { kind: 'the log', name: /\.log$/, count: 30, tail: 0, outcomes: ['set aside', 'earlier'] },
])('a flipped bit in $kind is noticed, or changes nothing', async ({ name, count, tail, outcomes }) => {
  const sound = await soundState();
  const files = await readdir(sound.directory, { recursive: true });
  const file = present(
    files.toSorted().findLast((path) => name.test(path)),
    'such a file',
  );
  const bytes = await readFile(join(sound.directory, file));
  const copy = join(await tempDirectory(), 'state');
  const seen = new Set<string>();
  for (const place of placesIn(bytes.length, { count, tail })) {
    await rm(copy, { recursive: true, force: true });
    await cp(sound.directory, copy, { recursive: true });
    const rotten = Buffer.from(bytes);
    rotten[place] = present(rotten[place], 'a byte') ^ (1 << (place % 8));
    await writeFile(join(copy, file), rotten);
    seen.add(await served(copy, sound));
  }
  expect([...seen].toSorted()).toEqual(outcomes.toSorted());
});

test.each([
  ['the pointer', 'current', 'set aside'],
  ['CURRENT', `${inUse}/CURRENT`, 'set aside'],
  ['a table', `${inUse}/000005.ldb`, 'set aside'],
  ['the manifest', `${inUse}/MANIFEST-000004`, 'set aside'],
  ['the log', `${inUse}/000006.log`, 'earlier'],
  ['the whole directory', inUse, 'earlier'],
])('%s is gone', async (_, path, outcome) => {
  const sound = await soundState();
  await rm(join(sound.directory, path), { recursive: true });
  expect(await served(sound.directory, sound)).toBe(outcome);
  await expectUsable(sound.directory);
});

/** Lets `change` meddle with the rows of a state behind its back. */
async function meddle(
  directory: string,
  change: (level: ClassicLevel<string, Buffer>) => Promise<void>,
): Promise<void> {
  const level = new ClassicLevel<string, Buffer>(join(directory, inUse), { valueEncoding: 'buffer' });
  await change(level);
  await level.close();
}

/** A value with its checksum, as if it had been written so. */
function sealed(key: string, text: string): Buffer {
  const value = Buffer.concat([Buffer.alloc(4), Buffer.from(text)]);
  value.writeUInt32LE(crc32(text, crc32(key)), 0);
  return value;
}

test.each([
  ['is gone', (level: ClassicLevel<string, Buffer>) => level.del('setting/row-1')],
  [
    'is of another time',
    (level: ClassicLevel<string, Buffer>) =>
      level.put('setting/row-1', sealed('setting/row-1', encodeRow(setting('row-1', 'older')))),
  ],
  [
    'stands at the key of another',
    async (level: ClassicLevel<string, Buffer>) =>
      level.put('setting/row-1', present(await level.get('setting/row-2'), 'a row')),
  ],
  ['is no row', (level: ClassicLevel<string, Buffer>) => level.put('setting/row-1', Buffer.from('row'))],
  ['says what they are and is gone', (level: ClassicLevel<string, Buffer>) => level.del('!meta')],
])('a row that %s is noticed when the state is loaded', async (_, change) => {
  const sound = await soundState();
  await meddle(sound.directory, change);
  expect(await served(sound.directory, sound)).toBe('set aside');
});

/** LevelDB, whose iterators show the rows as `lie` changes them. */
function lyingLevel(lie: (rows: [key: string, value: Buffer][]) => [key: string, value: Buffer][]): LevelAt {
  return (path) => {
    const level = classicLevelAt(path);
    return {
      open: () => level.open(),
      close: () => level.close(),
      get: (key, options) => level.get(key, options),
      batch: () => level.batch(),
      snapshot: () => level.snapshot(),
      iterator: (range) => {
        const iterator = level.iterator(range);
        return { nextv: async (size) => lie(await iterator.nextv(size)), close: () => iterator.close() };
      },
    };
  };
}

test.each([
  // Nothing that was read from LevelDB together with it is sent.
  { what: 'rots', sentBefore: 0, lie: (value: Buffer) => Buffer.concat([value, Buffer.from(' ')]) },
  // No chunk tells that it is missing: the end does.
  { what: 'vanishes', sentBefore: 2, lie: () => undefined },
])('a row that $what while its state is in use is noticed when it is sent', async ({ sentBefore, lie }) => {
  const directory = join(await tempDirectory(), 'state');
  let isLying = false;
  const levelAt = lyingLevel((rows) =>
    rows.flatMap(([key, value]) => {
      const shown = isLying && key === 'setting/row-7' ? lie(value) : value;
      return shown === undefined ? [] : [[key, shown]];
    }),
  );
  const store = await openStateStore({ directory, levelAt, chunkBytes: 2_000 });
  const names = Array.from({ length: 10 }, (_, i) => `row-${i}`);
  const rows = new Map(names.map((name) => [settingKey(name), setting(name, 'x'.repeat(700))]));
  await store.flush({ snapshot: pointAt(3), rows });
  isLying = true;
  const source = await store.openSnapshot();
  const sent: number[] = [];
  const reading = (async () => {
    while ((await source.read(sent.length)) !== undefined) sent.push(sent.length);
  })();
  await expect(reading).rejects.toMatchObject({ code: 'DISK_FAILED' });
  expect(sent).toHaveLength(sentBefore);
  await source.close();
  await store.close();
});

test('states of later formats are refused, and stay as they are', async () => {
  const record = JSON.stringify({ format: 5 });
  const { directory } = await soundState();
  await meddle(directory, (level) => level.put('!meta', sealed('!meta', record)));
  for (let i = 0; i < 2; i += 1) {
    await expect(openStateStore({ directory })).rejects.toMatchObject({ code: 'FORMAT_TOO_NEW' });
  }
  const line = `orion-state 2 ${inUse} and more `;
  const checksum = crc32(line).toString(16).padStart(8, '0');
  await writeFile(join(directory, 'current'), `${line}${checksum}\n`);
  await expect(openStateStore({ directory })).rejects.toMatchObject({ code: 'FORMAT_TOO_NEW' });
});

test.each([2, 3])('states of earlier formats are refused, and stay as they are: %s', async (format) => {
  const record = JSON.stringify({ format });
  const { directory } = await soundState();
  await meddle(directory, (level) => level.put('!meta', sealed('!meta', record)));
  for (let i = 0; i < 2; i += 1) {
    await expect(openStateStore({ directory })).rejects.toMatchObject({ code: 'FORMAT_TOO_OLD' });
  }
});

test('of the states that were set aside the last is kept', async () => {
  const sound = await soundState();
  for (let i = 0; i < 2; i += 1) {
    await writeFile(join(sound.directory, inUse, 'CURRENT'), 'nonsense');
    expect(await served(sound.directory, sound)).toBe('set aside');
  }
  expect((await readdir(sound.directory)).toSorted()).toEqual([inUse, `${inUse}.damaged`, 'current']);
});

/** What another process finds there. */
function readElsewhere(directory: string): string {
  const program = join(import.meta.dirname, 'read-state.ts');
  return spawnSync(process.execPath, ['--import', 'tsx', program, directory], {
    encoding: 'utf8',
  }).stdout.trim();
}

test('a state that ends whoever reads it is given up after some tries', async () => {
  const { directory } = await soundState();
  const table = join(directory, inUse, '000005.ldb');
  const bytes = await readFile(table);
  // The footer: where the two index blocks begin and how long they are. One of 2^45 bytes has no room in memory.
  bytes.fill(0, bytes.length - 48, bytes.length - 8);
  Buffer.from([0, 0, 0, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01]).copy(bytes, bytes.length - 48);
  await writeFile(table, bytes);
  const outcomes = Array.from({ length: limits.stateReadsMax + 1 }, () => readElsewhere(directory));
  expect(outcomes).toEqual([...Array.from({ length: limits.stateReadsMax }, () => ''), 'set aside']);
  await expectUsable(directory);
});

test('a sound state is kept, however many processes were killed while they read it', async () => {
  const { directory } = await soundState();
  for (const ends of [limits.stateReadsMax, 100]) {
    await writeFile(join(directory, 'opening'), `${inUse} ${ends} `);
    expect(readElsewhere(directory)).toBe('sound');
    expect(await readdir(directory)).not.toContain('opening');
  }
});

test('a state on a disk that is no directory is an error of the disk', async () => {
  const directory = await tempDirectory();
  await mkdir(join(directory, 'state'));
  await writeFile(join(directory, 'state', inUse), 'a file');
  await expect(openStateStore({ directory: join(directory, 'state', inUse) })).rejects.toMatchObject({
    code: 'DISK_FAILED',
  });
});
