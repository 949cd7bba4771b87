// The state on disk: StateStore over LevelDB, one row a key, for restarts only.
//
// T1. A flush is one synced batch: all of its rows and the applied index, or nothing. Never an unsynced write.
// T2. The state hash over all rows stands beside the applied index and is compared when they are loaded: LevelDB skips a
//     damaged record of its own log in silence, and a row that is missing must not pass for one that was deleted.

import { ClassicLevel } from 'classic-level';
import type { Snapshot } from '../../raft/types.ts';
import { OrionError } from '../lib/errors.ts';
import type { LoadedState, StateFlush, StateStore } from '../peer/ports.ts';
import { decodeRow, encodeRow } from '../state/row-codec.ts';
import type { Row, RowKey } from '../state/row.ts';
import { addDigests, emptyStateHash, hashOf, rowDigest } from '../state/state-hash.ts';
import { formatTooNew, onDisk } from './faults.ts';

const format = 2;
/** No row has this key: theirs begin with the name of a table. */
const metaKey = '!meta';

interface Meta {
  readonly format: typeof format;
  readonly snapshot: Snapshot;
}

/** `directory`: of the state alone; its parent exists. Throws `DISK_FAILED`. */
export async function openStateStore(directory: string): Promise<StateStore> {
  const database = new ClassicLevel<string, Buffer>(directory, { valueEncoding: 'buffer' });
  await onDisk(`opening the state in ${directory}`, () => database.open());
  return new LevelStateStore(directory, database);
}

class LevelStateStore implements StateStore {
  readonly #directory: string;
  readonly #database: ClassicLevel<string, Buffer>;
  /** Digest of each row, by its key. */
  readonly #digests = new Map<RowKey, bigint>();
  #sum = 0n;
  #snapshot: Snapshot | undefined;

  constructor(directory: string, database: ClassicLevel<string, Buffer>) {
    this.#directory = directory;
    this.#database = database;
  }

  get snapshot(): Snapshot | undefined {
    return this.#snapshot;
  }

  async load(): Promise<LoadedState> {
    const rows = new Map<RowKey, Row>();
    const found = await onDisk(`loading the state in ${this.#directory}`, () =>
      this.#database.iterator().all(),
    );
    for (const [key, value] of found) {
      const text = value.toString();
      if (key === metaKey) {
        const meta = JSON.parse(text) as Meta;
        if (meta.format !== format) throw formatTooNew(this.#directory, meta.format, format);
        this.#snapshot = meta.snapshot;
      } else {
        rows.set(key as RowKey, decodeRow(text));
        this.#note(key as RowKey, text);
      }
    }
    if (hashOf(this.#sum) !== (this.#snapshot?.hash ?? emptyStateHash)) throw stateDamaged(this.#directory); // T2
    return { snapshot: this.#snapshot, rows, discarded: false };
  }

  async flush({ snapshot: point, rows }: StateFlush): Promise<void> {
    const batch = this.#database.batch();
    for (const [key, row] of rows) {
      const text = row === undefined ? undefined : encodeRow(row);
      this.#note(key, text);
      if (text === undefined) batch.del(key);
      else batch.put(key, Buffer.from(text));
    }
    const snapshot = { ...point, hash: hashOf(this.#sum) };
    const meta: Meta = { format, snapshot };
    batch.put(metaKey, Buffer.from(JSON.stringify(meta)));
    await onDisk(`writing the state in ${this.#directory}`, () => batch.write({ sync: true })); // T1
    this.#snapshot = snapshot;
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  #note(key: RowKey, text: string | undefined): void {
    const before = this.#digests.get(key) ?? 0n;
    const after = text === undefined ? 0n : rowDigest(key, text);
    this.#sum = addDigests(this.#sum, after - before);
    if (text === undefined) this.#digests.delete(key);
    else this.#digests.set(key, after);
  }
}

function stateDamaged(directory: string): OrionError {
  return new OrionError(
    'DISK_FAILED',
    `The state in ${directory} is damaged: its rows are not those that were written. Check the disk, then move this ` +
      `directory away (not the log beside it) and start the peer again: it rebuilds the state from its log.`,
  );
}
