// The state that another peer sends, until it is installed or dropped: at most one, beside the one in use.
//
// G1. What is staged is gone on with only for the same index, term and hash; anything else there is dropped first.
// G2. A staged state that is damaged was never there: it is dropped, and the transfer begins anew.

import type { LogIndex, Snapshot } from '../../raft/types.ts';
import { assert } from '../lib/assert.ts';
import type { SnapshotSink } from '../peer/snapshot-ports.ts';
import type { Disk } from './disk.ts';
import { LevelSnapshotSink, type Staged } from './snapshot-sink.ts';
import { StateDatabase } from './state-database.ts';
import { StateDamaged } from './state-faults.ts';
import type { StateLayout } from './state-layout.ts';

/** Whether both name one state. */
export const isSameState = (a: Snapshot, b: Snapshot): boolean =>
  a.index === b.index && a.term === b.term && a.hash === b.hash;

interface Found {
  readonly database: StateDatabase;
  readonly snapshot: Snapshot;
  readonly staged: Staged;
}

export class StagedState {
  readonly #layout: StateLayout;
  readonly #disk: Disk;
  #sink: SnapshotSink | undefined;

  constructor({ layout, disk }: { readonly layout: StateLayout; readonly disk: Disk }) {
    this.#layout = layout;
    this.#disk = disk;
  }

  /** G1. */
  async stage(snapshot: Snapshot): Promise<SnapshotSink> {
    assert(this.#sink === undefined, 'one sink is open at a time');
    const layout = this.#layout;
    const found =
      (await this.#find((known) => isSameState(known, snapshot))) ?? (await this.#begin(snapshot));
    const sink: SnapshotSink = new LevelSnapshotSink({
      ...found,
      guard: (read) => layout.guard(found.database.path, read),
      onClosed: () => (this.#sink = undefined),
      drop: () => layout.removeStaged(),
    });
    this.#sink = sink;
    return sink;
  }

  /** Drops what nobody can want any more: it is not behind `index`, where the state in use stands. */
  async tidy(index: LogIndex): Promise<void> {
    const found = await this.#find((known) => known.index > index);
    await found?.database.close();
  }

  async discard(): Promise<void> {
    await this.close();
    await this.#layout.removeStaged();
  }

  async close(): Promise<void> {
    await this.#sink?.close();
  }

  /** What is staged, open, if it is `wanted`; otherwise it is dropped. */
  async #find(wanted: (known: Snapshot) => boolean): Promise<Found | undefined> {
    if (!(await this.#layout.isStaged())) return undefined;
    let database: StateDatabase | undefined;
    try {
      const record = await this.#layout.guard(this.#layout.staged, async () => {
        database = await StateDatabase.open(this.#layout.staged, this.#disk);
        return database.record();
      });
      if (database !== undefined && record?.staged !== undefined && wanted(record.snapshot)) {
        return { database, snapshot: record.snapshot, staged: record.staged };
      }
    } catch (error) {
      if (!(error instanceof StateDamaged)) throw error; // G2
    }
    await database?.close();
    await this.#layout.removeStaged();
    return undefined;
  }

  async #begin(snapshot: Snapshot): Promise<Found> {
    const database = await StateDatabase.open(this.#layout.staged, this.#disk);
    const staged = { chunks: 0, finished: false };
    await database.write([], { snapshot, staged });
    return { database, snapshot, staged };
  }
}
