// The state on disk: StateStore over LevelDB, for restarts and for peers that need a whole state.
// Owns: which database is the one in use, the views of it, and the one being staged. Does not own: how a state is
// written and checked (StateDatabase), where it stands (StateLayout).
//
// T1. A flush is one synced write: all of its rows and the point they add up to, or nothing (B1).
// T2. What is loaded has the hash that was written with it, or is set aside, and the state begins empty. The log, the term and the
//     vote stay: the peer applies the log again, or, where that was cut, takes a snapshot.
// T3. A flush that finds no room (`DISK_FULL`) may be made again with its rows and newer ones: LevelDB is then opened anew, which
//     keeps of the failed write all or nothing, and either is what the next one is written over.
// T4. An install reads the staged state first, then moves the pointer, then drops the state before. A crash leaves the one or
//     the other, whole. Which one, and whether the log still has to follow, `installed` tells.

import { asIndex, type Snapshot } from '../../raft/types.ts';
import { assert, present } from '../lib/assert.ts';
import { isOrionError, type OrionError } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';
import type { LoadedState, StateFlush, StateStore } from '../peer/ports.ts';
import type { SnapshotSink, SnapshotSource } from '../peer/snapshot-ports.ts';
import { decodeRow, encodeRow } from '../state/row-codec.ts';
import type { Row, RowKey } from '../state/row.ts';
import { emptyStateHash } from '../state/state-hash.ts';
import type { Disk } from './disk.ts';
import { endsReader } from './ends-reader.ts';
import { diskFailed } from './faults.ts';
import { nodeDisk } from './node-disk.ts';
import { LevelSnapshotSource } from './snapshot-source.ts';
import { isSameState, StagedState } from './staged-state.ts';
import {
  classicLevelAt,
  type LevelAt,
  RowDigests,
  type StateDatabase,
  type StateRecord,
} from './state-database.ts';
import { onStateInUse, StateDamaged } from './state-faults.ts';
import { StateLayout } from './state-layout.ts';

/** A database, and what it held when it was opened. */
interface OpenedState {
  readonly database: StateDatabase;
  readonly digests: RowDigests;
  readonly record: StateRecord | undefined;
  readonly rows: ReadonlyMap<RowKey, Row>;
}

/**
 * Opens the states in `directory`, which is made when it is not there, and reads the one in use. Throws
 * `FORMAT_TOO_NEW`, `DISK_FULL` or `DISK_FAILED`.
 */
export async function openStateStore(options: {
  readonly directory: string;
  readonly disk?: Disk;
  /** Default {@link limits.snapshotChunkBytes}: the same on all peers, or a transfer cannot change its sender. */
  readonly chunkBytes?: number;
  /** Default: LevelDB. */
  readonly levelAt?: LevelAt;
  /** Default {@link endsReader}. */
  readonly endsReader?: (path: string) => Promise<boolean>;
  /** Told what was damaged on this disk. */
  readonly report?: (fields: object, message: string) => void;
}): Promise<StateStore> {
  const { directory, chunkBytes = limits.snapshotChunkBytes } = options;
  const { disk = nodeDisk, levelAt = classicLevelAt, report = () => undefined } = options;
  const layout = await StateLayout.open({
    directory,
    disk,
    levelAt,
    report,
    endsReader: options.endsReader ?? endsReader,
  });
  const found = await layout.openState(layout.current, readState);
  if (found === undefined) await layout.setAside(layout.current); // T2
  const opened = found ?? (await layout.openState(layout.current, readState));
  const store = new LevelStateStore({
    layout,
    chunkBytes,
    opened: present(opened, 'a new state is sound'),
    discarded: found === undefined || layout.discarded,
  });
  try {
    await store.tidy();
  } catch (error) {
    await store.close();
    throw error;
  }
  return store;
}

async function readState(database: StateDatabase): Promise<OpenedState> {
  const record = await database.record();
  if (record?.staged?.finished === false) throw new StateDamaged(`${database.path} was never received whole`);
  const rows = new Map<RowKey, Row>();
  const digests = new RowDigests();
  for await (const some of database.rows()) {
    for (const { key, text: bytes } of some) {
      const text = bytes.toString();
      rows.set(key, decodeRow(text));
      digests.set(key, text);
    }
  }
  if (digests.hash !== (record?.snapshot.hash ?? emptyStateHash)) {
    throw new StateDamaged(`${database.path} is damaged: its rows are not those that were written`); // T2
  }
  return { database, digests, record, rows };
}

