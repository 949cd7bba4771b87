// Bits that rot: what was acknowledged is never dropped in silence, and what is damaged is never served.

import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { asIndex, asTerm } from '../../raft/types.ts';
import type { LogStore } from '../../src/peer/ports.ts';
import { isOrionError } from '../../src/lib/errors.ts';
import { filled, flip, isAside, isSegment, newestSegment } from './damage.ts';
import { command, commands, persistOf, readAll, someStore } from './log-fixtures.ts';
import { openOn } from './log-model.ts';
import { SimDisk } from './sim-disk.ts';

const corrupt = { code: 'LOG_CORRUPT', message: expect.stringContaining('start this peer again') as unknown };
/** A damaged log opens, says what it lost, keeps what cannot be read for people, and is sound but not trusted from then on. */
async function openImpaired(disk: SimDisk): Promise<LogStore> {
  const told: object[] = [];
  const first = await openOn(disk, 1, { report: (fields) => told.push(fields) });
  expect(told).toEqual([
    {
      file: expect.stringMatching(/\.log$/) as unknown,
      offset: expect.any(Number) as unknown,
      why: expect.any(String) as unknown,
    },
  ]);
  expect(disk.paths().some(isAside)).toBe(true);
  expect(first.restored.impaired).toBe(true);
  await first.close();
  const again = await openOn(disk, 1, { report: (fields) => told.push(fields) });
  expect(told).toHaveLength(1);
  expect({ ...again.restored, tail: [] }).toEqual({ ...first.restored, tail: [] });
  return again;
}

/** The same, of a log as {@link filled} makes it: what it holds is a beginning of that. */
async function expectBeginning(disk: SimDisk, bytes = 300): Promise<number> {
  const log = await openImpaired(disk);
  const { lastIndex } = log.restored;
  expect(await readAll(log, lastIndex)).toEqual(commands(1, lastIndex + 1, { bytes }));
  await log.close();
  return lastIndex;
}

test('any flipped bit of the log is found at the start, and what comes before it is kept', async () => {
  const pristine = await filled(9);
  const files = pristine.paths().filter(isSegment);
  expect(files.length).toBeGreaterThan(3);
  const kept = new Set<number>();
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...files), fc.nat(), async (path, drawn) => {
      const disk = await filled(9);
      const bit = drawn % (disk.content(path).length * 8);
      flip(disk, path, bit);
      const lastIndex = await expectBeginning(disk);
      const batch = files.indexOf(path) * 2 + Math.floor(bit / 8 / 1_024);
      expect(lastIndex).toBe(batch * 2);
      kept.add(lastIndex);
    }),
    { numRuns: 100 },
  );
  expect(kept.size).toBeGreaterThan(5);
});

test('what is set aside is as it was', async () => {
  const disk = await filled(9);
  const [, second = '', ...later] = disk.paths().filter(isSegment);
  flip(disk, second, 8_000);
  const before = [second, ...later].map((path) => disk.content(path));
  await (await openImpaired(disk)).close();
  expect([second, ...later].map((path) => disk.content(`${path}.damaged`))).toEqual(before);
});

test('a flipped length does not make an acknowledged batch look torn', async () => {
  const disk = await filled(1);
  flip(disk, newestSegment(disk), 4 * 8 + 20);
  expect(await expectBeginning(disk)).toBe(0);
});

test('a newest batch that the file ends inside of is dropped, and the log goes on without it', async () => {
  for (const cut of [1, 79, 80, 511, 512, 600]) {
    const disk = await filled(5);
    disk.damage(newestSegment(disk), (bytes) => bytes.subarray(0, bytes.length - cut));
    const log = await openOn(disk, 1);
    expect(log.restored.lastIndex).toBe(8);
    await log.persist(persistOf({ entries: commands(9, 10, { term: 3 }) }));
    await log.close();
    const again = await openOn(disk, 1);
    expect(await readAll(again, 9)).toEqual([
      ...commands(1, 9, { bytes: 300 }),
      ...commands(9, 10, { term: 3 }),
    ]);
  }
});

test('a newest batch with a sector that never arrived is dropped, whichever sector it is', async () => {
  for (const sector of [1, 2]) {
    const disk = await filled(5);
    disk.damage(newestSegment(disk), (bytes) =>
      bytes.fill(0, bytes.length - sector * 512, bytes.length - (sector - 1) * 512),
    );
    const log = await openOn(disk, 1);
    expect(log.restored.lastIndex).toBe(8);
  }
});

