// What is remembered of the runs of other peers, on a disk that crashes, fills up and rots.

import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { asStoreId } from '../../raft/types.ts';
import { limits } from '../../src/lib/limits.ts';
import type { SeenRun } from '../../src/peer/incarnations.ts';
import { frame } from '../../src/storage/frame.ts';
import { openIncarnations } from '../../src/storage/incarnations.ts';
import { type Fate, SimDisk } from './sim-disk.ts';

const directory = '/data';
const path = '/data/incarnations';
const [a, b] = [asStoreId('a'.repeat(32)), asStoreId('b'.repeat(32))];
const run = (incarnation: number, id = `r${incarnation}`, epoch = 0): SeenRun => ({ epoch, incarnation, id });
const fates: readonly Fate[] = ['kept', 'lost', 'reordered', 'torn'];

async function newDisk(): Promise<SimDisk> {
  const disk = new SimDisk();
  await disk.makeDirectory(directory);
  return disk;
}

test('the last run of each store comes back, and never falls', async () => {
  const disk = await newDisk();
  const runs = await openIncarnations({ directory, disk });
  expect(runs.last(a)).toBeUndefined();
  await Promise.all([runs.note(a, run(3)), runs.note(b, run(7)), runs.note(a, run(2))]);
  expect([runs.last(a), runs.last(b)]).toEqual([run(3), run(7)]);
  disk.reboot('lost');
  const again = await openIncarnations({ directory, disk });
  expect([again.last(a), again.last(b)]).toEqual([run(3), run(7)]);
});

test('the first run that was noted under a number stays, and a higher epoch begins anew', async () => {
  const disk = await newDisk();
  const runs = await openIncarnations({ directory, disk });
  await runs.note(a, run(3));
  await runs.note(a, run(3, 'copied'));
  expect(runs.last(a)).toEqual(run(3));
  await runs.note(a, run(1, 'recovered', 1));
  await runs.note(a, run(9));
  expect((await openIncarnations({ directory, disk })).last(a)).toEqual(run(1, 'recovered', 1));
});

test('a file of format 1 is read as one that knows numbers alone, and learns the ids', async () => {
  const disk = await newDisk();
  const file = await disk.openToWrite(path);
  await file.write(frame('ORION-IN', { format: 1, runs: [[a, 3]] }), 0);
  await file.datasync();
  const runs = await openIncarnations({ directory, disk });
  expect(runs.last(a)).toEqual(run(3, ''));
  await runs.note(a, run(3));
  expect((await openIncarnations({ directory, disk })).last(a)).toEqual(run(3));
});

test('what is known is not written again', async () => {
  const disk = await newDisk();
  const runs = await openIncarnations({ directory, disk });
  await runs.note(a, run(3));
  const { operations } = disk;
  await runs.note(a, run(3));
  await runs.note(a, run(1));
  expect(disk.operations).toBe(operations);
});

test.each(fates)(
  'after a power cut at any operation it holds what was durable, at least (%s)',
  async (fate) => {
    for (let at = 1, isOver = false; !isOver; at += 1) {
      const disk = await newDisk();
      const runs = await openIncarnations({ directory, disk });
      await runs.note(a, run(3));
      await runs.note(b, run(1));
      disk.crashAfter(at);
      isOver = await runs.note(a, run(4)).then(
        () => !disk.isCrashed,
        () => false,
      );
      disk.reboot(fate);
      const reports: string[] = [];
      const report = (_: object, message: string): void => void reports.push(message);
      const again = await openIncarnations({ directory, disk, report });
      expect(reports).toEqual([]);
      if (isOver) expect(again.last(a)).toEqual(run(4));
      expect([3, 4]).toContain(again.last(a)?.incarnation);
      expect(again.last(b)).toEqual(run(1));
      await again.note(a, run(5)); // whatever lies beside it
      expect((await openIncarnations({ directory, disk })).last(a)).toEqual(run(5));
    }
  },
);

test('any flipped bit is noticed: it begins empty, says so, and is written anew', async () => {
  const disk = await newDisk();
  await (await openIncarnations({ directory, disk })).note(a, run(3));
  const bits = disk.content(path).length * 8;
  for (let bit = 0; bit < bits; bit += 1) {
    const rotten = disk.fork(bit);
    rotten.damage(path, (bytes) => {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      return changed;
    });
    const reports: object[] = [];
    const runs = await openIncarnations({
      directory,
      disk: rotten,
      report: (fields) => void reports.push(fields),
    });
    expect(runs.last(a), `bit ${bit}`).toBeUndefined();
    expect(reports).toEqual([{ path }]);
  }
});

test('a file of a later format names the way out', async () => {
  const disk = await newDisk();
  await (await openIncarnations({ directory, disk })).note(a, run(3));
  disk.damage(path, (bytes) => {
    bytes.write('{"format":3', 16);
    bytes.writeUInt32LE(crc32(bytes.subarray(12)), 8);
    return bytes;
  });
  await expect(openIncarnations({ directory, disk })).rejects.toMatchObject({ code: 'FORMAT_TOO_NEW' });
});

test('a full disk is told apart, what was noted counts all the same, and the next note writes both', async () => {
  const disk = await newDisk();
  const runs = await openIncarnations({ directory, disk });
  disk.capacity = 0;
  await expect(runs.note(a, run(3))).rejects.toMatchObject({ code: 'DISK_FULL' });
  expect(runs.last(a)).toEqual(run(3));
  disk.capacity = Infinity;
  await runs.note(b, run(1));
  expect((await openIncarnations({ directory, disk })).last(a)).toEqual(run(3));
});

test('a disk that fails is an error of the disk', async () => {
  const disk = await newDisk();
  const runs = await openIncarnations({ directory, disk });
  disk.fault = (operation) => (operation === 'datasync' ? new Error('EIO') : undefined);
  await expect(runs.note(a, run(3))).rejects.toMatchObject({ code: 'DISK_FAILED' });
});

test('stores beyond the bound are forgotten, those that were noted longest ago first', async () => {
  const disk = await newDisk();
  const runs = await openIncarnations({ directory, disk });
  await runs.note(a, run(3));
  await runs.note(b, run(3));
  await runs.note(a, run(3));
  const others = Array.from({ length: limits.incarnationsMax - 1 }, (_, i) => asStoreId(`other-${i}`));
  for (const other of others) await runs.note(other, run(1));
  expect([runs.last(a), runs.last(b)]).toEqual([run(3), undefined]);
});
