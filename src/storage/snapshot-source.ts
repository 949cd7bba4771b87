// A state on its way out: chunks read from one moment of the state on disk, while flushes go on.
//
// O1. Memory holds one chunk, and of each chunk that was passed the key at which it begins: where a chunk begins follows
//     from the rows before it, so that the first reading goes through all of them.
// O2. What is sent is what was flushed: every row is checked, and the first reading compares all of them with the hash. A state that
//     turns out to be damaged while it is in use is an error of the disk; the next start gives it up.

import type { Snapshot } from '../../raft/types.ts';
import { assert } from '../lib/assert.ts';
import { OrionError } from '../lib/errors.ts';
import type { SnapshotChunk, SnapshotSource } from '../peer/snapshot-ports.ts';
import type { RowKey } from '../state/row.ts';
import { addDigests, hashOf, rowDigest } from '../state/state-hash.ts';
import { ChunkBuilder, type EncodedRow } from './snapshot-chunk.ts';
import type { StateDatabase, StateView } from './state-database.ts';
import { onStateInUse, StateDamaged } from './state-faults.ts';

/**
 * The rows from the start of a chunk on. One goes through the whole state: what an iterator of LevelDB was given stays in
 * memory until that is collected as garbage, and it looks too small for anybody to hurry.
 */
interface Cursor {
  readonly chunk: number;
  /** Read, and not yet taken. */
  readonly rows: readonly EncodedRow[];
  readonly batches: AsyncGenerator<EncodedRow[], void>;
}

export class LevelSnapshotSource implements SnapshotSource {
  readonly snapshot: Snapshot;
  readonly #database: StateDatabase;
  readonly #view: StateView;
  readonly #chunkBytes: number;
  readonly #onClosed: () => void;
  /** The first key of each chunk up to the first that was not read yet; the first chunk begins with the first row. */
  readonly #starts: (RowKey | undefined)[] = [undefined];
  /** How many chunks there are, once the last was read. */
  #count: number | undefined;
  /** Digests of the rows of all chunks that were read. */
  #sum = 0n;
  /** Where the chunk after the one that was read last begins. */
  #cursor: Cursor | undefined;
  #isReading = false;
  #isClosed = false;

  constructor(options: {
    readonly snapshot: Snapshot;
    readonly database: StateDatabase;
    readonly view: StateView;
    readonly chunkBytes: number;
    readonly onClosed: () => void;
  }) {
    this.snapshot = options.snapshot;
    this.#database = options.database;
    this.#view = options.view;
    this.#chunkBytes = options.chunkBytes;
    this.#onClosed = options.onClosed;
  }

  async read(chunk: number): Promise<SnapshotChunk | undefined> {
    assert(!this.#isReading, 'chunks are read one at a time');
    this.#isReading = true;
    try {
      while (this.#count === undefined && this.#starts.length <= chunk) {
        await onStateInUse(() => this.#gather(this.#starts.length - 1));
      }
      if (this.#count !== undefined && chunk >= this.#count) return undefined;
      return await onStateInUse(() => this.#gather(chunk));
    } catch (error) {
      throw this.#isClosed ? ended(this.snapshot) : error;
    } finally {
      this.#isReading = false;
      if (this.#isClosed) await this.#dropCursor();
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#onClosed();
    await this.#dropCursor();
    await this.#view.close();
  }

  /** The chunk of that number, whose start is known; undefined when there are no rows. */
  async #gather(number: number): Promise<SnapshotChunk | undefined> {
    if (this.#isClosed) throw ended(this.snapshot);
    const isNew = this.#count === undefined && number === this.#starts.length - 1;
    const builder = new ChunkBuilder(this.#chunkBytes);
    let sum = this.#sum;
    let { rows, batches } = await this.#takeCursor(number);
    for (;;) {
      for (const [at, row] of rows.entries()) {
        if (builder.isFull) {
          this.#cursor = { chunk: number + 1, rows: rows.slice(at), batches };
          if (isNew) this.#passed(sum, row.key);
          return builder.build(number);
        }
        builder.add(row);
        if (isNew) sum = addDigests(sum, rowDigest(row.key, row.text.toString()));
      }
      const next = await batches.next();
      if (next.done === true) break;
      rows = next.value;
    }
    if (isNew) this.#finish(sum, builder.isEmpty ? number : number + 1);
    return builder.isEmpty ? undefined : builder.build(number);
  }

  /** The rows from the start of a chunk on: read on, if the one before it was read last. */
  async #takeCursor(chunk: number): Promise<Cursor> {
    const cursor = this.#cursor;
    if (cursor?.chunk === chunk) {
      this.#cursor = undefined;
      return cursor;
    }
    await this.#dropCursor();
    const from = this.#starts[chunk];
    return { chunk, rows: [], batches: this.#database.rows({ from, view: this.#view }) };
  }

  async #dropCursor(): Promise<void> {
    const cursor = this.#cursor;
    this.#cursor = undefined;
    await cursor?.batches.return(undefined);
  }

  #passed(sum: bigint, next: RowKey): void {
    this.#sum = sum;
    this.#starts.push(next);
  }

  #finish(sum: bigint, count: number): void {
    if (hashOf(sum) !== this.snapshot.hash) {
      throw new StateDamaged(`${this.#database.path} is damaged: its rows are not those that were flushed`); // O2
    }
    this.#count = count;
  }
}

function ended({ index }: Snapshot): OrionError {
  return new OrionError(
    'STALE',
    `The snapshot at ${index} cannot be read any more: its state was given up or replaced.`,
  );
}
