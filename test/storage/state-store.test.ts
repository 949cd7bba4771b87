import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { StateStore } from '../../src/peer/ports.ts';
import { openStateStore } from '../../src/storage/state-store.ts';
import { emptyStateImage, MemoryStateStore } from './memory-state-store.ts';
import { sent, snapshotSuite } from './snapshot-suite.ts';
import { pointAt, setting, settingKey, stateStoreSuite } from './state-store-suite.ts';
import { tempDirectory } from './temp-directory.ts';

async function levelStore(): Promise<() => Promise<StateStore>> {
  const directory = join(await tempDirectory(), 'state');
  return () => openStateStore({ directory, chunkBytes: 1_000 });
}

async function memoryStore(): Promise<() => Promise<StateStore>> {
  const image = emptyStateImage();
  return async () => new MemoryStateStore(image, { chunkBytes: 1_000 });
}

stateStoreSuite('LevelDB', levelStore);
stateStoreSuite('memory', memoryStore);
snapshotSuite('LevelDB', levelStore);
snapshotSuite('memory', memoryStore);

test('both kinds of store name and cut equal states alike', async () => {
  const rows = new Map(
    ['b', 'a', 'ü', '€', '𝄞', '\uffff'].map((name) => [settingKey(name), setting(name, 'x'.repeat(900))]),
  );
  const level = await (await levelStore())();
  const memory = await (await memoryStore())();
  for (const store of [level, memory]) await store.flush({ snapshot: pointAt(3), rows });
  expect(await sent(level)).toEqual(await sent(memory));
  await level.close();
});
