// What a peer finds on its machine: a disk that takes its time and may fail, and the stores that stand on it.
// Owns: how long operations take, what a crash makes of those under way. Does not own: what a disk keeps (SimDisk).
//
// M1. An operation takes effect at its end: one that its process did not live to see never happened.
// M2. A flush of the state that is under way when its process ends is kept or lost as a whole.

import type { Prng } from '../../../src/lib/prng.ts';
import type { Peer } from '../../../src/peer/peer.ts';
import type { LogStore, StateFlush, StateStore, Transport } from '../../../src/peer/ports.ts';
import type { SnapshotSink, SnapshotSource } from '../../../src/peer/snapshot-ports.ts';
import type { Disk, DiskFile } from '../../../src/storage/disk.ts';
import type { Snapshot } from '../../../raft/types.ts';
import type { MemoryStateStore } from '../../storage/memory-state-store.ts';
import { drawFrom, type DiskFaults } from '../faults.ts';
import type { SimProcess } from './process.ts';

/** Anything but a sync or a read: the page cache. */
const cachedMs = 0.02;

export interface MachineOptions {
  readonly process: SimProcess;
  readonly prng: Prng;
  /** As they are now: a healed disk is calm. */
  readonly faults: () => DiskFaults;
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
  const { process, prng, faults } = options;
  const cached = async <T>(act: () => Promise<T>): Promise<T> => {
    await process.sleep(cachedMs);
    return act();
  };
  const slowFile = (file: DiskFile): DiskFile => ({
    size: () => file.size(),
    read: async (into, position) => {
      await process.sleep(drawFrom(prng, faults().readMs));
      return file.read(into, position);
    },
    write: (bytes, position) => cached(() => file.write(bytes, position)),
    datasync: async () => {
      await process.sleep(syncMs(options));
      return file.datasync();
    },
    close: () => file.close(),
  });
  return {
    makeDirectory: (path) => cached(() => disk.makeDirectory(path)),
    list: (directory) => cached(() => disk.list(directory)),
    openToRead: (path) =>
      cached(async () => {
        const file = await disk.openToRead(path);
        return file === undefined ? undefined : slowFile(file);
      }),
    openToWrite: (path) => cached(async () => slowFile(await disk.openToWrite(path))),
    // Apart, so that a process can end between what the cache takes and what the disk keeps.
    openToWriteThrough: (path) =>
      cached(async () => {
        const file = slowFile(await disk.openToWrite(path));
        const write = async (bytes: Uint8Array, position: number): Promise<void> => {
          await file.write(bytes, position);
          await file.datasync();
        };
        return { ...file, write };
      }),
    unlink: (path) => cached(() => disk.unlink(path)),
    removeDirectory: (path) => cached(() => disk.removeDirectory(path)),
    rename: (from, to) => cached(() => disk.rename(from, to)),
    freeBytes: (directory) => disk.freeBytes(directory),
    syncDirectory: (directory) => cached(() => disk.syncDirectory(directory)),
  };
}

/** The state's store as one process uses it. */
export class SlowStateStore implements StateStore {
  readonly #store: MemoryStateStore;
  readonly #options: MachineOptions;
  #underWay: StateFlush | undefined;

  constructor(store: MemoryStateStore, options: MachineOptions) {
    this.#store = store;
    this.#options = options;
  }

  get snapshot(): StateStore['snapshot'] {
    return this.#store.snapshot;
  }

  load(): ReturnType<StateStore['load']> {
    return this.#store.load();
  }

  async flush(flush: StateFlush): Promise<void> {
    this.#underWay = flush;
    await this.#options.process.sleep(syncMs(this.#options));
    await this.#store.flush(flush);
    this.#underWay = undefined;
  }

  openSnapshot(): Promise<SnapshotSource> {
    return this.#store.openSnapshot();
  }

  async stage(snapshot: Snapshot): Promise<SnapshotSink> {
    const sink = await this.#store.stage(snapshot);
    const slowly = async (act: () => Promise<void>): Promise<void> => {
      await this.#options.process.sleep(syncMs(this.#options));
      await act();
    };
    return {
      get received() {
        return sink.received;
      },
      write: (chunk) => slowly(() => sink.write(chunk)),
      finish: () => slowly(() => sink.finish()),
      close: () => sink.close(),
    };
  }

  async install(snapshot: Snapshot): ReturnType<StateStore['install']> {
    await this.#options.process.sleep(syncMs(this.#options));
    return this.#store.install(snapshot);
  }

  discard(): Promise<void> {
    return this.#store.discard();
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  /** Its process has ended (M2). */
  crash(): void {
    if (this.#underWay !== undefined && this.#options.prng.chance(0.5))
      void this.#store.flush(this.#underWay);
  }
}
