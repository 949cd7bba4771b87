// LevelDB's place on a simulated disk: what the native one promises, and nothing else. (That one is cut in power.ts.)
// Owns: files of batches, each with its length and checksum. Does not own: what a power cut leaves of a file.
//
// L1. A batch whose write has resolved outlives a power cut; of one that was under way all is kept, or nothing.
// L2. Opening reads the batches up to the first that is not whole, as LevelDB recovers its own log, and writes what it
//     found into a file of its own before anybody sees it: what stands in the cache alone may be gone tomorrow.
// L3. A snapshot shows the rows of the moment in which it was taken.

import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { byCodeUnits } from '../../src/state/row.ts';
import { type Disk, type DiskFile, readWhole } from '../../src/storage/disk.ts';
import type { Level, LevelAt, LevelBatch, LevelIterator } from '../../src/storage/state-database.ts';

type View = ReturnType<Level['snapshot']>;
type Change = readonly [key: string, value: Buffer | undefined];

const headerBytes = 8;
const nameDigits = 6;
const currentName = 'CURRENT';

export const simLevelAt =
  (disk: Disk): LevelAt =>
  (path) =>
    new SimLevel(disk, path);

class SimLevel implements Level {
  readonly #disk: Disk;
  readonly #path: string;
  #rows = new Map<string, Buffer>();
  readonly #views = new WeakMap<View, ReadonlyMap<string, Buffer>>();
  #log: { readonly file: DiskFile; bytes: number } | undefined;

  constructor(disk: Disk, path: string) {
    this.#disk = disk;
    this.#path = path;
  }

  /** L2. */
  async open(): Promise<void> {
    const names = await this.#disk.list(this.#path);
    if (!names.includes(currentName)) {
      await (await this.#disk.openToWrite(join(this.#path, currentName))).close();
      await this.#disk.syncDirectory(this.#path);
    }
    const files = names.filter((name) => name.endsWith('.log')).sort();
    this.#rows = new Map();
    for (const name of files.toReversed()) {
      const bytes = await readWhole(this.#disk, join(this.#path, name));
      for (const changes of batchesIn(bytes ?? Buffer.alloc(0))) this.#apply(changes);
      if (this.#rows.size > 0) break; // a file begins with all rows there were
    }
    const next = Number(files.at(-1)?.slice(0, nameDigits) ?? 0) + 1;
    const path = join(this.#path, `${String(next).padStart(nameDigits, '0')}.log`);
    this.#log = { file: await this.#disk.openToWrite(path), bytes: 0 };
    await this.#append(encode([...this.#rows]));
    await this.#disk.syncDirectory(this.#path);
    for (const name of files) await this.#disk.unlink(join(this.#path, name));
  }

  async close(): Promise<void> {
    await this.#log?.file.close();
    this.#log = undefined;
  }

  async get(key: string, { snapshot }: { readonly snapshot?: View }): Promise<Buffer | undefined> {
    return this.#rowsOf(snapshot).get(key);
  }

  batch(): LevelBatch {
    const changes: Change[] = [];
    return {
      put: (key, value) => changes.push([key, value]),
      del: (key) => changes.push([key, undefined]),
      write: async () => {
        await this.#append(encode(changes));
        this.#apply(changes);
      },
    };
  }

  iterator({ gt, gte, snapshot }: Parameters<Level['iterator']>[0]): LevelIterator {
    const isWithin = ([key]: [string, Buffer]): boolean =>
      (gt === undefined || key > gt) && (gte === undefined || key >= gte);
    const rows = [...this.#rowsOf(snapshot)].filter(isWithin).toSorted(([a], [b]) => byCodeUnits(a, b));
    return { nextv: async (size) => rows.splice(0, size), close: async () => undefined };
  }

  /** L3. */
  snapshot(): View {
    const view = { close: async () => undefined } as View;
    this.#views.set(view, new Map(this.#rows));
    return view;
  }

  async #append(bytes: Buffer): Promise<void> {
    const log = this.#log;
    if (log === undefined) throw new Error('the database is not open');
    await log.file.write(bytes, log.bytes);
    await log.file.datasync();
    log.bytes += bytes.length;
  }

  #apply(changes: readonly Change[]): void {
    for (const [key, value] of changes) {
      if (value === undefined) this.#rows.delete(key);
      else this.#rows.set(key, value);
    }
  }

  #rowsOf(view: View | undefined): ReadonlyMap<string, Buffer> {
    return (view === undefined ? undefined : this.#views.get(view)) ?? this.#rows;
  }
}

function encode(changes: readonly Change[]): Buffer {
  const body = Buffer.from(JSON.stringify(changes.map(([key, value]) => [key, value?.toString('base64')])));
  const header = Buffer.alloc(headerBytes);
  header.writeUInt32LE(body.length, 0);
  header.writeUInt32LE(crc32(body), 4);
  return Buffer.concat([header, body]);
}

function* batchesIn(bytes: Buffer): Generator<readonly Change[]> {
  for (let offset = 0; offset + headerBytes <= bytes.length;) {
    const next = offset + headerBytes + bytes.readUInt32LE(offset);
    const body = bytes.subarray(offset + headerBytes, next);
    const isWhole = body.length > 0 && next <= bytes.length && crc32(body) === bytes.readUInt32LE(offset + 4);
    if (!isWhole) return;
    const found = JSON.parse(body.toString()) as readonly (readonly [string, string | null])[];
    yield found.map(([key, text]) => [key, text === null ? undefined : Buffer.from(text, 'base64')]);
    offset = next;
  }
}
