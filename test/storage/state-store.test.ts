import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { expect, test } from 'vitest';
import { encodeRow } from '../../src/state/row-codec.ts';
import { openStateStore } from '../../src/storage/state-store.ts';
import { emptyStateImage, MemoryStateStore } from './memory-state-store.ts';
import { pointAt, setting, settingKey, stateStoreSuite } from './state-store-suite.ts';
import { tempDirectory } from './temp-directory.ts';

stateStoreSuite('LevelDB', async () => {
  const directory = join(await tempDirectory(), 'state');
  return () => openStateStore(directory);
});

stateStoreSuite('memory', async () => {
  const image = emptyStateImage();
  return async () => new MemoryStateStore(image);
});

/** A store with two rows, in which `change` then meddles. */
async function meddled(change: (database: ClassicLevel<string, Buffer>) => Promise<void>): Promise<string> {
  const directory = join(await tempDirectory(), 'state');
  const store = await openStateStore(directory);
  await store.load();
  const rows = new Map([
    [settingKey('a'), setting('a', 'one')],
    [settingKey('b'), setting('b', 'two')],
  ]);
  await store.flush({ snapshot: pointAt(4), rows });
  await store.close();
  const database = new ClassicLevel<string, Buffer>(directory, { valueEncoding: 'buffer' });
  await change(database);
  await database.close();
  return directory;
}

test.each([
  ['gone', (database: ClassicLevel<string, Buffer>) => database.del('setting/a')],
  [
    'of another time',
    (database: ClassicLevel<string, Buffer>) =>
      database.put('setting/a', Buffer.from(encodeRow(setting('a', 'older')))),
  ],
])('a row that is %s is noticed when the state is loaded', async (_, change) => {
  const store = await openStateStore(await meddled(change));
  await expect(store.load()).rejects.toMatchObject({
    code: 'DISK_FAILED',
    message: expect.stringContaining('rebuilds the state') as unknown,
  });
  await store.close();
});

test('a state of a later format is refused', async () => {
  const meta = Buffer.from(JSON.stringify({ format: 3, snapshot: {} }));
  const store = await openStateStore(await meddled((database) => database.put('!meta', meta)));
  await expect(store.load()).rejects.toMatchObject({ code: 'FORMAT_TOO_NEW' });
  await store.close();
});