test('a sector of zeros that the newest batch has by its content is no sign of a torn write', async () => {
  const disk = new SimDisk();
  const log = await openOn(disk, 1);
  await log.persist(persistOf({ entries: [command(1, { bytes: 2_000, fill: 0 })] }));
  const bits = disk.content(newestSegment(disk)).length * 8;
  expect((await openOn(disk, 1)).restored.lastIndex).toBe(1);
  flip(disk, newestSegment(disk), bits - 1);
  expect((await openImpaired(disk)).restored.lastIndex).toBe(0);
});

test('a batch that lost a sector is damaged when a later one proves that it was durable', async () => {
  for (const sector of [0, 1]) {
    const disk = await filled(2);
    const path = newestSegment(disk);
    expect(disk.content(path).length).toBe(2 * 1_024);
    disk.damage(path, (bytes) => bytes.fill(0, sector * 512, (sector + 1) * 512));
    expect(await expectBeginning(disk)).toBe(0);
  }
});

test('a segment that is gone, or that ends early, is missed by the next one', async () => {
  const files = (await filled(9)).paths().filter(isSegment);
  for (const [i, path] of files.slice(0, -1).entries()) {
    const without = await filled(9);
    await without.unlink(path);
    expect(await expectBeginning(without)).toBe(4 * i);
    const shorter = await filled(9);
    shorter.damage(path, (bytes) => bytes.subarray(0, bytes.length - 1_024));
    expect(await expectBeginning(shorter)).toBe(4 * i + 2);
  }
});

/** One vote in each of the terms 1 to 12, in segments of five. */
async function votes(): Promise<SimDisk> {
  const disk = new SimDisk();
  const log = await openOn(disk, 1);
  for (let term = 1; term <= 12; term += 1) {
    await log.persist(persistOf({ hardState: { term: asTerm(term), vote: someStore } }));
  }
  await log.close();
  return disk;
}

test('a vote that is gone is missed, although no entry went with it', async () => {
  const disk = await votes();
  const first = disk.paths().find(isSegment) ?? '';
  disk.damage(first, (bytes) => bytes.subarray(0, bytes.length - 512));
  expect((await openImpaired(disk)).restored.hardState.term).toBe(12);
  // In its place, an older batch from the same disk.
  const other = await votes();
  other.damage(first, (bytes) => Buffer.concat([bytes.subarray(0, -512), bytes.subarray(0, 512)]));
  expect((await openImpaired(other)).restored.hardState.term).toBe(12);
});

test('of a damaged log the highest term that any header names is kept, so that no promise is made in an older one', async () => {
  const disk = await votes();
  flip(disk, disk.paths().find(isSegment) ?? '', 512 * 8 + 5);
  const log = await openImpaired(disk);
  expect(log.restored.hardState.term).toBe(12);
  await log.close();
  // The newest header is the one that rots: of what it said nothing is known.
  const other = await votes();
  const newest = newestSegment(other);
  flip(other, newest, (other.content(newest).length - 512) * 8 + 5);
  expect((await openImpaired(other)).restored.hardState.term).toBe(11);
});

test('a damaged log goes on where it is sound, and is trusted again once it is mended', async () => {
  const disk = await filled(9);
  flip(disk, disk.paths().findLast(isSegment) ?? '', 100);
  let log = await openImpaired(disk);
  const { lastIndex } = log.restored;
  for (let i = 1; i <= 8; i += 1) {
    const entries = commands(lastIndex + i, lastIndex + i + 1, { term: 2, bytes: 700 });
    await log.persist(persistOf({ entries, mended: i === 8 }));
  }
  const expected = await readAll(log, lastIndex + 8);
  await log.close();
  log = await openOn(disk, 1);
  expect(log.restored).toMatchObject({ impaired: false, lastIndex: lastIndex + 8 });
  expect(await readAll(log, lastIndex + 8)).toEqual(expected);
});

