// A file beside the states, in their folder: `differs`. While it is there, the state of this peer is known not to be the one
// that the others have.
//
// B1. It is there or it is not; what stands in it is for people.
// B2. It goes with the folder, which is how such a peer is mended (docs/operations.md).

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Disk } from './disk.ts';
import { diskFailed, diskFull, isNoRoom, onDisk } from './faults.ts';

const fileName = 'differs';
const text = 'The state in this folder is not the one that the other peers have: see docs/operations.md.\n';

/** As src/peer/doubts.ts wants it. */
export interface OpenDoubts {
  readonly stand: boolean;
  note(stand: boolean): Promise<void>;
  /** Waits for what is being written. */
  close(): Promise<void>;
}

/** `directory`: of the states; it exists. Throws `DISK_FAILED`. */
export async function openDoubts(place: {
  readonly directory: string;
  readonly disk: Disk;
}): Promise<OpenDoubts> {
  const names = await onDisk(`listing ${place.directory}`, () => place.disk.list(place.directory));
  return new DoubtsFile(place.directory, place.disk, names.includes(fileName));
}

/** Whether they stand, of a directory in which no peer runs; it may be absent. */
export const doubtsStand = (directory: string): boolean => existsSync(join(directory, fileName));

class DoubtsFile implements OpenDoubts {
  readonly #directory: string;
  readonly #disk: Disk;
  #stand: boolean;
  /** Changes, one after the other. */
  #changes: Promise<void> = Promise.resolve();

  constructor(directory: string, disk: Disk, stand: boolean) {
    this.#directory = directory;
    this.#disk = disk;
    this.#stand = stand;
  }

  get stand(): boolean {
    return this.#stand;
  }

  note(stand: boolean): Promise<void> {
    const changed = this.#changes.then(() => this.#change(stand));
    this.#changes = changed.catch(() => undefined); // Whoever noted it hears of its failure.
    return changed;
  }

  close(): Promise<void> {
    return this.#changes;
  }

  async #change(stand: boolean): Promise<void> {
    if (stand === this.#stand) return;
    const path = join(this.#directory, fileName);
    try {
      if (stand) await this.#write(path);
      else await this.#disk.unlink(path);
      await this.#disk.syncDirectory(this.#directory);
    } catch (error) {
      throw isNoRoom(error) ? diskFull(`writing ${path}`, error) : diskFailed(`writing ${path}`, error);
    }
    this.#stand = stand;
  }

  async #write(path: string): Promise<void> {
    const file = await this.#disk.openToWrite(path);
    try {
      await file.write(Buffer.from(text), 0);
      await file.datasync();
    } finally {
      await file.close();
    }
  }
}
