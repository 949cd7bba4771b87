// A disk in memory that fails as disks do: power cuts that keep, lose or tear what was not synced, errors, rotten bits,
// and a cache that goes on showing what a failed sync lost.
// Owns: what is durable. Its answers repeat bit for bit from the seed of its generator.

import { Prng } from '../../src/lib/prng.ts';
import type { Disk, DiskFile } from '../../src/storage/disk.ts';
import { SimNames } from './sim-names.ts';

const sectorBytes = 512;

/**
 * What becomes of writes and names that were not synced when the power goes: each is kept, each is lost, any of them is
 * whatever came before or after it, or writes arrive in part as well.
 */
export type Fate = 'kept' | 'lost' | 'reordered' | 'torn';

export type DiskOperation =
  | 'open'
  | 'read'
  | 'write'
  | 'datasync'
  | 'list'
  | 'unlink'
  | 'rename'
  | 'syncDirectory';

interface Write {
  readonly position: number;
  readonly bytes: Buffer;
}

interface Content {
  /** What a reader sees. */
  cache: Buffer;
  /** What a power cut leaves for certain. */
  durable: Buffer;
  /** What the next sync makes durable. */
  pending: Write[];
}

export class SimDisk implements Disk {
  /** Operations so far: where a crash can come. */
  operations = 0;
  /** Asked before each operation; an error that it answers is what happens instead. */
  fault: (operation: DiskOperation, path: string) => Error | undefined = () => undefined;
  /** Bytes that all files together may have; what would take more fails with ENOSPC. */
  capacity = Infinity;
  readonly #prng: Prng;
  #names = new SimNames<Content>();
  #crashAt = Infinity;
  /** Handles from before a power cut are dead. */
  #boots = 0;

  constructor(seed = 1) {
    this.#prng = new Prng(seed);
  }

  /** The power goes during the `count`-th operation from now, counted from 1. */
  crashAfter(count: number): void {
    this.#crashAt = this.operations + count;
  }

  get isCrashed(): boolean {
    return this.operations >= this.#crashAt;
  }

  /** The power goes, if it has not yet, and comes back. */
  reboot(fate: Fate): void {
    this.#boots += 1;
    this.#crashAt = Infinity;
    this.#names.reboot(() => this.#isKept(fate));
    for (const content of this.#names.files()) {
      for (const write of content.pending) content.durable = this.#survive(content.durable, write, fate);
      content.pending = [];
      content.cache = content.durable;
    }
  }

  /** What is there now, on a disk of its own: what happens to one of them from now on leaves the other as it is. */
  fork(seed: number): SimDisk {
    const fork = new SimDisk(seed);
    fork.capacity = this.capacity;
    const copies = new Map<Content, Content>();
    const copy = (content: Content): Content => {
      const made = copies.get(content) ?? { ...content, pending: [...content.pending] };
      copies.set(content, made);
      return made;
    };
    fork.#names = this.#names.fork(copy);
    return fork;
  }

  /** Whether a power cut could change anything. */
  get isSynced(): boolean {
    return this.#names.isSynced && [...this.#names.files()].every(({ pending }) => pending.length === 0);
  }

  paths(): string[] {
    return this.#names.paths();
  }

  content(path: string): Buffer {
    return this.#find(path).cache;
  }

  /** Rots a file: what `change` makes of its bytes is what is durable. */
  damage(path: string, change: (bytes: Buffer) => Buffer): void {
    const content = this.#find(path);
    content.durable = change(Buffer.from(content.durable));
    content.cache = content.durable;
  }

  async makeDirectory(path: string): Promise<void> {
    this.#names.makeDirectory(path);
  }

  async list(directory: string): Promise<readonly string[]> {
    await this.#step('list', directory);
    return this.#names.list(directory);
  }

  async openToRead(path: string): Promise<DiskFile | undefined> {
    await this.#step('open', path);
    const content = this.#names.get(path);
    return content === undefined ? undefined : this.#file(path, content);
  }

  async openToWrite(path: string): Promise<DiskFile> {
    await this.#step('open', path);
    const empty = Buffer.alloc(0);
    const content = this.#names.get(path) ?? { cache: empty, durable: empty, pending: [] };
    this.#names.set(path, content);
    return this.#file(path, content);
  }

  async openToWriteThrough(path: string): Promise<DiskFile> {
    const file = await this.openToWrite(path);
    return {
      ...file,
      write: async (bytes, position) => {
        await file.write(bytes, position);
        await file.datasync();
      },
    };
  }

