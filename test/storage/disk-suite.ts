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
    expect((await disk.list(directory)).toSorted()).toEqual(['a', 'two']);
    expect(await disk.list(join(directory, 'a', 'b'))).toEqual(['three']);
  });

  test(`${name}: a directory is renamed and removed with what is in it`, async () => {
    const { disk, directory } = await make();
    await disk.makeDirectory(join(directory, 'a', 'empty'));
    await (await disk.openToWrite(join(directory, 'a', 'file'))).close();
    await disk.rename(join(directory, 'a'), join(directory, 'b'));
    expect(await disk.list(directory)).toEqual(['b']);
    expect((await disk.list(join(directory, 'b'))).toSorted()).toEqual(['empty', 'file']);
    await disk.removeDirectory(join(directory, 'b'));
    expect(await disk.list(directory)).toEqual([]);
  });

  test(`${name}: making a directory that exists and removing a file that does not are told apart`, async () => {
    const { disk, directory } = await make();
    await disk.makeDirectory(directory);
    await expect(disk.unlink(join(directory, 'absent'))).rejects.toThrow('ENOENT');
  });

  test(`${name}: a file that is written through is read back like any other`, async () => {
    const { disk, directory } = await make();
    const path = join(directory, 'file');
    const file = await disk.openToWriteThrough(path);
    await file.write(Buffer.from('hello'), 0);
    await file.write(Buffer.from('J'), 0);
    await file.close();
    expect(String(await readWhole(disk, path))).toBe('Jello');
  });

  test(`${name}: a file is in its place until it is removed, renamed, or another one takes its name`, async () => {
    const { disk, directory } = await make();
    const at = (path: string): string => join(directory, path);
    const [first, second, third] = [
      await disk.openToWriteThrough(at('first')),
      await disk.openToWrite(at('second')),
      await disk.openToWrite(at('third')),
    ];
    const inPlace = (): Promise<boolean[]> =>
      Promise.all([first, second, third].map((file) => file.isInPlace()));
    expect(await inPlace()).toEqual([true, true, true]);
    await disk.unlink(at('first'));
    await disk.rename(at('second'), at('third'));
    expect(await inPlace()).toEqual([false, false, false]);
    await (await disk.openToWrite(at('first'))).close();
    expect(await first.isInPlace()).toBe(false);
    for (const file of [first, second, third]) await file.close();
  });

  test(`${name}: a renamed file has its new name alone, in the place of what had that`, async () => {
    const { disk, directory } = await make();
    for (const path of ['old', 'new']) {
      const file = await disk.openToWrite(join(directory, path));
      await file.write(Buffer.from(path), 0);
      await file.close();
    }
    await disk.rename(join(directory, 'old'), join(directory, 'new'));
    expect(await disk.list(directory)).toEqual(['new']);
    expect(String(await readWhole(disk, join(directory, 'new')))).toBe('old');
    await expect(disk.rename(join(directory, 'old'), join(directory, 'new'))).rejects.toThrow('ENOENT');
  });

  test(`${name}: a directory is removed with everything in it, and nothing else`, async () => {
    const { disk, directory } = await make();
    await disk.makeDirectory(join(directory, 'gone'));
    for (const path of ['gone/a', 'gone/b', 'gone-not']) {
      await (await disk.openToWrite(join(directory, path))).close();
    }
    await disk.removeDirectory(join(directory, 'gone'));
    await disk.removeDirectory(join(directory, 'never-there'));
    expect(await disk.list(directory)).toEqual(['gone-not']);
    expect(await disk.openToRead(join(directory, 'gone/a'))).toBeUndefined();
  });

  test(`${name}: it tells how much room there is`, async () => {
    const { disk, directory } = await make();
    expect(await disk.freeBytes(directory)).toBeGreaterThan(1e6);
  });
}
