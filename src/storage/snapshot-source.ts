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
import { ChunkBuilder } from './snapshot-chunk.ts';
import type { StateDatabase, StateView } from './state-database.ts';
import { onStateInUse, StateDamaged } from './state-faults.ts';

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
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#onClosed();
    await this.#view.close();
  }

  /** The chunk of that number, whose start is known; undefined when there are no rows. */
  async #gather(number: number): Promise<SnapshotChunk | undefined> {
    if (this.#isClosed) throw ended(this.snapshot);
    const isNew = this.#count === undefined && number === this.#starts.length - 1;
    const from = this.#starts[number];
    const builder = new ChunkBuilder(this.#chunkBytes);
    let sum = this.#sum;
    for await (const rows of this.#database.rows({ from, view: this.#view })) {
      for (const row of rows) {
        if (builder.isFull) {
          if (isNew) this.#passed(sum, row.key);
          return builder.build(number);
        }
        builder.add(row);
        if (isNew) sum = addDigests(sum, rowDigest(row.key, row.text.toString()));
      }
    }
    if (isNew) this.#finish(sum, builder.isEmpty ? number : number + 1);
    return builder.isEmpty ? undefined : builder.build(number);
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
