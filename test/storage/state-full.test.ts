// A disk without room: what could not be written is written when there is room, and nothing is lost between.
// On a small file system in memory, which only root may mount: elsewhere these tests are skipped.

import { spawnSync } from 'node:child_process';
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Row, RowKey } from '../../src/state/row.ts';
import { openStateStore } from '../../src/storage/state-store.ts';
import { MemoryStateStore } from './memory-state-store.ts';
import { sent } from './snapshot-suite.ts';
import { pointAt, setting, settingKey } from './state-store-suite.ts';
import { tempDirectory } from './temp-directory.ts';

const chunkBytes = 1_000;
const canMount = process.getuid?.() === 0 && spawnSync('mount', ['--version']).status === 0;

async function smallDisk(): Promise<string> {
  const directory = join(await tempDirectory(), 'small');
  await mkdir(directory);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', directory]);
  expect(mounted.status).toBe(0);
  onTestFinished(() => void spawnSync('umount', ['-l', directory]));
  return directory;
}

/** Leaves no room at all; answers what makes room again. */
async function fill(directory: string): Promise<() => Promise<void>> {
  const { bavail, bsize } = await statfs(directory);
  const path = join(directory, 'filler');
  await writeFile(path, Buffer.alloc(bavail * bsize));
  return () => rm(path);
}

const rowsOf = (name: string, count: number): Map<RowKey, Row> =>
  new Map(
    Array.from({ length: count }, (_, i) => [
      settingKey(`${name}-${i}`),
      setting(`${name}-${i}`, 'x'.repeat(900)),
    ]),
  );

test.skipIf(!canMount)('a flush that finds no room is made again with what came after it', async () => {
  const disk = await smallDisk();
  const directory = join(disk, 'state');
  const store = await openStateStore({ directory, chunkBytes });
  const rows = rowsOf('before', 5);
  await store.flush({ snapshot: pointAt(1), rows });
  const before = await sent(store);
  const makeRoom = await fill(disk);
  for (const index of [2, 3]) {
    for (const [key, row] of rowsOf(`at-${index}`, 20)) rows.set(key, row);
    await expect(store.flush({ snapshot: pointAt(index), rows })).rejects.toMatchObject({
      code: 'DISK_FULL',
    });
    expect(store.snapshot).toEqual(before.snapshot);
  }
  await makeRoom();
  await store.flush({ snapshot: pointAt(3), rows });
  await store.flush({ snapshot: pointAt(4), rows: new Map() });
  expect((await sent(store)).snapshot.index).toBe(4);
  await store.close();
  const again = await openStateStore({ directory, chunkBytes });
  expect(await again.load()).toMatchObject({ snapshot: { index: 4 }, rows, discarded: false });
  await again.close();
});

test.skipIf(!canMount)('a transfer that finds no room goes on when there is room', async () => {
  const rows = rowsOf('sent', 60);
  const from = new MemoryStateStore(undefined, { chunkBytes });
  await from.flush({ snapshot: pointAt(9), rows });
  const { snapshot, chunks } = await sent(from);
  const disk = await smallDisk();
  const store = await openStateStore({ directory: join(disk, 'state'), chunkBytes });
  await store.flush({ snapshot: pointAt(1), rows: rowsOf('mine', 2) });
  let makeRoom = await fill(disk);
  await expect(store.stage(snapshot)).rejects.toMatchObject({ code: 'DISK_FULL' });
  await makeRoom();
  const sink = await store.stage(snapshot);
  await sink.write(chunks[0] ?? expect.fail('a chunk'));
  makeRoom = await fill(disk);
  let taken = 1;
  await expect(
    (async () => {
      for (const chunk of chunks.slice(1)) {
        await sink.write(chunk);
        taken += 1;
      }
    })(),
  ).rejects.toMatchObject({ code: 'DISK_FULL' });
  await sink.close();
  await makeRoom();
  const resumed = await store.stage(snapshot);
  expect(resumed.received).toBeGreaterThanOrEqual(taken);
  for (const chunk of chunks.slice(resumed.received)) await resumed.write(chunk);
  await resumed.finish();
  await resumed.close();
  expect(await store.install(snapshot)).toEqual({ rows });
  await store.close();
});
