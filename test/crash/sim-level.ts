// LevelDB's place on a simulated disk: a file of batches, each synced before the next one is begun. After a power cut it holds
// every batch that was acknowledged, and the one under way or not. The real LevelDB is cut in power.ts.
//
// A batch: u32 bytes of the rest, u32 checksum of it, then JSON: pairs of a key and a value in base64, or null.

import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Snapshot as LevelSnapshot } from 'classic-level';
import { assert } from '../../src/lib/assert.ts';
import { byCodeUnits } from '../../src/state/row.ts';
import { type Disk, type DiskFile, readWhole } from '../../src/storage/disk.ts';
import type { Level, LevelAt, LevelBatch, LevelIterator } from '../../src/storage/state-database.ts';

const headerBytes = 8;

type Rows = ReadonlyMap<string, Buffer>;
type Change = readonly [key: string, value: string | null];

export const simLevelAt =
  (disk: Disk): LevelAt =>
  (path) =>
    new SimLevel(disk, join(path, 'batches'));

class SimLevel implements Level {
  readonly #disk: Disk;
  readonly #path: string;
  readonly #views = new Map<unknown, Rows>();
  #rows: Rows = new Map();
  #file: DiskFile | undefined;
  #bytes = 0;

  constructor(disk: Disk, path: string) {
    this.#disk = disk;
    this.#path = path;
  }

  async open(): Promise<void> {
    const content = (await readWhole(this.#disk, this.#path)) ?? Buffer.alloc(0);
    this.#rows = new Map();
    this.#bytes = 0;
    for (let batch = batchAt(content, 0); batch !== undefined; batch = batchAt(content, this.#bytes)) {
      this.#rows = changed(this.#rows, batch.changes);
      this.#bytes += batch.bytes;
    }
    this.#file = await this.#disk.openToWrite(this.#path);
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  async get(key: string, { snapshot }: { readonly snapshot?: LevelSnapshot }): Promise<Buffer | undefined> {
    return this.#under(snapshot).get(key);
  }

  batch(): LevelBatch {
    const changes: Change[] = [];
    return {
      put: (key, value) => changes.push([key, value.toString('base64')]),
      del: (key) => changes.push([key, null]),
      write: () => this.#write(changes),
    };
  }

  iterator(options: { snapshot?: LevelSnapshot; gt?: string; gte?: string }): LevelIterator {
    const { snapshot, gt = '', gte = '' } = options;
    const entries = [...this.#under(snapshot)]
      .filter(([key]) => key > gt && key >= gte)
      .toSorted(([a], [b]) => byCodeUnits(a, b));
    return { nextv: async (size) => entries.splice(0, size), close: async () => undefined };
  }

  snapshot(): LevelSnapshot {
    const close = async (): Promise<void> => undefined;
    const view = { ref: () => undefined, unref: () => undefined, close, [Symbol.asyncDispose]: close };
    this.#views.set(view, this.#rows);
    return view;
  }

  #under(view: LevelSnapshot | undefined): Rows {
    return this.#views.get(view) ?? this.#rows;
  }

  async #write(changes: readonly Change[]): Promise<void> {
    assert(this.#file !== undefined, 'it is open');
    const text = Buffer.from(JSON.stringify(changes));
    const header = Buffer.alloc(headerBytes);
    header.writeUInt32LE(text.length, 0);
    header.writeUInt32LE(crc32(text), 4);
    const bytes = Buffer.concat([header, text]);
    await this.#file.write(bytes, this.#bytes);
    await this.#file.datasync();
    this.#bytes += bytes.length;
    this.#rows = changed(this.#rows, changes);
  }
}

/** Undefined at the end, or where a batch never arrived whole. */
function batchAt(
  content: Buffer,
  offset: number,
): { readonly changes: readonly Change[]; readonly bytes: number } | undefined {
  if (offset + headerBytes > content.length) return undefined;
  const bytes = headerBytes + content.readUInt32LE(offset);
  const text = content.subarray(offset + headerBytes, offset + bytes);
  if (
    text.length === 0 ||
    text.length < bytes - headerBytes ||
    crc32(text) !== content.readUInt32LE(offset + 4)
  )
    return undefined;
  return { changes: JSON.parse(text.toString()) as Change[], bytes };
}

function changed(before: Rows, changes: readonly Change[]): Rows {
  const rows = new Map(before);
  for (const [key, value] of changes) {
    if (value === null) rows.delete(key);
    else rows.set(key, Buffer.from(value, 'base64'));
  }
  return rows;
}
