// What a peer finds on its machine: a disk that takes its time and may fail, and the stores that stand on it.
// Owns: how long operations take, what a crash makes of those under way. Does not own: what a disk keeps (SimDisk).
//
// M1. An operation takes effect at its end: one that its process did not live to see never happened.

import type { Prng } from '../../../src/lib/prng.ts';
import type { Peer } from '../../../src/peer/peer.ts';
import type { LogStore, StateStore, Transport } from '../../../src/peer/ports.ts';
import type { Disk, DiskFile } from '../../../src/storage/disk.ts';
import { drawFrom, type DiskFaults } from '../faults.ts';
import type { SimProcess } from './process.ts';

/** Between two looks whether a sync may end. */
const heldMs = 5;
/** Anything but a sync or a read: the page cache. */
const cachedMs = 0.02;

export interface MachineOptions {
  readonly process: SimProcess;
  readonly prng: Prng;
  /** As they are now: a healed disk is calm. */
  readonly faults: () => DiskFaults;
  /** Whether the disk says that it has no room. */
  readonly isFull: () => boolean;
  /** Whether syncs of that file do not end. */
  readonly isHeld: (path: string) => boolean;
}

/** The parts that a test may replace by broken ones, to prove that they are found. */
export interface WholeParts {
  readonly disk: (disk: Disk, options: MachineOptions) => Disk;
  readonly log: (log: LogStore) => LogStore;
  readonly stateStore: (store: StateStore) => StateStore;
  readonly transport: (transport: Transport) => Transport;
  readonly readBarrier: (peer: Peer) => Promise<void>;
}

export const soundWholeParts: WholeParts = {
  disk: slowDisk,
  log: (log) => log,
  stateStore: (store) => store,
  transport: (transport) => transport,
  readBarrier: (peer) => peer.readBarrier(),
};

function syncMs({ prng, faults }: MachineOptions): number {
  const { hangChance, hangMs, syncMs } = faults();
  return drawFrom(prng, prng.chance(hangChance) ? hangMs : syncMs);
}

/** `disk` as one process uses it. */
export function slowDisk(disk: Disk, options: MachineOptions): Disk {
  const { process, prng, faults, isHeld } = options;
  const cached = async <T>(act: () => Promise<T>): Promise<T> => {
    await process.sleep(cachedMs);
    return act();
  };
  const slowFile = (path: string, file: DiskFile): DiskFile => ({
    size: () => file.size(),
    read: async (into, position) => {
      await process.sleep(drawFrom(prng, faults().readMs));
      return file.read(into, position);
    },
    write: (bytes, position) => cached(() => file.write(bytes, position)),
    datasync: async () => {
      await process.sleep(syncMs(options));
      while (isHeld(path)) await process.sleep(heldMs);
      return file.datasync();
    },
    isInPlace: () => file.isInPlace(),
    close: () => file.close(),
  });
  return {
    makeDirectory: (path) => cached(() => disk.makeDirectory(path)),
    list: (directory) => cached(() => disk.list(directory)),
    openToRead: (path) =>
      cached(async () => {
        const file = await disk.openToRead(path);
        return file === undefined ? undefined : slowFile(path, file);
      }),
    openToWrite: (path) => cached(async () => slowFile(path, await disk.openToWrite(path))),
    // Apart, so that a process can end between what the cache takes and what the disk keeps.
    openToWriteThrough: (path) =>
      cached(async () => {
        const file = slowFile(path, await disk.openToWrite(path));
        const write = async (bytes: Uint8Array, position: number): Promise<void> => {
          await file.write(bytes, position);
          await file.datasync();
        };
        return { ...file, write };
      }),
    unlink: (path) => cached(() => disk.unlink(path)),
    removeDirectory: (path) => cached(() => disk.removeDirectory(path)),
    rename: (from, to) => cached(() => disk.rename(from, to)),
    freeBytes: (directory) => (options.isFull() ? Promise.resolve(0) : disk.freeBytes(directory)),
    syncDirectory: (directory) => cached(() => disk.syncDirectory(directory)),
  };
}
