// The real disk, through Node's thread pool: a sync that takes seconds never stops the event loop.

import { constants, promises as fs } from 'node:fs';
import { dirname } from 'node:path';
import type { Disk, DiskFile } from './disk.ts';

const isErrno = (error: unknown, code: string): boolean => (error as NodeJS.ErrnoException).code === code;

class NodeFile implements DiskFile {
  readonly #path: string;
  readonly #handle: fs.FileHandle;

  private constructor(path: string, handle: fs.FileHandle) {
    this.#path = path;
    this.#handle = handle;
  }

  static async open(path: string, flags: number): Promise<NodeFile> {
    return new NodeFile(path, await fs.open(path, flags, 0o600));
  }

  async size(): Promise<number> {
    return (await this.#handle.stat()).size;
  }

  async read(into: Uint8Array, position: number): Promise<number> {
    let done = 0;
    while (done < into.length) {
      const { bytesRead } = await this.#handle.read(into, done, into.length - done, position + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return done;
  }

  async write(bytes: Uint8Array, position: number): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await this.#handle.write(bytes, done, bytes.length - done, position + done);
      done += bytesWritten;
    }
  }

  datasync(): Promise<void> {
    return this.#handle.datasync();
  }

  async isInPlace(): Promise<boolean> {
    try {
      const [named, own] = await Promise.all([fs.stat(this.#path), this.#handle.stat()]);
      return named.ino === own.ino && named.dev === own.dev;
    } catch (error) {
      if (isErrno(error, 'ENOENT') || isErrno(error, 'ENOTDIR')) return false;
      throw error;
    }
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await fs.open(directory, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Step by step: Node's own `recursive` tries for ever where nothing can be made (below /proc). */
async function makeDirectory(path: string): Promise<void> {
  try {
    await fs.mkdir(path, { mode: 0o700 }).catch(async (error: unknown) => {
      if (!isErrno(error, 'ENOENT')) throw error;
      await makeDirectory(dirname(path));
      await fs.mkdir(path, { mode: 0o700 });
    });
  } catch (error) {
    if (isErrno(error, 'EEXIST') && (await fs.stat(path)).isDirectory()) return;
    throw error;
  }
  await syncDirectory(dirname(path));
}

export const nodeDisk: Disk = {
  makeDirectory,

  list: (directory) => fs.readdir(directory),

  async openToRead(path) {
    try {
      return await NodeFile.open(path, constants.O_RDONLY);
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return undefined;
      throw error;
    }
  },

  openToWrite: (path) => NodeFile.open(path, constants.O_RDWR | constants.O_CREAT),

  /** One trip through the thread pool instead of two. */
  openToWriteThrough: (path) => NodeFile.open(path, constants.O_RDWR | constants.O_CREAT | constants.O_DSYNC),

  unlink: (path) => fs.unlink(path),

  removeDirectory: (path) => fs.rm(path, { recursive: true, force: true }),

  rename: (from, to) => fs.rename(from, to),

  syncDirectory,

  async freeBytes(directory) {
    const { bavail, bsize } = await fs.statfs(directory);
    return bavail * bsize;
  },
};
