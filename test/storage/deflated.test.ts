// Texts of some size are stored deflated.

import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { expect, test } from 'vitest';
import { openStateStore } from '../../src/storage/state-store.ts';
import { pointAt, setting, settingKey } from './state-store-suite.ts';
import { tempDirectory } from './temp-directory.ts';

const sizes = [100, 5_000, 200_000];
const keys = sizes.map((size) => settingKey(`of-${size}`));

test('a text of some size is deflated and comes back as it was, and one bit of it that changed is noticed', async () => {
  const directory = join(await tempDirectory(), 'state');
  const rows = new Map(
    sizes.map((size, i) => [keys[i] ?? settingKey(''), setting(`of-${size}`, 'x'.repeat(size))]),
  );
  const store = await openStateStore({ directory });
  await store.load();
  await store.flush({ snapshot: pointAt(1), rows });
  await store.close();

  const level = new ClassicLevel<string, Buffer>(join(directory, '0000000001'), { valueEncoding: 'buffer' });
  const stored = await level.getMany(keys);
  await level.close();
  const areSmaller = stored.map((value, i) => value !== undefined && value.length < (sizes[i] ?? 0));
  expect(areSmaller).toEqual([false, true, false]); // the largest would hold up the event loop

  const again = await openStateStore({ directory });
  expect((await again.load()).rows).toEqual(rows);
  await again.close();

  const flipped = Buffer.from(stored[1] ?? []);
  flipped[20] = (flipped[20] ?? 0) ^ 4;
  await level.open();
  await level.put(keys[1] ?? '', flipped);
  await level.close();
  const damaged = await openStateStore({ directory });
  expect(await damaged.load()).toMatchObject({ discarded: true });
  await damaged.close();
});
