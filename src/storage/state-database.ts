// One state on disk: rows in a LevelDB, and beside them a record that says what they are.
// Owns: the form of a row and of that record, and what LevelDB's own errors mean. Does not own: which state counts
// (StateLayout), what is in a flush.
//
// B1. A write is one batch of LevelDB, synced: all of its rows and the record, or nothing. Never an unsynced one: LevelDB closes
//     a log file without syncing it when it begins the next, so an unsynced batch could be gone while a later one is there.
// B2. What is durable after a write: the batch, since LevelDB syncs its log for it; the name of that log, since the
//     directory is synced after each write (LevelDB does not do so when it begins a new log). Tables and manifest LevelDB
//     syncs itself, tables first, and the directory before the manifest that names them. Its CURRENT is written beside, synced
//     and renamed; the directory is synced after each opening. It unlinks the manifest before only after that rename: here it leans
//     on a file system that keeps the order of changes to one directory, as ext4, xfs and btrfs do.
// B3. Every value begins with a checksum over its key and itself: LevelDB does not check its blocks when it reads them, and
//     skips a damaged record of its log in silence.
// B4. Values of some size are deflated: LevelDB writes each several times, its own log as it is. Not larger ones, which would
//     hold up the event loop.
// B5. The record names the rows' hash (state-hash.ts), so that a row that is missing does not pass for one that was deleted. Rows
//     and record of one batch can vanish together: then an older state is there, whole, as if the batch had never been.

import { ClassicLevel, type Snapshot as LevelSnapshot } from 'classic-level';
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Snapshot } from '../../raft/types.ts';
import type { RowKey } from '../state/row.ts';
import { addDigests, hashOf, rowDigest } from '../state/state-hash.ts';
import type { Disk } from './disk.ts';
import { formatTooNew, stateTooOld } from './faults.ts';
import type { EncodedRow } from './snapshot-chunk.ts';
import { onState, StateDamaged } from './state-faults.ts';

/** 3: records beside the objects, and the window of changes. 4: many of them in a row; values that are deflated. */
const format = 4;
/** Sorts before every row: their keys begin with the name of a table. */
const recordKey = '!meta';
const checksumBytes = 4;
/** Stands before a text that is deflated: no text begins with it. */
const deflatedMark = Buffer.of(1);
/** Texts from this size on are deflated, and up to the other. */
const deflateBytesMin = 2 * 1024;
const deflateBytesMax = 64 * 1024;
/** Quick, and with little memory to be cleared: each text stands by itself, and is small. */
const deflation = { level: 1, windowBits: 14, memLevel: 6 } as const;
/** Rows read, or made ready to be written, in one go: one or two milliseconds. */
const rowsAtOnce = 256;
/** Bytes read in one go, if they are fewer than those of so many rows. */
const bytesAtOnce = 256 * 1024;
/** A larger value counts as several rows. */
const bytesARow = bytesAtOnce / rowsAtOnce;
/** A deflated value counts as so many rows. */
const rowsADeflation = 16;

/** What the rows are. */
export interface StateRecord {
  /** While it is staged: the one that the rows will make. */
  readonly snapshot: Snapshot;
  /** How they came here from another peer; absent once a flush has changed them. */
  readonly staged: { readonly chunks: number; readonly finished: boolean } | undefined;
}

/** The rows at one moment. */
export interface StateView {
  close(): Promise<void>;
}

/** What a state needs of LevelDB: tests put in a model of it, on a disk of theirs. */
export interface Level {
  open(): Promise<void>;
  close(): Promise<void>;
  get(key: string, options: { readonly snapshot?: LevelSnapshot }): Promise<Buffer | undefined>;
  batch(): LevelBatch;
  iterator(options: LevelRange): LevelIterator;
  snapshot(): LevelSnapshot;
}

export interface LevelBatch {
  put(key: string, value: Buffer): unknown;
  del(key: string): unknown;
  /** All or nothing. */
  write(options: { readonly sync: true }): Promise<void>;
}

