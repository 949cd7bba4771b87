// A few of the power cuts of `npm run test:crash`; and disks that lie, which they must find out.

import { expect, test } from 'vitest';
import type { Disk, DiskFile } from '../../src/storage/disk.ts';
import { canMountImages } from '../e2e/mounts.ts';
import { crashEverywhere } from './crash.ts';
import { crashInMending } from './mending.ts';
import { cutPower } from './power.ts';

test('wherever the power goes, log, state and transfers are as before what was under way, or as after it', async () => {
  expect(await crashEverywhere({ seed: 1, steps: 15 })).toBeGreaterThan(300);
});

test('wherever the power goes while a damaged log is mended, a later start makes the same of it', async () => {
  expect(await crashInMending({ seed: 3, steps: 12 })).toBeGreaterThan(50);
});

/** The disk as it is, but for some of its operations. */
const lying = (disk: Disk, lies: Partial<Disk>): Disk => ({
  makeDirectory: (path) => disk.makeDirectory(path),
  list: (path) => disk.list(path),
  openToRead: (path) => disk.openToRead(path),
  openToWrite: (path) => disk.openToWrite(path),
  openToWriteThrough: (path) => disk.openToWriteThrough(path),
  unlink: (path) => disk.unlink(path),
  removeDirectory: (path) => disk.removeDirectory(path),
  rename: (from, to) => disk.rename(from, to),
  syncDirectory: (path) => disk.syncDirectory(path),
  freeBytes: (path) => disk.freeBytes(path),
  ...lies,
});

const unsynced = (file: DiskFile): DiskFile => ({ ...file, datasync: () => Promise.resolve() });

test.each<[string, (disk: Disk) => Partial<Disk>]>([
  ['names', () => ({ syncDirectory: () => Promise.resolve() })],
  ['files', (disk) => ({ openToWrite: async (path) => unsynced(await disk.openToWrite(path)) })],
  ['the log', (disk) => ({ openToWriteThrough: (path) => disk.openToWrite(path) })],
])('a disk that does not sync %s is found out', async (_, lies) => {
  const through = (disk: Disk): Disk => lying(disk, lies(disk));
  await expect(crashEverywhere({ seed: 1, steps: 15, through })).rejects.toThrow(
    /^power cut at operation \d+/,
  );
});

if (!canMountImages) process.stderr.write('no ext4 image can be mounted here: a real disk keeps its power\n');

test.skipIf(!canMountImages)(
  'a real disk with a real LevelDB holds after a power cut what it must',
  async () => {
    await expect(cutPower({ cuts: 5, seed: 1 })).resolves.toBeUndefined();
  },
);
