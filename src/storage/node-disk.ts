// The real disk, through Node's thread pool: a sync that takes seconds never stops the event loop.

import { constants, promises as fs } from 'node:fs';
import { dirname } from 'node:path';
import type { Disk, DiskFile } from './disk.ts';

const isAbsent = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

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

export const nodeDisk: Disk = {
  async makeDirectory(path) {
    const firstMade = await fs.mkdir(path, { recursive: true, mode: 0o700 });
    if (firstMade === undefined) return;
    const above = dirname(firstMade);
    for (let at = dirname(path); at !== above; at = dirname(at)) await syncDirectory(at);
    await syncDirectory(above);
  },

  list: (directory) => fs.readdir(directory),

  async openToRead(path) {
    try {
      return new NodeFile(await fs.open(path, constants.O_RDONLY));
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  },

  async openToWrite(path) {
    return new NodeFile(await fs.open(path, constants.O_RDWR | constants.O_CREAT, 0o600));
  },

  unlink: (path) => fs.unlink(path),

  syncDirectory,
};
