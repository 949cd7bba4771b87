import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { present } from '../../src/lib/assert.ts';
import { openStorage } from '../../src/storage/open.ts';
import { commands, peerId, persistOf, readAll } from './log-fixtures.ts';
import { pointAt, setting, settingKey } from './state-store-suite.ts';
import { tempDirectory } from './temp-directory.ts';

test('a data directory is made for its owner alone, with everything that a peer keeps', async () => {
  const directory = join(await tempDirectory(), 'deep', 'data');
  const storage = await openStorage({ directory, peerId });
  expect((await stat(directory)).mode & 0o777).toBe(0o700);
  expect((await readdir(directory)).sort()).toEqual(['LOCK', 'log', 'state', 'superblock-a', 'superblock-b']);
  await storage.close();
});

test('log and state come back together', async () => {
  const directory = await tempDirectory();
  const first = await openStorage({ directory, peerId });
  await first.state.load();
  await first.log.persist(persistOf({ entries: commands(1, 4) }));
  await first.state.flush({ snapshot: pointAt(3), rows: new Map([[settingKey('a'), setting('a', 'x')]]) });
  await first.close();
  const second = await openStorage({ directory, peerId });
  expect(second.log.identity).toMatchObject({ storeId: first.log.identity.storeId, incarnation: 2 });
  expect(second.log.restored.lastIndex).toBe(3);
  expect((await second.state.load()).snapshot?.index).toBe(3);
  await second.close();
});

test('a directory in use is refused, and free once it is closed', async () => {
  const directory = await tempDirectory();
  const first = await openStorage({ directory, peerId });
  await expect(openStorage({ directory, peerId })).rejects.toMatchObject({ code: 'DIRECTORY_LOCKED' });
  await first.close();
  await (await openStorage({ directory, peerId })).close();
});

test.each([
  ['CURRENT', 'is empty', (path: string) => writeFile(path, '')],
  ['CURRENT', 'names nothing', (path: string) => writeFile(path, 'MANIFEST-999999\n')],
  ['MANIFEST', 'is empty', (path: string) => writeFile(path, '')],
  ['MANIFEST', 'is gone', (path: string) => rm(path)],
])('a lock of which %s %s is made anew, and still lets nobody else in', async (prefix, _, spoil) => {
  const directory = await tempDirectory();
  await (await openStorage({ directory, peerId })).close();
  for (const name of await readdir(join(directory, 'LOCK'))) {
    if (name.startsWith(prefix)) await spoil(join(directory, 'LOCK', name));
  }
  const opened = await openStorage({ directory, peerId });
  await expect(openStorage({ directory, peerId })).rejects.toMatchObject({ code: 'DIRECTORY_LOCKED' });
  await opened.close();
});

test('a damaged lock that another one holds is left alone', async () => {
  const directory = await tempDirectory();
  const opened = await openStorage({ directory, peerId });
  await writeFile(join(directory, 'LOCK', 'CURRENT'), '');
  await expect(openStorage({ directory, peerId })).rejects.toMatchObject({ code: 'DIRECTORY_LOCKED' });
  await opened.close();
  await (await openStorage({ directory, peerId })).close();
});

test('a failed opening leaves the directory free', async () => {
  const directory = await tempDirectory();
  await mkdir(join(directory, 'log'));
  await writeFile(join(directory, 'log', '0000000001-0000000000000001.log'), 'x'.repeat(512));
  for (let i = 0; i < 2; i += 1) {
    await expect(openStorage({ directory, peerId })).rejects.toMatchObject({ code: 'LOG_CORRUPT' });
  }
});

test('a path that cannot be a directory is an error of the disk, with its name', async () => {
  const path = join(await tempDirectory(), 'file');
  await writeFile(path, '');
  await expect(openStorage({ directory: path, peerId })).rejects.toMatchObject({
    code: 'DISK_FAILED',
    message: expect.stringContaining(path) as unknown,
  });
});

interface Writer {
  readonly child: ChildProcess;
  /** The last index that it acknowledged, once it acknowledged `count` in all or ended. */
  acknowledged(count: number): Promise<number>;
}

function startWriting(directory: string): Writer {
  const program = join(import.meta.dirname, 'write-loop.ts');
  const stdio = ['ignore', 'pipe', 'inherit'] as const;
  const child = spawn(process.execPath, ['--import', 'tsx', program, directory], { stdio: [...stdio] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = createInterface({ input: present(child.stdout, 'its output is a pipe') })[
    Symbol.asyncIterator
  ]();
  let last = 0;
  let seen = 0;
  const acknowledged = async (count: number): Promise<number> => {
    while (seen < count) {
      const { value, done } = await lines.next();
      if (done === true) break;
      last = Number(value);
      seen += 1;
    }
    return last;
  };
  return { child, acknowledged };
}

test('kill -9 of a writing process loses nothing that it acknowledged, and frees the directory', async () => {
  const directory = await tempDirectory();
  let written = 0;
  for (const count of [50, 117]) {
    const writer = startWriting(directory);
    await writer.acknowledged(1);
    await expect(openStorage({ directory, peerId })).rejects.toMatchObject({ code: 'DIRECTORY_LOCKED' });
    await writer.acknowledged(count);
    writer.child.kill('SIGKILL');
    const acknowledged = await writer.acknowledged(Infinity);
    const storage = await openStorage({ directory, peerId });
    const { lastIndex } = storage.log.restored;
    expect(lastIndex).toBeGreaterThanOrEqual(acknowledged);
    expect(lastIndex).toBeGreaterThanOrEqual(written + count);
    expect(await readAll(storage.log, lastIndex)).toEqual(commands(1, lastIndex + 1, { bytes: 700 }));
    await storage.close();
    written = lastIndex;
  }
});