interface LevelRange {
  readonly gt?: string;
  readonly gte?: string;
  readonly snapshot?: LevelSnapshot;
  readonly highWaterMarkBytes: number;
}

export interface LevelIterator {
  /** The next rows, up to `size`; none at the end. */
  nextv(size: number): Promise<[key: string, value: Buffer][]>;
  close(): Promise<void>;
}

/** The database at a path, not open yet. */
export type LevelAt = (path: string) => Level;

export const classicLevelAt: LevelAt = (path) =>
  new ClassicLevel<string, Buffer>(path, { valueEncoding: 'buffer' });

export class StateDatabase {
  readonly path: string;
  readonly #level: Level;
  readonly #disk: Disk;

  private constructor(path: string, level: Level, disk: Disk) {
    this.path = path;
    this.#level = level;
    this.#disk = disk;
  }

  /** Makes the state if there is none. Throws `StateDamaged`, `DISK_FULL` or `DISK_FAILED`. */
  static async open(place: {
    readonly path: string;
    readonly disk: Disk;
    readonly levelAt: LevelAt;
  }): Promise<StateDatabase> {
    const level = place.levelAt(place.path);
    const database = new StateDatabase(place.path, level, place.disk);
    try {
      await database.reopen();
    } catch (error) {
      await level.close();
      throw error;
    }
    return database;
  }

  /** Opens it, anew if it was open: after a write that failed for want of room LevelDB takes no other one. */
  async reopen(): Promise<void> {
    await onState(`opening ${this.path}`, async () => {
      await this.#level.close();
      await this.#disk.makeDirectory(this.path); // and its name is durable
      const names = await this.#disk.list(this.path);
      if (!names.includes('CURRENT') && names.some((name) => /\.(ldb|log)$/.test(name))) {
        throw new StateDamaged(
          `${this.path} has lost its file CURRENT: LevelDB would begin anew beside the rest`,
        );
      }
      await this.#level.open();
      await this.#disk.syncDirectory(this.path); // B2
    });
  }

  /** Undefined when nothing was ever written. Throws `StateDamaged`, `FORMAT_TOO_NEW` or `FORMAT_TOO_OLD`. */
  async record(view?: StateView): Promise<StateRecord | undefined> {
    const value = await onState(`reading ${this.path}`, () => this.#level.get(recordKey, under(view)));
    if (value === undefined) return undefined;
    const record = JSON.parse(unseal(this.path, recordKey, value).toString()) as StateRecord & {
      readonly format: number;
    };
    if (record.format > format) throw formatTooNew(this.path, record.format, format);
    if (record.format < format) throw stateTooOld(this.path, record.format, format);
    return { snapshot: whole(record.snapshot), staged: record.staged };
  }

  /**
   * B1. A row whose text is undefined goes. `record` is asked once the rows were. Many rows are taken some at a time, so
   * that whoever shares the event loop is not held up. Throws `DISK_FULL`, `DISK_FAILED` or `StateDamaged`.
   */
  async write(
    rows: Iterable<readonly [key: RowKey, text: string | Uint8Array | undefined]>,
    record: () => StateRecord,
  ): Promise<void> {
    await onState(`writing ${this.path}`, async () => {
      const batch = this.#level.batch();
      let count = 0;
      for (const [key, text] of rows) {
        const value = text === undefined ? undefined : seal(key, text);
        if (value === undefined) batch.del(key);
        else batch.put(key, value);
        count += costOf(value);
        if (count < rowsAtOnce) continue;
        count = 0;
        await turn();
      }
      batch.put(recordKey, seal(recordKey, JSON.stringify({ format, ...record() })));
      await batch.write({ sync: true });
      await this.#disk.syncDirectory(this.path); // B2
    });
  }

  /** The rows from `from` on, in the order of their keys' bytes, some at a time. Throws `StateDamaged` at one that is. */
  async *rows(
    options: { readonly from?: RowKey | undefined; readonly view?: StateView } = {},
  ): AsyncGenerator<EncodedRow[]> {
    const range = options.from === undefined ? { gt: recordKey } : { gte: options.from };
    const iterator = this.#level.iterator({
      ...range,
      ...under(options.view),
      highWaterMarkBytes: bytesAtOnce,
    });
    try {
      for (;;) {
        const found = await onState(`reading ${this.path}`, () => iterator.nextv(rowsAtOnce));
        if (found.length === 0) return;
        let some: EncodedRow[] = [];
        let bytes = 0;
        for (const [key, value] of found) {
          const text = unseal(this.path, key, value);
          some.push({ key: key as RowKey, text });
          bytes += text.length;
          if (bytes < bytesAtOnce) continue; // values may be a tenth of what they hold
          yield some;
          some = [];
          bytes = 0;
          await turn();
        }
        if (some.length > 0) yield some;
      }
    } finally {
      await iterator.close();
    }
  }

  view(): StateView {
    return this.#level.snapshot();
  }

  /** Ends what reads from it, and waits for what writes. */
  close(): Promise<void> {
    return onState(`closing ${this.path}`, () => this.#level.close());
  }
}

