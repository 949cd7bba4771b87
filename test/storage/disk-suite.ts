// What every Disk does, the real one and the simulated one.

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Disk, readWhole } from '../../src/storage/disk.ts';

export function diskSuite(name: string, make: () => Promise<{ disk: Disk; directory: string }>): void {
  test(`${name}: what is written at a position is read back, and a short read tells the end`, async () => {
    const { disk, directory } = await make();
    const file = await disk.openToWrite(join(directory, 'file'));
    await file.write(Buffer.from('hello'), 0);
    await file.write(Buffer.from('world'), 5);
    await file.write(Buffer.from('J'), 0);
    await file.datasync();
    expect(await file.size()).toBe(10);
    const into = Buffer.alloc(20);
    expect(await file.read(into, 3)).toBe(7);
    expect(into.toString('latin1', 0, 7)).toBe('loworld');
    await file.close();
  });

  test(`${name}: opening to write keeps what the file holds`, async () => {
    const { disk, directory } = await make();
    const path = join(directory, 'file');
    const first = await disk.openToWrite(path);
    await first.write(Buffer.from('kept'), 0);
    await first.close();
    await (await disk.openToWrite(path)).close();
    expect(String(await readWhole(disk, path))).toBe('kept');
  });

  test(`${name}: an absent file is undefined to a reader`, async () => {
    const { disk, directory } = await make();
    expect(await disk.openToRead(join(directory, 'absent'))).toBeUndefined();
    expect(await readWhole(disk, join(directory, 'absent'))).toBeUndefined();
  });

  test(`${name}: a directory lists its own files, without those that were removed`, async () => {
    const { disk, directory } = await make();
    await disk.makeDirectory(join(directory, 'a', 'b'));
    for (const path of ['one', 'two', 'a/b/three']) {
      await (await disk.openToWrite(join(directory, path))).close();
    }
    await disk.unlink(join(directory, 'one'));
    await disk.syncDirectory(directory);
    expect((await disk.list(directory)).filter((path) => path !== 'a')).toEqual(['two']);
    expect(await disk.list(join(directory, 'a', 'b'))).toEqual(['three']);
  });

  test(`${name}: making a directory that exists and removing a file that does not are told apart`, async () => {
    const { disk, directory } = await make();
    await disk.makeDirectory(directory);
    await expect(disk.unlink(join(directory, 'absent'))).rejects.toThrow('ENOENT');
  });
}
