// What is written to a disk, counted: the wear of an SD card, and what an idle cluster must not have. And what finds no
// room, held: a disk that somebody else filled up from one moment to the next must not end the peer.
//
// M1. Only for want of room is a write made again, from its first byte: whatever arrived of it is written over. A failed
//     sync never is.

import type { Disk, DiskFile } from './disk.ts';
import { isNoRoom } from './faults.ts';

export class Meter implements Disk {
  /** Since it was made, into all files. */
  bytesWritten = 0;
  /** Of files and of directories; a write through counts as one. */
  syncs = 0;
  /** Asked by what finds no room: true once it may try again, false when it must not wait. Default: it does not. */
  waitForRoom: () => Promise<boolean> = () => Promise.resolve(false);
  readonly #disk: Disk;

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  makeDirectory(path: string): Promise<void> {
    return this.#disk.makeDirectory(path);
  }

  list(directory: string): Promise<readonly string[]> {
    return this.#disk.list(directory);
  }

  openToRead(path: string): Promise<DiskFile | undefined> {
    return this.#disk.openToRead(path);
  }

  async openToWrite(path: string): Promise<DiskFile> {
    const file = await this.#patiently(() => this.#disk.openToWrite(path));
    return this.#metered(file, { isThrough: false });
  }

  async openToWriteThrough(path: string): Promise<DiskFile> {
    const file = await this.#patiently(() => this.#disk.openToWriteThrough(path));
    return this.#metered(file, { isThrough: true });
  }

  unlink(path: string): Promise<void> {
    return this.#disk.unlink(path);
  }

  removeDirectory(path: string): Promise<void> {
    return this.#disk.removeDirectory(path);
  }

  rename(from: string, to: string): Promise<void> {
    return this.#disk.rename(from, to);
  }

  syncDirectory(directory: string): Promise<void> {
    this.syncs += 1;
    return this.#disk.syncDirectory(directory);
  }

  freeBytes(directory: string): Promise<number> {
    return this.#disk.freeBytes(directory);
  }

  // M1
  async #patiently<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (!isNoRoom(error) || !(await this.waitForRoom())) throw error;
      }
    }
  }

  #metered(file: DiskFile, { isThrough }: { readonly isThrough: boolean }): DiskFile {
    return {
      size: () => file.size(),
      read: (into, position) => file.read(into, position),
      write: (bytes, position) => {
        this.bytesWritten += bytes.length;
        if (isThrough) this.syncs += 1;
        return this.#patiently(() => file.write(bytes, position));
      },
      datasync: () => {
        this.syncs += 1;
        return file.datasync();
      },
      isInPlace: () => file.isInPlace(),
      close: () => file.close(),
    };
  }
}
