// A state on its way in: chunks into a state of their own, beside the one in use.
//
// I1. A chunk's rows and the count of chunks are one synced write: after any crash the staged state holds a whole number of
//     chunks from the first on, and the transfer goes on there.
// I2. Finished means: every row was read back from this disk, and together they have the hash that was offered. Only such a
//     state can be installed.

import type { Snapshot } from '../../raft/types.ts';
import { assert } from '../lib/assert.ts';
import { OrionError } from '../lib/errors.ts';
import type { SnapshotChunk, SnapshotSink } from '../peer/snapshot-ports.ts';
import type { RowKey } from '../state/row.ts';
import { addDigests, hashOf, rowDigest } from '../state/state-hash.ts';
import { badChunk, readChunk } from './snapshot-chunk.ts';
import type { StateDatabase, StateRecord } from './state-database.ts';
import { onStateInUse, StateDamaged } from './state-faults.ts';

/** How much of a state has come. */
export type Staged = NonNullable<StateRecord['staged']>;

export class LevelSnapshotSink implements SnapshotSink {
  readonly #snapshot: Snapshot;
  readonly #database: StateDatabase;
  readonly #guard: <T>(read: () => Promise<T>) => Promise<T>;
  readonly #onClosed: () => void;
  readonly #drop: () => Promise<void>;
  #staged: Staged;
  /** A write is under way, or failed: what LevelDB's log holds then, only opening it anew tells. */
  #isBroken = false;

  constructor(options: {
    readonly snapshot: Snapshot;
    readonly database: StateDatabase;
    readonly staged: Staged;
    /** Does what reads the whole state. */
    readonly guard: <T>(read: () => Promise<T>) => Promise<T>;
    readonly onClosed: () => void;
    /** Removes what is staged, which is closed. */
    readonly drop: () => Promise<void>;
  }) {
    this.#snapshot = options.snapshot;
    this.#database = options.database;
    this.#staged = options.staged;
    this.#guard = options.guard;
    this.#onClosed = options.onClosed;
    this.#drop = options.drop;
  }

  get received(): number {
    return this.#staged.chunks;
  }

  async write(chunk: SnapshotChunk): Promise<void> {
    const { chunks, finished } = this.#staged;
    if (finished || chunk.number !== chunks) throw badChunk(chunk, `chunk ${chunks} is the next`);
    const rows = readChunk(chunk).map(({ key, text }): [RowKey, Buffer] => [key, text]);
    await this.#record({ chunks: chunks + 1, finished: false }, rows); // I1
  }

  async finish(): Promise<void> {
    if (this.#staged.finished) return;
    if ((await this.#hash()) === this.#snapshot.hash) {
      await this.#record({ ...this.#staged, finished: true });
      return;
    }
    await this.close();
    await this.#drop();
    throw new OrionError(
      'MALFORMED',
      `The snapshot at ${this.#snapshot.index} was taken in whole, and its rows are not those that were offered. ` +
        `It is dropped, and asked for anew.`,
    );
  }

  async close(): Promise<void> {
    await this.#database.close();
    this.#onClosed();
  }

  async #record(staged: Staged, rows: Iterable<[RowKey, Buffer]> = []): Promise<void> {
    assert(!this.#isBroken, 'a sink whose write failed is closed, and staged again');
    this.#isBroken = true;
    await onStateInUse(() => this.#database.write(rows, () => ({ snapshot: this.#snapshot, staged })));
    this.#isBroken = false;
    this.#staged = staged;
  }

  /** Undefined when a row is damaged. I2. */
  async #hash(): Promise<string | undefined> {
    try {
      return await this.#guard(async () => {
        let sum = 0n;
        for await (const rows of this.#database.rows()) {
          for (const { key, text } of rows) sum = addDigests(sum, rowDigest(key, text.toString()));
        }
        return hashOf(sum);
      });
    } catch (error) {
      if (error instanceof StateDamaged) return undefined;
      throw error;
    }
  }
}
