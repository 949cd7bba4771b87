// The state that another peer sends, until it is installed or dropped: at most one, beside the one in use.
//
// G1. What is staged is gone on with only for the same index, term and hash; anything else there is dropped first.
// G2. A staged state that is damaged was never there: it is dropped, and the transfer begins anew.

import type { LogIndex, Snapshot } from '../../raft/types.ts';
import { assert } from '../lib/assert.ts';
import type { SnapshotSink } from '../peer/snapshot-ports.ts';
import { LevelSnapshotSink, type Staged } from './snapshot-sink.ts';
import type { StateDatabase } from './state-database.ts';
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
  #sink: SnapshotSink | undefined;

  constructor(layout: StateLayout) {
    this.#layout = layout;
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
    const found = await this.#open();
    if (found !== undefined && wanted(found.snapshot)) return found;
    await found?.database.close();
    await this.#layout.removeStaged();
    return undefined;
  }

  /** Undefined when it is damaged (G2), or was hardly begun. */
  async #open(): Promise<Found | undefined> {
    const opened = await this.#layout.openState(this.#layout.staged, async (database) => ({
      database,
      record: await database.record(),
    }));
    if (opened === undefined) return undefined;
    const { snapshot, staged } = opened.record ?? {};
    if (snapshot !== undefined && staged !== undefined)
      return { database: opened.database, snapshot, staged };
    await opened.database.close();
    return undefined;
  }

  async #begin(snapshot: Snapshot): Promise<Found> {
    const database = await this.#layout.openDatabase(this.#layout.staged);
    const staged = { chunks: 0, finished: false };
    try {
      await database.write([], () => ({ snapshot, staged }));
    } catch (error) {
      await database.close();
      throw error;
    }
    return { database, snapshot, staged };
  }
}
