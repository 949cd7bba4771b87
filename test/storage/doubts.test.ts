// What is kept of a state that differs: there or not, after any power cut, and gone with the state.

import { expect, test } from 'vitest';
import { openDoubts } from '../../src/storage/doubts.ts';
import { SimDisk } from './sim-disk.ts';

const directory = '/data/state';

async function openOn(disk: SimDisk): ReturnType<typeof openDoubts> {
  await disk.makeDirectory(directory);
  return openDoubts({ directory, disk });
}

test('a doubt outlives its process, and ends when it is told to', async () => {
  const disk = new SimDisk();
  const first = await openOn(disk);
  expect(first.stand).toBe(false);
  await first.note(true);
  disk.reboot('lost');
  const second = await openOn(disk);
  expect(second.stand).toBe(true);
  await second.note(false);
  disk.reboot('lost');
  expect((await openOn(disk)).stand).toBe(false);
});

test('changes are made one after the other, and what is so already costs nothing', async () => {
  const disk = new SimDisk();
  const doubts = await openOn(disk);
  await Promise.all([doubts.note(true), doubts.note(false), doubts.note(true)]);
  expect(doubts.stand).toBe(true);
  const { operations } = disk;
  await doubts.note(true);
  await doubts.close();
  expect(disk.operations).toBe(operations);
});

test('a doubt that finds no room is told so, and can be noted again', async () => {
  const disk = new SimDisk();
  const doubts = await openOn(disk);
  disk.fault = (operation) => (operation === 'write' ? new Error('ENOSPC') : undefined);
  await expect(doubts.note(true)).rejects.toMatchObject({ code: 'DISK_FULL' });
  expect(doubts.stand).toBe(false);
  disk.fault = () => new Error('EIO');
  await expect(doubts.note(true)).rejects.toMatchObject({ code: 'DISK_FAILED' });
  disk.fault = () => undefined;
  await doubts.note(true);
  expect((await openOn(disk)).stand).toBe(true);
});
