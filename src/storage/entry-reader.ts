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
   * headers on disk). Throws `LOG_CORRUPT` or `DISK_FAILED`.
   */
  async read(range: {
    readonly from: LogIndex;
    readonly to: LogIndex;
    readonly bytesMax: number;
  }): Promise<Entry[]> {
    const found: Entry[] = [];
    let bytes = 0;
    // Found before the first await: a truncation that comes meanwhile leaves the files as they are.
    for (const extent of this.#index.cover(range)) {
      for (const entry of await this.#readExtent(extent)) {
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
    const { lastIndex } = this.#index;
    if (lastIndex === 0) return [];
    const newestFirst: Entry[] = [];
    let bytes = 0;
    const extents = this.#index.cover({ from: asIndex(1), to: asIndex(lastIndex + 1) });
    for (const extent of extents.toReversed()) {
      for (const entry of (await this.#readExtent(extent)).toReversed()) {
        bytes += entryBytes(entry);
        if (bytes > bytesMax) return newestFirst.toReversed();
        newestFirst.push(entry);
      }
    }
    return newestFirst.toReversed();
  }

  /** The extent's entries `[first, last]`. */
  async #readExtent(extent: Extent): Promise<Entry[]> {
    const { segment, offset, first, last } = extent;
    const content = await this.#readBytes(extent);
    const entries: Entry[] = [];
    for (const batch of readBatches(segment, content, offset)) entries.push(...batch.entries);
    const found = entries.filter(({ index }) => index <= last);
    if (found.at(-1)?.index !== last)
      throw logCorrupt(segment.path, offset, 'batches that were here are gone');
    assert(found[0]?.index === first, 'an extent begins with its first entry');
    return found;
  }

  #readBytes({ segment, offset, bytes }: Extent): Promise<Buffer> {
    return onDisk(`reading ${segment.path}`, async () => {
      const file = await this.#disk.openToRead(segment.path);
      if (file === undefined) throw new Error('the file is gone');
      try {
        const content = Buffer.allocUnsafe(bytes);
        return content.subarray(0, await file.read(content, offset));
      } finally {
        await file.close();
      }
    });
  }
}