class LevelStateStore implements StateStore {
  readonly #layout: StateLayout;
  readonly #chunkBytes: number;
  readonly #staged: StagedState;
  readonly #sources = new Set<SnapshotSource>();
  #database: StateDatabase;
  #digests: RowDigests;
  #snapshot: Snapshot | undefined;
  /** Until it is no longer what is on disk. */
  #loaded: LoadedState | undefined;
  #isFlushing = false;
  /** The last write found no room (T3). */
  #mustReopen = false;

  constructor(options: { layout: StateLayout; chunkBytes: number; opened: OpenedState; discarded: boolean }) {
    const { opened, discarded } = options;
    this.#layout = options.layout;
    this.#chunkBytes = options.chunkBytes;
    this.#staged = new StagedState(options.layout);
    this.#database = opened.database;
    this.#digests = opened.digests;
    this.#snapshot = opened.record?.snapshot;
    const installed = opened.record?.staged !== undefined;
    this.#loaded = { snapshot: this.#snapshot, rows: opened.rows, discarded, installed };
  }

  get snapshot(): Snapshot | undefined {
    return this.#snapshot;
  }

  async load(): Promise<LoadedState> {
    return present(this.#loaded, 'a state is loaded before it is flushed');
  }

  async flush({ snapshot: point, rows }: StateFlush): Promise<void> {
    assert(!this.#isFlushing, 'one flush is in flight at a time');
    assert(point.index >= (this.#snapshot?.index ?? 0), 'what is flushed rises');
    this.#isFlushing = true;
    this.#loaded = undefined;
    try {
      if (this.#mustReopen) await this.#reopen();
      let snapshot = this.#snapshot;
      await onStateInUse(() =>
        this.#database.write(this.#encode(rows), () => {
          snapshot = { ...point, hash: this.#digests.hash };
          return { snapshot, staged: undefined };
        }),
      ); // T1
      this.#snapshot = snapshot;
    } catch (error) {
      this.#mustReopen = isOrionError(error, 'DISK_FULL');
      throw error;
    } finally {
      this.#isFlushing = false;
    }
  }

  async openSnapshot(): Promise<SnapshotSource> {
    const database = this.#database;
    const view = database.view();
    const record = await onStateInUse(() => database.record(view));
    const source: SnapshotSource = new LevelSnapshotSource({
      snapshot: present(record, 'a state that was flushed is sent').snapshot,
      database,
      view,
      chunkBytes: this.#chunkBytes,
      onClosed: () => this.#sources.delete(source),
    });
    this.#sources.add(source);
    return source;
  }

  stage(snapshot: Snapshot): Promise<SnapshotSink> {
    return this.#staged.stage(snapshot);
  }

  async install(snapshot: Snapshot): Promise<{ readonly rows: ReadonlyMap<RowKey, Row> }> {
    assert(!this.#isFlushing, 'a state that is replaced is not written');
    await this.#staged.close();
    if (this.#snapshot !== undefined && isSameState(this.#snapshot, snapshot)) {
      return { rows: (await onStateInUse(() => readState(this.#database))).rows };
    }
    const opened = await this.#layout.openState(this.#layout.staged, readState);
    if (opened === undefined) throw damagedInstall(this.#layout.staged);
    try {
      assert(opened.record !== undefined && isSameState(opened.record.snapshot, snapshot), 'it was staged');
      await this.#layout.switchToStaged(); // T4
    } catch (error) {
      await opened.database.close();
      throw error;
    }
    await this.#end();
    this.#database = opened.database;
    this.#digests = opened.digests;
    this.#snapshot = opened.record.snapshot;
    this.#loaded = undefined;
    this.#mustReopen = false;
    await this.#layout.removeBefore();
    return { rows: opened.rows };
  }

  discard(): Promise<void> {
    return this.#staged.discard();
  }

  /** Drops what a crash left staged and nobody wants any more. */
  tidy(): Promise<void> {
    return this.#staged.tidy(this.#snapshot?.index ?? asIndex(0));
  }

  async close(): Promise<void> {
    await this.#staged.close();
    await this.#end();
  }

  *#encode(rows: StateFlush['rows']): Generator<readonly [key: RowKey, text: string | undefined]> {
    for (const [key, row] of rows) {
      const text = row === undefined ? undefined : encodeRow(row);
      this.#digests.set(key, text);
      yield [key, text];
    }
  }

  async #reopen(): Promise<void> {
    await this.#endSources();
    await onStateInUse(() => this.#database.reopen());
  }

  /** The database in use is used no more. */
  async #end(): Promise<void> {
    await this.#endSources();
    await this.#database.close();
  }

  async #endSources(): Promise<void> {
    for (const source of this.#sources) await source.close();
  }
}

function damagedInstall(path: string): OrionError {
  return diskFailed(
    `installing ${path}`,
    new Error('it was read back whole before, and does not match its checksums now'),
  );
}
