// A disk on which a process dies: from one operation on nothing is done any more. What was done before stays, as the page
// cache stays when a process is killed.

import type { Disk, DiskFile } from '../../src/storage/disk.ts';

export class DyingDisk {
  /** Operations so far. */
  operations = 0;
  /** The number of the first operation that is not done any more. */
  diesAt = Infinity;
  readonly disk: Disk;

  constructor(disk: Disk) {
    const live = <T>(act: () => Promise<T>): Promise<T> => this.#live(act);
    const mortal = (file: DiskFile): DiskFile => ({
      size: () => file.size(),
      read: (into, position) => live(() => file.read(into, position)),
      write: (bytes, position) => live(() => file.write(bytes, position)),
      datasync: () => live(() => file.datasync()),
      isInPlace: () => file.isInPlace(),
      close: () => file.close(),
    });
    this.disk = {
      makeDirectory: (path) => live(() => disk.makeDirectory(path)),
      list: (directory) => live(() => disk.list(directory)),
      openToRead: (path) =>
        live(async () => {
          const file = await disk.openToRead(path);
          return file === undefined ? undefined : mortal(file);
        }),
      openToWrite: (path) => live(async () => mortal(await disk.openToWrite(path))),
      openToWriteThrough: (path) => live(async () => mortal(await disk.openToWriteThrough(path))),
      unlink: (path) => live(() => disk.unlink(path)),
      removeDirectory: (path) => live(() => disk.removeDirectory(path)),
      rename: (from, to) => live(() => disk.rename(from, to)),
      syncDirectory: (directory) => live(() => disk.syncDirectory(directory)),
      freeBytes: (directory) => disk.freeBytes(directory),
    };
  }

  get isDead(): boolean {
    return this.operations >= this.diesAt;
  }

  #live<T>(act: () => Promise<T>): Promise<T> {
    this.operations += 1;
    return this.isDead ? Promise.reject(new Error('the process is dead')) : act();
  }
}
