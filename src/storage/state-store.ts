// The state on disk: StateStore over LevelDB, one row a key, for restarts only.
//
// T1. A flush is one synced batch: all of its rows and the applied index, or nothing. Never an unsynced write.
// T2. A digest over all rows stands beside the applied index and is compared when they are loaded: LevelDB skips a
//     damaged record of its own log in silence, and a row that is missing must not pass for one that was deleted.

import { ClassicLevel } from 'classic-level';
import { Packr } from 'msgpackr';
import { crc32 } from 'node:zlib';
import { asIndex, type LogIndex } from '../../raft/types.ts';
import { OrionError } from '../lib/errors.ts';
import type { StateFlush, StateStore } from '../peer/ports.ts';
import type { Row, RowKey } from '../state/row.ts';
import { formatTooNew, onDisk } from './faults.ts';

const format = 1;
/** No row has this key: theirs begin with the name of a table. */
const metaKey = '!meta';

interface Meta {
  readonly format: typeof format;
  readonly applied: number;
  readonly rows: number;
  readonly digest: number;
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
  readonly #packr = new Packr({ useRecords: false });
  /** Checksum of each row, by its key. */
  readonly #checksums = new Map<string, number>();
  /** Sum of the checksums, modulo 2^32: it does not depend on the order of the rows. */
  #digest = 0;

  constructor(directory: string, database: ClassicLevel<string, Buffer>) {
    this.#directory = directory;
    this.#database = database;
  }

  async load(): Promise<{ readonly applied: LogIndex; readonly rows: ReadonlyMap<RowKey, Row> }> {
    const rows = new Map<RowKey, Row>();
    let meta: Meta = { format, applied: 0, rows: 0, digest: 0 };
    const found = await onDisk(`loading the state in ${this.#directory}`, () =>
      this.#database.iterator().all(),
    );
    for (const [key, value] of found) {
      const decoded: unknown = this.#packr.unpack(value);
      if (key === metaKey) {
        meta = decoded as Meta;
        if (meta.format !== format) throw formatTooNew(this.#directory, meta.format, format);
      } else {
        rows.set(key as RowKey, decoded as Row);
        this.#note(key, value);
      }
    }
    if (meta.rows !== rows.size || meta.digest !== this.#digest) throw stateDamaged(this.#directory); // T2
    return { applied: asIndex(meta.applied), rows };
  }

  async flush({ applied, rows }: StateFlush): Promise<void> {
    const batch = this.#database.batch();
    for (const [key, row] of rows) {
      const value = row === undefined ? undefined : this.#packr.pack(row);
      this.#note(key, value);
      if (value === undefined) batch.del(key);
      else batch.put(key, value);
    }
    const meta: Meta = { format, applied, rows: this.#checksums.size, digest: this.#digest };
    batch.put(metaKey, this.#packr.pack(meta));
    await onDisk(`writing the state in ${this.#directory}`, () => batch.write({ sync: true })); // T1
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  #note(key: string, value: Buffer | undefined): void {
    const before = this.#checksums.get(key) ?? 0;
    const after = value === undefined ? 0 : crc32(value, crc32(key));
    this.#digest = (this.#digest - before + after) >>> 0;
    if (value === undefined) this.#checksums.delete(key);
    else this.#checksums.set(key, after);
  }
}

function stateDamaged(directory: string): OrionError {
  return new OrionError(
    'DISK_FAILED',
    `The state in ${directory} is damaged: its rows are not those that were written. Check the disk, then move this ` +
      `directory away (not the log beside it) and start the peer again: it rebuilds the state from its log.`,
  );
}
