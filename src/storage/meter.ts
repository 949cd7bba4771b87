// What is written to a disk, counted: the wear of an SD card, and what an idle cluster must not have.

import type { Disk, DiskFile } from './disk.ts';

export class Meter implements Disk {
  /** Since it was made, into all files. */
  bytesWritten = 0;
  /** Of files and of directories; a write through counts as one. */
  syncs = 0;
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
    return this.#metered(await this.#disk.openToWrite(path), { isThrough: false });
  }

  async openToWriteThrough(path: string): Promise<DiskFile> {
    return this.#metered(await this.#disk.openToWriteThrough(path), { isThrough: true });
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

  #metered(file: DiskFile, { isThrough }: { readonly isThrough: boolean }): DiskFile {
    return {
      size: () => file.size(),
      read: (into, position) => file.read(into, position),
      write: (bytes, position) => {
        this.bytesWritten += bytes.length;
        if (isThrough) this.syncs += 1;
        return file.write(bytes, position);
      },
      datasync: () => {
        this.syncs += 1;
        return file.datasync();
      },
      close: () => file.close(),
    };
  }
}