  async unlink(path: string): Promise<void> {
    await this.#step('unlink', path);
    if (!this.#names.delete(path)) throw new Error(`ENOENT: ${path}`);
  }

  async removeDirectory(path: string): Promise<void> {
    await this.#step('unlink', path);
    this.#names.removeDirectory(path);
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#step('rename', from);
    if (!this.#names.rename(from, to)) throw new Error(`ENOENT: ${from}`);
  }

  async freeBytes(): Promise<number> {
    return this.capacity - this.#used();
  }

  async syncDirectory(directory: string): Promise<void> {
    await this.#step('syncDirectory', directory);
    this.#names.sync(directory);
  }

  #file(path: string, content: Content): DiskFile {
    const boot = this.#boots;
    const step = async (operation: DiskOperation): Promise<void> => {
      if (boot !== this.#boots) throw new Error('EBADF: the power was gone meanwhile');
      await this.#step(operation, path);
    };
    return {
      size: async () => content.cache.length,
      read: async (into, position) => {
        await step('read');
        return content.cache.copy(into, 0, position);
      },
      write: async (bytes, position) => {
        const write = { position, bytes: Buffer.from(bytes) };
        const begin = (): void => {
          content.pending.push(write);
          content.cache = overwrite(content.cache, write);
        };
        this.#assertRoom(content, write);
        await step('write').catch((error: unknown) => {
          if (boot === this.#boots) begin();
          throw error;
        });
        begin();
      },
      datasync: async () => {
        try {
          await step('datasync');
        } catch (error) {
          // D2: the cache believes that it is clean, although nothing reached the disk.
          if (!this.isCrashed && boot === this.#boots) content.pending = [];
          throw error;
        }
        for (const write of content.pending) content.durable = overwrite(content.durable, write);
        content.pending = [];
      },
      isInPlace: async () => this.#names.get(path) === content,
      close: async () => undefined,
    };
  }

  async #step(operation: DiskOperation, path: string): Promise<void> {
    this.operations += 1;
    await Promise.resolve();
    if (this.isCrashed) throw new Error('EIO: the power is gone');
    const error = this.fault(operation, path);
    if (error !== undefined) throw error;
  }

  #used(): number {
    return this.paths().reduce((sum, path) => sum + this.#find(path).cache.length, 0);
  }

  #assertRoom(content: Content, { position, bytes }: Write): void {
    if (this.capacity === Infinity) return;
    const growth = Math.max(0, position + bytes.length - content.cache.length);
    if (growth > this.capacity - this.#used()) throw new Error('ENOSPC: no space left on device');
  }

  #isKept(fate: Fate): boolean {
    return fate === 'kept' || (fate !== 'lost' && this.#prng.chance(0.5));
  }

  #survive(durable: Buffer, write: Write, fate: Fate): Buffer {
    if (fate === 'lost') return durable;
    if (fate === 'kept') return overwrite(durable, write);
    if (fate === 'reordered') return this.#prng.chance(0.5) ? overwrite(durable, write) : durable;
    const sectors = Math.ceil(write.bytes.length / sectorBytes);
    const arrived = this.#prng.int({ from: 0, to: sectors + 1 });
    if (this.#prng.chance(0.5)) {
      // The first sectors arrived, and the file ends after them.
      return overwrite(durable, { ...write, bytes: write.bytes.subarray(0, arrived * sectorBytes) });
    }
    // The size arrived, and some of the sectors did not: there is what was there before, or nothing.
    const bytes = Buffer.alloc(write.bytes.length);
    durable.subarray(write.position).copy(bytes);
    for (let sector = 0; sector < sectors; sector += 1) {
      const from = sector * sectorBytes;
      if (this.#prng.chance(0.5)) write.bytes.copy(bytes, from, from, from + sectorBytes);
    }
    return overwrite(durable, { ...write, bytes });
  }

  #find(path: string): Content {
    const content = this.#names.get(path);
    if (content === undefined) throw new Error(`no file ${path}`);
    return content;
  }
}

function overwrite(content: Buffer, { position, bytes }: Write): Buffer {
  if (bytes.length === 0) return content;
  const result = Buffer.alloc(Math.max(content.length, position + bytes.length));
  content.copy(result);
  result.set(bytes, position);
  return result;
}
