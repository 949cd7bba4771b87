// The reading end of the log: entries that left the core's memory, for a follower that lags or a restart.
// Each read verifies checksums again: what rotted since the start is an error, never an entry.

import { asIndex, type Entry, type LogIndex } from '../../raft/types.ts';
import { assert } from '../lib/assert.ts';
import { entryBytes } from './batch.ts';
import type { Disk } from './disk.ts';
import type { EntryIndex, Extent } from './entry-index.ts';
import { logCorrupt, onDisk } from './faults.ts';
import { readBatches } from './segment.ts';

export class EntryReader {
  readonly #disk: Disk;
  readonly #index: EntryIndex;

  constructor(disk: Disk, index: EntryIndex) {
    this.#disk = disk;
    this.#index = index;
  }

  /**
   * Entries in `[from, to)`, all of them in the log: at least one, and then as many as fit `bytesMax` (with their
   * headers on disk). Fewer, or none, if they were cut off, maybe while they are read. Throws `LOG_CORRUPT` or
   * `DISK_FAILED`.
   */
  async read(range: {
    readonly from: LogIndex;
    readonly to: LogIndex;
    readonly bytesMax: number;
  }): Promise<Entry[]> {
    const found: Entry[] = [];
    if (range.from <= this.#index.base.index) return found;
    let bytes = 0;
    // Found before the first await: a truncation that comes meanwhile leaves the files as they are.
    for (const extent of this.#index.cover(range)) {
      const entries = await this.#readExtent(extent);
      if (entries === undefined) return found;
      for (const entry of entries) {
        if (entry.index < range.from || entry.index >= range.to) continue;
        bytes += entryBytes(entry);
        if (found.length > 0 && bytes > range.bytesMax) return found;
        found.push(entry);
      }
    }
    assert(found.length > 0, 'a range of the log holds an entry');
    return found;
  }

  /** The newest entries, up to the last one, as many as fit `bytesMax`. */
  async readTail(bytesMax: number): Promise<Entry[]> {
    const { base, lastIndex } = this.#index;
    if (lastIndex === base.index) return [];
    const newestFirst: Entry[] = [];
    let bytes = 0;
    const extents = this.#index.cover({ from: asIndex(base.index + 1), to: asIndex(lastIndex + 1) });
    for (const extent of extents.toReversed()) {
      for (const entry of ((await this.#readExtent(extent)) ?? []).toReversed()) {
        bytes += entryBytes(entry);
        if (bytes > bytesMax) return newestFirst.toReversed();
        newestFirst.push(entry);
      }
    }
    return newestFirst.toReversed();
  }

  /** The extent's entries `[first, last]`; undefined when they were cut off. */
  async #readExtent(extent: Extent): Promise<Entry[] | undefined> {
    const { segment, offset, first, last } = extent;
    const content = await this.#readBytes(extent);
    if (content === undefined) {
      if (!this.#index.uses(segment)) return undefined;
      throw logCorrupt(segment.path, offset, 'the file is gone');
    }
    const entries: Entry[] = [];
    for (const found of readBatches(segment, content, offset)) {
      if (found.kind !== 'batch')
        throw logCorrupt(segment.path, found.offset, 'a batch does not match its checksum');
      entries.push(...found.batch.entries);
    }
    const found = entries.filter(({ index }) => index <= last);
    if (found.at(-1)?.index !== last)
      throw logCorrupt(segment.path, offset, 'batches that were here are gone');
    assert(found[0]?.index === first, 'an extent begins with its first entry');
    return found;
  }

  /** Undefined when the file is gone. */
  #readBytes({ segment, offset, bytes }: Extent): Promise<Buffer | undefined> {
    return onDisk(`reading ${segment.path}`, async () => {
      const file = await this.#disk.openToRead(segment.path);
      if (file === undefined) return undefined;
      try {
        const content = Buffer.allocUnsafe(bytes);
        return content.subarray(0, await file.read(content, offset));
      } finally {
        await file.close();
      }
    });
  }
}
