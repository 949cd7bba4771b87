// The real disk, through Node's thread pool: a sync that takes seconds never stops the event loop.

import { constants, promises as fs } from 'node:fs';
import { dirname } from 'node:path';
import type { Disk, DiskFile } from './disk.ts';

const isErrno = (error: unknown, code: string): boolean => (error as NodeJS.ErrnoException).code === code;

class NodeFile implements DiskFile {
  readonly #handle: fs.FileHandle;

  constructor(handle: fs.FileHandle) {
    this.#handle = handle;
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
      return new NodeFile(await fs.open(path, constants.O_RDONLY));
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return undefined;
      throw error;
    }
  },

  async openToWrite(path) {
    return new NodeFile(await fs.open(path, constants.O_RDWR | constants.O_CREAT, 0o600));
  },

  /** One trip through the thread pool instead of two. */
  async openToWriteThrough(path) {
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_DSYNC;
    return new NodeFile(await fs.open(path, flags, 0o600));
  },

  unlink: (path) => fs.unlink(path),

  removeDirectory: (path) => fs.rm(path, { recursive: true, force: true }),

  rename: (from, to) => fs.rename(from, to),

  syncDirectory,

  async freeBytes(directory) {
    const { bavail, bsize } = await fs.statfs(directory);
    return bavail * bsize;
  },
};
