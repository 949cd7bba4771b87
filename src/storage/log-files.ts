// The files of a log that is open, and the changes made to them: batches added, the beginning cut off, all begun anew.
// Owns: the order of writes that lets each change be interrupted anywhere. Does not own: what a start finds and mends, what
// the port promises.
//
// F1. The index takes in a batch after its sync, never before: what it shows is durable.
// F2. A cut makes the new base durable first, then removes whole segments: until the base is there, everything else is.
// F3. Beginning anew makes a base durable that starts a chain of its own: no batch of before fits behind it. The segments
//     of before go once a batch stands behind the base; until then the base's hard state holds. After a loss they are set
//     aside, in the place of those of the last time: people may want what can still be read.

import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { asIndex, type Entry, type HardState, type LogBase, type LogIndex } from '../../raft/types.ts';
import { assert, present } from '../lib/assert.ts';
import type { BaseFile, ChainStart } from './base-file.ts';
import type { Disk } from './disk.ts';
import type { EntryIndex } from './entry-index.ts';
import { EntryReader } from './entry-reader.ts';
import { onDisk } from './faults.ts';
import { isReplaced, type PlacedBatch, replacedOf, type Segment } from './segment.ts';
import type { Segments } from './segments.ts';
import type { SegmentWriter } from './segment-writer.ts';

export interface LogChange {
  readonly hardState: HardState;
  readonly truncateFrom: LogIndex | undefined;
  readonly entries: readonly Entry[];
}

export interface LogFilesOptions {
  readonly disk: Disk;
  /** Of the segments and the base. */
  readonly directory: string;
  readonly baseFile: BaseFile;
  readonly segments: Segments;
  readonly index: EntryIndex;
  readonly writer: SegmentWriter;
  /** Where the batches begin now. */
  readonly start: ChainStart;
  readonly hardState: HardState;
}

export class LogFiles {
  readonly index: EntryIndex;
  readonly reader: EntryReader;
  readonly writer: SegmentWriter;
  readonly segments: Segments;
  readonly #disk: Disk;
  readonly #directory: string;
  readonly #baseFile: BaseFile;
  #start: ChainStart;
  #hardState: HardState;
  /** Changes of the base, one after the other. */
  #changes: Promise<unknown> = Promise.resolve();

  constructor(options: LogFilesOptions) {
    this.#disk = options.disk;
    this.#directory = options.directory;
    this.#baseFile = options.baseFile;
    this.segments = options.segments;
    this.index = options.index;
    this.reader = new EntryReader(options.disk, options.index);
    this.writer = options.writer;
    this.#start = options.start;
    this.#hardState = options.hardState;
  }

  get hardState(): HardState {
    return this.#hardState;
  }

  /** One batch; durable when it resolves. Throws `DISK_FAILED`. */
  async append(change: LogChange): Promise<PlacedBatch> {
    const batch = await this.writer.write(change);
    this.segments.add(batch, this.index.lastIndex);
    this.index.add(batch); // F1
    this.#hardState = change.hardState;
    return batch;
  }

  /** All entries go, and the log goes on behind `base`, with `change`; durable when it resolves (F3). Throws `DISK_FAILED`. */
  beginAnew(base: LogBase, change: LogChange, { isLoss }: { readonly isLoss: boolean }): Promise<void> {
    return this.#exclusively(async () => {
      const { index, term } = base;
      const { sequence, number } = this.writer.next;
      const previous = crc32(`${this.#start.previous} ${number} ${index} ${term}`);
      const start = { sequence, number, previous };
      await this.#writeBase({ base, hardState: change.hardState, start });
      this.index.restart(base);
      await this.writer.beginAnew(previous);
      await this.append(change);
      const before = this.segments.dropBefore(sequence);
      await (isLoss ? this.#setAside(before) : this.remove(before));
    });
  }

  /** Cuts off entries up to `upTo` or less; what goes is gone when it resolves (F2). Throws `DISK_FAILED` or `LOG_CORRUPT`. */
  compact(upTo: LogIndex): Promise<void> {
    return this.#exclusively(async () => {
      const part = this.segments.beginning(upTo);
      if (part === undefined || this.segments.isFirst(part)) return;
      const base = await this.#baseAt(present(part.base, 'the log can begin there'));
      const { sequence } = part.segment;
      const start = { sequence, number: part.number, previous: part.previous };
      await this.#writeBase({ base, hardState: this.#hardState, start });
      this.index.cutTo(base);
      await this.remove(this.segments.dropBefore(sequence));
    });
  }

  /** Writes the base again, if there is one. */
  async rewriteBase(): Promise<void> {
    if (this.#baseFile.record !== undefined) await this.#rewriteBase();
  }

  /** From now on genesis outlives its entry. */
  async keepGenesis(): Promise<void> {
    const kept = this.#baseFile.record?.genesis?.clusterId;
    if (this.index.genesis?.clusterId !== kept) await this.#rewriteBase();
  }

  /** Segments that are not of the log any more. */
  async remove(segments: readonly Segment[]): Promise<void> {
    if (segments.length === 0) return;
    await onDisk(`removing ${segments[0]?.path ?? ''}`, async () => {
      for (const { path } of segments) await this.#disk.unlink(path);
      await this.#disk.syncDirectory(this.#directory);
    });
  }

  /** Waits for changes under way. Whoever asked for one hears of its failure. */
  async close(): Promise<void> {
    await this.#changes;
    await this.writer.close();
  }

  async #setAside(segments: readonly Segment[]): Promise<void> {
    if (segments.length === 0) return;
    await onDisk(`setting ${segments[0]?.path ?? ''} aside`, async () => {
      const names = await this.#disk.list(this.#directory);
      for (const name of names.filter(isReplaced)) await this.#disk.unlink(join(this.#directory, name));
      for (const segment of segments) await this.#disk.rename(segment.path, replacedOf(segment));
      await this.#disk.syncDirectory(this.#directory);
    });
  }

  #rewriteBase(): Promise<void> {
    const { base } = this.index;
    return this.#exclusively(() => this.#writeBase({ base, hardState: this.#hardState, start: this.#start }));
  }

  async #baseAt(index: LogIndex): Promise<LogBase> {
    if (index === this.index.base.index) return this.index.base;
    const [entry] = await this.reader.read({ from: index, to: asIndex(index + 1), bytesMax: 0 });
    assert(entry !== undefined, 'what is about to be cut off is there');
    const configuration = this.index.configurationAt(index);
    return { index, term: entry.term, time: entry.time, configuration };
  }

  async #writeBase(change: {
    readonly base: LogBase;
    readonly hardState: HardState;
    readonly start: ChainStart;
  }): Promise<void> {
    await this.#baseFile.write({ ...change, genesis: this.index.genesis });
    this.#start = change.start;
  }

  #exclusively(change: () => Promise<void>): Promise<void> {
    const done = this.#changes.then(change);
    this.#changes = done.catch(() => undefined);
    return done;
  }
}