/** The digests of rows that are stored, so that a change costs no look at the disk. */
export class RowDigests {
  readonly #digests = new Map<RowKey, bigint>();
  #sum = 0n;

  get hash(): string {
    return hashOf(this.#sum);
  }

  /** The row at `key` has this text now, or is gone. */
  set(key: RowKey, text: string | undefined): void {
    const before = this.#digests.get(key) ?? 0n;
    const after = text === undefined ? 0n : rowDigest(key, text);
    this.#sum = addDigests(this.#sum, after - before);
    if (text === undefined) this.#digests.delete(key);
    else this.#digests.set(key, after);
  }
}

/** JSON leaves out what is undefined: it is put back, so that a snapshot reads as it was written. */
function whole(snapshot: Snapshot): Snapshot {
  const { configuration } = snapshot;
  const learners = configuration.learners.map((learner) => ({ ...learner, replaces: learner.replaces }));
  return { ...snapshot, configuration: { ...configuration, learners } };
}

/** Lets everything else that waits have its turn. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const under = (view: StateView | undefined): { snapshot?: LevelSnapshot } =>
  view === undefined ? {} : { snapshot: view as LevelSnapshot };

function seal(key: string, text: string | Uint8Array): Buffer {
  const content = deflated(text) ?? text;
  const size = typeof content === 'string' ? Buffer.byteLength(content) : content.length;
  const value = Buffer.allocUnsafe(checksumBytes + size);
  if (typeof content === 'string') value.write(content, checksumBytes);
  else value.set(content, checksumBytes);
  value.writeUInt32LE(crc32(value.subarray(checksumBytes), crc32(key)), 0);
  return value;
}

function unseal(path: string, key: string, value: Buffer): Buffer {
  const content = value.subarray(checksumBytes);
  if (value.length < checksumBytes || value.readUInt32LE(0) !== crc32(content, crc32(key))) {
    throw new StateDamaged(
      `${path} is damaged: the row at ${JSON.stringify(key)} does not match its checksum`,
    );
  }
  return isDeflated(value) ? inflateRawSync(content.subarray(deflatedMark.length)) : content;
}

/** B4. Undefined when that is not done, or does not help. */
function deflated(text: string | Uint8Array): Buffer | undefined {
  const size = typeof text === 'string' ? Buffer.byteLength(text) : text.length;
  if (size < deflateBytesMin || size > deflateBytesMax) return undefined;
  const content = Buffer.concat([deflatedMark, deflateRawSync(text, deflation)]);
  return content.length < size ? content : undefined;
}

/** How many rows of usual size take as long to be made ready. */
const costOf = (value: Buffer | undefined): number =>
  value === undefined
    ? 1
    : Math.max(isDeflated(value) ? rowsADeflation : 1, Math.ceil(value.length / bytesARow));

const isDeflated = (value: Buffer): boolean => value[checksumBytes] === deflatedMark[0];
