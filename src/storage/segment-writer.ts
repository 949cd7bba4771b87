// The writing end of the log: one synced write for each batch, in segments that this run began.
//
// W1. `write` resolves once the batch, and the name of the file that it stands in, are durable.
// W2. Nothing is written into a file of an earlier run: its end may be torn, or never have reached the disk.
// W3. After a failed write or sync every further one is refused. None is retried.
// W4. What is written into a file that somebody removed, or hid below another mount, no restart would find: a write looks every
//     `limits.logInPlaceMs` whether its file is in its place, and fails if not.
//
// Why written through (O_DSYNC) and not synced by a call of its own: one trip through the thread pool instead of two, and
// otherwise the same. Why growing files and not zero-filled ones: docs/benchmarks.md has the figures; the fill doubles the
// wear of an SD card and costs about 0.2 s of disk time for each 64 MiB, while a batch gathers all that came during the sync
// before it, so that a cluster under load hardly feels the difference.

import type { LogIndex } from '../../raft/types.ts';
import type { Clock } from '../lib/clock.ts';
import { limits } from '../lib/limits.ts';
import { type Batch, BatchEncoder } from './batch.ts';
import type { Disk, DiskFile } from './disk.ts';
import { onDisk } from './faults.ts';
import { nameSegment, type PlacedBatch, type Segment } from './segment.ts';
import { SyncTimes } from './sync-times.ts';

interface Active {
  readonly segment: Segment;
  readonly file: DiskFile;
  bytes: number;
}

export class SegmentWriter {
  readonly syncTimes = new SyncTimes();
  readonly #disk: Disk;
  readonly #directory: string;
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #segmentBytesMax: number;
  readonly #encoder = new BatchEncoder();
  #active: Active | undefined;
  #lastSequence: number;
  #number: number;
  #previous: number;
  #failure: unknown;
  #lookedMs = Number.NEGATIVE_INFINITY;

  constructor(options: {
    readonly disk: Disk;
    /** Of the segments; it exists. */
    readonly directory: string;
    readonly clock: Pick<Clock, 'monotonicMs'>;
    /** A segment that would grow beyond it is followed by another; a larger batch has one for itself. */
    readonly segmentBytesMax: number;
    /** Of the segments that exist. */
    readonly lastSequence: number;
    /** Of the first batch to be written. */
    readonly number: number;
    /** The checksum of the batch before that. */
    readonly previous: number;
  }) {
    this.#disk = options.disk;
    this.#directory = options.directory;
    this.#clock = options.clock;
    this.#segmentBytesMax = options.segmentBytesMax;
    this.#lastSequence = options.lastSequence;
    this.#number = options.number;
    this.#previous = options.previous;
  }

  /** Where the next batch would stand if it began a segment. */
  get next(): { readonly sequence: number; readonly number: number } {
    return { sequence: this.#lastSequence + 1, number: this.#number };
  }

  /** The next batch begins a segment, and a chain that comes from `previous`. */
  async beginAnew(previous: number): Promise<void> {
    await this.close();
    this.#previous = previous;
  }

  /** Throws `DISK_FAILED`, and from then on always. */
  write(content: Omit<Batch, 'number' | 'previous'>): Promise<PlacedBatch> {
    const batch = { ...content, number: this.#number, previous: this.#previous };
    const { bytes, header } = this.#encoder.encode(batch);
    return onDisk(`writing the log in ${this.#directory}`, async () => {
      if (this.#failure !== undefined) throw new Error('an earlier write failed', { cause: this.#failure });
      try {
        const { segment, offset } = await this.#append(bytes, header.firstIndex);
        this.#number += 1;
        this.#previous = header.checksum;
        return { segment, offset, header, entries: batch.entries };
      } catch (error) {
        this.#failure = error;
        throw error;
      }
    });
  }

  async close(): Promise<void> {
    await this.#active?.file.close();
    this.#active = undefined;
  }

  async #append(bytes: Uint8Array, firstIndex: LogIndex): Promise<{ segment: Segment; offset: number }> {
    const active = await this.#segmentFor(bytes.length, firstIndex);
    await this.#expectInPlace(active);
    const offset = active.bytes;
    const before = this.#clock.monotonicMs();
    await active.file.write(bytes, offset);
    this.syncTimes.add(this.#clock.monotonicMs() - before);
    active.bytes += bytes.length;
    return { segment: active.segment, offset };
  }

  /** W4. */
  async #expectInPlace({ segment, file }: Active): Promise<void> {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - this.#lookedMs < limits.logInPlaceMs) return;
    this.#lookedMs = nowMs;
    if (await file.isInPlace()) return;
    throw new Error(`${segment.path} was removed while it was in use, or something is mounted over it`);
  }

  async #segmentFor(bytes: number, firstIndex: LogIndex): Promise<Active> {
    if (this.#active !== undefined && this.#active.bytes + bytes <= this.#segmentBytesMax)
      return this.#active;
    await this.close();
    this.#lastSequence += 1;
    const segment = nameSegment(this.#directory, this.#lastSequence, firstIndex);
    const file = await this.#disk.openToWriteThrough(segment.path);
    this.#active = { segment, file, bytes: 0 };
    await this.#disk.syncDirectory(this.#directory);
    return this.#active;
  }
}