test('a power cut while damage is set aside leaves a disk that is sound or damaged still, and not trusted', async () => {
  const damaged = async (): Promise<SimDisk> => {
    const disk = await filled(9);
    flip(disk, disk.paths().find(isSegment) ?? '', 9_000);
    return disk;
  };
  const whole = await damaged();
  const before = whole.operations;
  await openOn(whole, 1);
  const operations = whole.operations - before;
  expect(operations).toBeGreaterThan(30);
  for (const fate of ['kept', 'lost', 'reordered', 'torn'] as const) {
    for (let at = 1; at <= operations; at += 1) {
      const disk = await damaged();
      disk.crashAfter(at);
      await expect(openOn(disk, 1)).rejects.toMatchObject({ code: 'DISK_FAILED' });
      disk.reboot(fate);
      const log = await openOn(disk, 1);
      expect(log.restored).toMatchObject({ impaired: true, lastIndex: 2 });
      expect(disk.paths().filter(isAside).length).toBeGreaterThan(3);
    }
  }
});

test('a segment of another store is not taken for one of this, although it holds the same entries', async () => {
  const other = new SimDisk();
  const log = await openOn(other, 2);
  for (const at of [1, 3, 5, 7, 9])
    await log.persist(persistOf({ entries: commands(at, at + 2, { bytes: 300 }) }));
  const files = other.paths().filter(isSegment);
  expect((await filled(5)).paths().filter(isSegment)).toEqual(files);
  for (const [i, path] of files.entries()) {
    const disk = await filled(5);
    disk.damage(path, () => other.content(path));
    expect(await expectBeginning(disk)).toBe(4 * i);
  }
});

test('a sector that is lost after the start is an error to its reader, not a shorter log', async () => {
  const disk = await filled(2);
  const log = await openOn(disk, 1);
  disk.damage(newestSegment(disk), (bytes) => bytes.fill(0, bytes.length - 512));
  await expect(log.read({ from: asIndex(3), to: asIndex(5), bytesMax: 1e6 })).rejects.toMatchObject(corrupt);
});

test('what rots after the start is an error to its reader, and never an entry', async () => {
  const disk = await filled(9);
  const log = await openOn(disk, 1);
  const range = { from: asIndex(1), to: asIndex(19), bytesMax: 1e6 };
  expect(await log.read(range)).toHaveLength(18);
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...disk.paths().filter(isSegment)), fc.nat(), async (path, drawn) => {
      const before = disk.content(path);
      flip(disk, path, drawn % (before.length * 8));
      const found = await log.read(range).catch((error: unknown) => isOrionError(error, 'LOG_CORRUPT'));
      disk.damage(path, () => before);
      expect(found).toBe(true);
    }),
    { numRuns: 100 },
  );
});

test.each(['write', 'datasync', 'open', 'syncDirectory'] as const)(
  'after a failed %s every operation is refused, although the disk is well again',
  async (failing) => {
    const disk = new SimDisk();
    const log: LogStore = await openOn(disk, 1);
    const hardState = { term: asTerm(1), vote: undefined };
    disk.fault = (operation) => (operation === failing ? new Error('EIO: no more') : undefined);
    await expect(log.persist(persistOf({ hardState }))).rejects.toMatchObject({
      code: 'DISK_FAILED',
      message: expect.stringContaining('EIO') as unknown,
    });
    disk.fault = () => undefined;
    const before = disk.operations;
    for (let i = 0; i < 2; i += 1) {
      await expect(log.persist(persistOf({ hardState }))).rejects.toMatchObject({ code: 'DISK_FAILED' });
    }
    expect(disk.operations).toBe(before);
    await log.close();
  },
);

test('an error of the disk while reading is no damage', async () => {
  const disk = await filled(3);
  const log = await openOn(disk, 1);
  disk.fault = (operation) => (operation === 'read' ? new Error('EIO') : undefined);
  await expect(log.read({ from: asIndex(1), to: asIndex(2), bytesMax: 1 })).rejects.toMatchObject({
    code: 'DISK_FAILED',
  });
  await expect(openOn(disk, 1)).rejects.toMatchObject({ code: 'DISK_FAILED' });
});

test('restarts do not pile up files', async () => {
  const disk = await filled(1);
  for (let i = 0; i < 5; i += 1) await (await openOn(disk, 1)).close();
  expect(disk.paths().filter(isSegment)).toHaveLength(1);
  const grown = await filled(4);
  const before = grown.paths().filter(isSegment).length;
  for (let i = 0; i < 5; i += 1) await (await openOn(grown, 1)).close();
  expect(grown.paths().filter(isSegment).length).toBeLessThanOrEqual(before + 1);
});
