// A disk that fills: its log says so while writes still succeed, and says when there is room again.

import { expect, test } from 'vitest';
import { asIndex } from '../../raft/types.ts';
import { limits } from '../../src/lib/limits.ts';
import type { LogStore } from '../../src/peer/ports.ts';
import { FakeClock } from '../lib/fake-clock.ts';
import { command, persistOf } from './log-fixtures.ts';
import { openOn } from './log-model.ts';
import { SimDisk } from './sim-disk.ts';

const MiB = 1024 * 1024;

/** Lets what was asked of the disk be answered. */
const settled = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

async function watched(capacity: number): Promise<{
  disk: SimDisk;
  log: LogStore;
  clock: FakeClock;
  said: boolean[];
}> {
  const [disk, clock, said] = [new SimDisk(), new FakeClock(), [] as boolean[]];
  disk.capacity = capacity;
  const log = await openOn(disk, 1, { clock, segmentBytesMax: 64 * MiB });
  log.onSpace((full) => said.push(full));
  await settled();
  return { disk, log, clock, said };
}

test('a log says that the disk is full before a write fails, and once', async () => {
  const { log, said, clock } = await watched(limits.diskFullBytes + 4 * MiB);
  expect(said).toEqual([]);
  expect(log.stats().free).toBeGreaterThan(limits.diskFullBytes);
  for (let index = 1; index <= 6; index += 1) {
    await log.persist(persistOf({ entries: [command(index, { bytes: MiB })] }));
    await settled();
    expect(said.length).toBe(index < 4 ? 0 : 1);
  }
  clock.advance(limits.diskLookMs * 3);
  await settled();
  expect(said).toEqual([true]);
  await log.persist(persistOf({ entries: [command(7)] })); // from the reserve
  await log.close();
});

test('what others write counts, too, and room is told of once there is plenty', async () => {
  const { disk, log, said, clock } = await watched(1024 * MiB);
  const look = async (free: number): Promise<void> => {
    disk.capacity = 0;
    disk.capacity = free - (await disk.freeBytes());
    clock.advance(limits.diskLookMs);
    await settled();
  };
  await look(limits.diskFullBytes - 1);
  expect(said).toEqual([true]);
  await look(limits.diskRoomBytes - 1);
  expect(said).toEqual([true]);
  await look(limits.diskRoomBytes);
  expect(said).toEqual([true, false]);
  expect(log.stats().free).toBe(limits.diskRoomBytes);
  await log.close();
});

test('a disk that is full from the start is told of at once', async () => {
  const { log, said } = await watched(limits.diskFullBytes / 2);
  expect(said).toEqual([true]);
  await log.close();
});

test('who listens anew hears that the disk is full, and the one before hears nothing more', async () => {
  const { disk, log, said, clock } = await watched(limits.diskFullBytes / 2);
  const heard: boolean[] = [];
  log.onSpace((full) => heard.push(full));
  expect(heard).toEqual([true]);
  await settled();
  disk.capacity = 1024 * MiB;
  clock.advance(limits.diskLookMs);
  await settled();
  expect(heard).toEqual([true, false]);
  expect(said).toEqual([true]);
  expect(clock.timers).toBe(1);
  await log.close();
});

test('a log that is closed, or that nobody listens to, asks nothing of its disk', async () => {
  const { log, clock } = await watched(1024 * MiB);
  expect(clock.timers).toBe(1);
  await log.close();
  expect(clock.timers).toBe(0);
  const quiet = new FakeClock();
  const other = await openOn(new SimDisk(), 1, { clock: quiet });
  expect(quiet.timers).toBe(0);
  expect(other.stats().free).toBeUndefined();
  await other.close();
});

test('a disk that cannot be asked is no news', async () => {
  const { disk, log, said, clock } = await watched(1024 * MiB);
  disk.freeBytes = () => Promise.reject(new Error('EIO'));
  clock.advance(limits.diskLookMs * 2);
  await settled();
  expect(said).toEqual([]);
  await log.close();
});

test('a write that finds no room is made again when there is some, and said at once', async () => {
  const { disk, log, said, clock } = await watched(1024 * MiB);
  await log.persist(persistOf({ entries: [command(1)] }));
  disk.capacity = 1_024; // somebody else took the rest, all at once
  let isDone = false;
  const written = log
    .persist(persistOf({ entries: [command(2, { bytes: 4_000 })] }))
    .then(() => (isDone = true));
  await settled();
  expect(said).toEqual([true]);
  clock.advance(limits.diskLookMs * 3);
  await settled();
  expect(isDone).toBe(false);
  disk.capacity = 1024 * MiB;
  clock.advance(limits.diskLookMs);
  await written;
  await settled();
  expect(said).toEqual([true, false]);
  expect(await log.read({ from: asIndex(2), to: asIndex(3), bytesMax: 1 })).toHaveLength(1);
  await log.close();
  expect((await openOn(disk, 1)).restored.lastIndex).toBe(2);
});

test('a log that is closed, or to which nobody listens any more, waits for room no longer', async () => {
  for (const end of ['close', 'onSpace'] as const) {
    const { disk, log } = await watched(1024 * MiB);
    disk.capacity = 1_024;
    const written = log.persist(persistOf({ entries: [command(1, { bytes: 4_000 })] }));
    await settled();
    const ended = end === 'close' ? log.close() : log.onSpace(undefined);
    await Promise.all([expect(written).rejects.toMatchObject({ code: 'DISK_FAILED' }), ended]);
  }
});
