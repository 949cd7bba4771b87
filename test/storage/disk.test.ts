import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readWhole } from '../../src/storage/disk.ts';
import { nodeDisk } from '../../src/storage/node-disk.ts';
import { diskSuite } from './disk-suite.ts';
import { SimDisk } from './sim-disk.ts';
import { tempDirectory } from './temp-directory.ts';

diskSuite('node disk', async () => ({ disk: nodeDisk, directory: await tempDirectory() }));
diskSuite('simulated disk', async () => ({ disk: new SimDisk(), directory: '/data' }));

test('node disk: what it makes can be read by its owner alone', async () => {
  const directory = join(await tempDirectory(), 'a', 'b');
  await nodeDisk.makeDirectory(directory);
  await (await nodeDisk.openToWrite(join(directory, 'file'))).close();
  expect((await stat(directory)).mode & 0o777).toBe(0o700);
  expect((await stat(join(directory, 'file'))).mode & 0o777).toBe(0o600);
});

test('node disk: a directory that cannot be made is an error at once', async () => {
  await expect(nodeDisk.makeDirectory('/proc/nope/deep')).rejects.toThrow('ENOENT');
  const file = join(await tempDirectory(), 'file');
  await (await nodeDisk.openToWrite(file)).close();
  await expect(nodeDisk.makeDirectory(file)).rejects.toThrow('EEXIST');
});

async function write(disk: SimDisk, text: string, position: number, sync: boolean): Promise<void> {
  const file = await disk.openToWrite('/data/file');
  await file.write(Buffer.from(text), position);
  if (sync) await file.datasync();
}

test('simulated disk: a power cut loses what was not synced, and nothing that was', async () => {
  const disk = new SimDisk();
  await write(disk, 'synced', 0, true);
  await disk.syncDirectory('/data');
  await write(disk, ' and not', 6, false);
  disk.reboot('lost');
  expect(String(await readWhole(disk, '/data/file'))).toBe('synced');
});

test('simulated disk: a file whose directory was not synced is gone after a power cut', async () => {
  const disk = new SimDisk();
  await write(disk, 'synced', 0, true);
  disk.reboot('lost');
  expect(await readWhole(disk, '/data/file')).toBeUndefined();
});

test('simulated disk: a fork goes its own way, with what was synced and what was not', async () => {
  const disk = new SimDisk();
  await write(disk, 'synced', 0, true);
  await disk.syncDirectory('/data');
  expect(disk.isSynced).toBe(true);
  await write(disk, ' and not', 6, false);
  expect(disk.isSynced).toBe(false);
  const [kept, lost] = [disk.fork(1), disk.fork(1)];
  kept.reboot('kept');
  lost.reboot('lost');
  await write(disk, 'SYNCED', 0, true);
  expect(String(await readWhole(kept, '/data/file'))).toBe('synced and not');
  expect(String(await readWhole(lost, '/data/file'))).toBe('synced');
  expect(String(await readWhole(disk, '/data/file'))).toBe('SYNCED and not');
});

test('simulated disk: after a power cut a name that was taken over names the old file or the new one', async () => {
  const seen = new Set<string>();
  for (let seed = 1; seed <= 40; seed += 1) {
    const disk = new SimDisk(seed);
    for (const text of ['old', 'new']) {
      const file = await disk.openToWrite('/data/file.new');
      await file.write(Buffer.from(text), 0);
      await file.datasync();
      await disk.rename('/data/file.new', '/data/file');
      if (text === 'old') await disk.syncDirectory('/data');
    }
    disk.reboot('reordered');
    seen.add(`${String(await readWhole(disk, '/data/file'))} ${disk.paths().length}`);
  }
  expect([...seen].toSorted()).toEqual(['new 1', 'old 1']);
});

test('simulated disk: reordered, a later write may survive one before it', async () => {
  const seen = new Set<string>();
  for (let seed = 1; seed <= 40; seed += 1) {
    const disk = new SimDisk(seed);
    await write(disk, '....', 0, true);
    await disk.syncDirectory('/data');
    await write(disk, 'a', 0, false);
    await write(disk, 'b', 1, false);
    disk.reboot('reordered');
    seen.add(String(await readWhole(disk, '/data/file')));
  }
  expect([...seen].toSorted()).toEqual(['....', '.b..', 'a...', 'ab..']);
});

test('simulated disk: a failed sync loses the write, while the cache goes on showing it', async () => {
  const disk = new SimDisk();
  await write(disk, 'first', 0, true);
  await disk.syncDirectory('/data');
  disk.fault = (operation) => (operation === 'datasync' ? new Error('EIO') : undefined);
  await expect(write(disk, ' second', 5, true)).rejects.toThrow('EIO');
  disk.fault = () => undefined;
  const file = await disk.openToWrite('/data/file');
  await file.datasync();
  expect(String(await readWhole(disk, '/data/file'))).toBe('first second');
  disk.reboot('kept');
  expect(String(await readWhole(disk, '/data/file'))).toBe('first');
});

test('simulated disk: what is written through needs no sync', async () => {
  const disk = new SimDisk();
  const file = await disk.openToWriteThrough('/data/file');
  await file.write(Buffer.from('through'), 0);
  await disk.syncDirectory('/data');
  disk.reboot('lost');
  expect(String(await readWhole(disk, '/data/file'))).toBe('through');
});

test('simulated disk: a rename that was not synced is done or undone by a power cut, never half', async () => {
  const seen = new Set<string>();
  for (let seed = 1; seed <= 20; seed += 1) {
    const disk = new SimDisk(seed);
    await write(disk, 'x', 0, true);
    await disk.syncDirectory('/data');
    await disk.rename('/data/file', '/data/other');
    disk.reboot('torn');
    seen.add(disk.paths().join(' '));
  }
  expect([...seen].sort()).toEqual(['/data/file', '/data/other']);
});

test('simulated disk: a write beyond its capacity fails and changes nothing', async () => {
  const disk = new SimDisk();
  disk.capacity = 8;
  await write(disk, '12345678', 0, true);
  await expect(write(disk, '9', 8, true)).rejects.toThrow('ENOSPC');
  await write(disk, '87654321', 0, true);
  expect(await disk.freeBytes()).toBe(0);
  expect(String(await readWhole(disk, '/data/file'))).toBe('87654321');
});
