// Bits that rot: what was acknowledged is never dropped in silence, and what is damaged is never served.

import { crc32 } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { asIndex, asPeerId, asTerm } from '../../raft/types.ts';
import type { LogStore } from '../../src/peer/ports.ts';
import { isOrionError } from '../../src/lib/errors.ts';
import { command, commands, persistOf, readAll, someStore } from './log-fixtures.ts';
import { openOn } from './log-model.ts';
import { SimDisk } from './sim-disk.ts';

const corrupt = { code: 'LOG_CORRUPT', message: expect.stringContaining('replaced') as unknown };
const isSegment = (path: string): boolean => path.startsWith('/data/log/');
const isSuperblock = (path: string): boolean => path.startsWith('/data/superblock');

/** A log of `count` batches of two entries each, closed. Nothing follows its newest batch, which is in the newest file. */
async function filled(count: number, bytes = 300): Promise<SimDisk> {
  const disk = new SimDisk();
  const log = await openOn(disk, 1);
  for (let i = 0; i < count; i += 1) {
    await log.persist(persistOf({ entries: commands(2 * i + 1, 2 * i + 3, { bytes }) }));
  }
  await log.close();
  return disk;
}

const newestSegment = (disk: SimDisk): string => disk.paths().findLast(isSegment) ?? '';

function flip(disk: SimDisk, path: string, bit: number): void {
  disk.damage(path, (bytes) => {
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    return bytes;
  });
}

test('any flipped bit of the log is found at the start, with the file and where in it', async () => {
  const pristine = await filled(9);
  const files = pristine.paths().filter(isSegment);
  expect(files.length).toBeGreaterThan(3);
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...files), fc.nat(), async (path, drawn) => {
      const disk = await filled(9);
      flip(disk, path, drawn % (disk.content(path).length * 8));
      await expect(openOn(disk, 1)).rejects.toMatchObject({
        code: 'LOG_CORRUPT',
        message: expect.stringMatching(/log\/\d{10}-\d{16}\.log is damaged at byte \d+/) as unknown,
      });
    }),
    { numRuns: 150 },
  );
});

test('a flipped length does not make an acknowledged batch look torn', async () => {
  const disk = await filled(1);
  flip(disk, newestSegment(disk), 4 * 8 + 20);
  await expect(openOn(disk, 1)).rejects.toMatchObject(corrupt);
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
  await expect(openOn(disk, 1)).rejects.toMatchObject(corrupt);
});

test('a batch that lost a sector is corrupt when a later one proves that it was durable', async () => {
  for (const sector of [0, 1]) {
    const disk = await filled(2);
    const path = newestSegment(disk);
    expect(disk.content(path).length).toBe(2 * 1_024);
    disk.damage(path, (bytes) => bytes.fill(0, sector * 512, (sector + 1) * 512));
    await expect(openOn(disk, 1)).rejects.toMatchObject(corrupt);
  }
});

test('a segment that is gone, or that ends early, is missed by the next one', async () => {
  const files = (await filled(9)).paths().filter(isSegment);
  for (const path of files.slice(0, -1)) {
    const without = await filled(9);
    await without.unlink(path);
    await expect(openOn(without, 1)).rejects.toMatchObject(corrupt);
    const shorter = await filled(9);
    shorter.damage(path, (bytes) => bytes.subarray(0, bytes.length - 1_024));
    await expect(openOn(shorter, 1)).rejects.toMatchObject(corrupt);
  }
});

test('a vote that is gone is missed, although no entry went with it', async () => {
  const disk = new SimDisk();
  const log = await openOn(disk, 1);
  for (let term = 1; term <= 12; term += 1) {
    await log.persist(persistOf({ hardState: { term: asTerm(term), vote: someStore } }));
  }
  const first = disk.paths().find(isSegment) ?? '';
  disk.damage(first, (bytes) => bytes.subarray(0, bytes.length - 512));
  await expect(openOn(disk, 1)).rejects.toMatchObject(corrupt);
  // In its place, an older batch from the same disk.
  disk.damage(first, (bytes) => Buffer.concat([bytes, bytes.subarray(0, 512)]));
  await expect(openOn(disk, 1)).rejects.toMatchObject(corrupt);
});

test('a segment of another store is refused, although it holds the same entries', async () => {
  const other = new SimDisk();
  const log = await openOn(other, 2);
  for (const at of [1, 3, 5, 7, 9])
    await log.persist(persistOf({ entries: commands(at, at + 2, { bytes: 300 }) }));
  const files = other.paths().filter(isSegment);
  expect((await filled(5)).paths().filter(isSegment)).toEqual(files);
  for (const path of files) {
    const disk = await filled(5);
    disk.damage(path, () => other.content(path));
    await expect(openOn(disk, 1)).rejects.toMatchObject(corrupt);
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

test('one damaged superblock is mended by the other, and no incarnation is ever told twice', async () => {
  for (const copy of [0, 1]) {
    const disk = await filled(1);
    for (let round = 0; round < 4; round += 1) {
      const before = await openOn(disk, 1);
      flip(disk, disk.paths().filter(isSuperblock)[copy] ?? '', 200);
      const after = await openOn(disk, 1);
      expect(after.identity.storeId).toBe(before.identity.storeId);
      expect(after.identity.incarnation).toBeGreaterThan(before.identity.incarnation);
    }
  }
});

test('with both superblocks damaged the disk is not trusted, and with both gone neither, if it has a log', async () => {
  const disk = await filled(1);
  for (const path of disk.paths().filter(isSuperblock)) flip(disk, path, 200);
  await expect(openOn(disk, 1)).rejects.toMatchObject(corrupt);
  for (const path of disk.paths().filter(isSuperblock)) await disk.unlink(path);
  await expect(openOn(disk, 1)).rejects.toMatchObject(corrupt);
});

test('a superblock of a later format names the way out', async () => {
  const disk = await filled(1);
  for (const path of disk.paths().filter(isSuperblock)) {
    disk.damage(path, (bytes) => {
      bytes.write('{"format":2', 16);
      bytes.writeUInt32LE(crc32(bytes.subarray(12)), 8);
      return bytes;
    });
  }
  await expect(openOn(disk, 1)).rejects.toMatchObject({ code: 'FORMAT_TOO_NEW' });
});

test('the directory of another peer is refused', async () => {
  const disk = await filled(1);
  await expect(openOn(disk, 1, { peerId: asPeerId('pi-2') })).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining('pi-1') as unknown,
  });
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
