// The state that is read for other peers: opened once for all that want it, and kept for a while.
// Owns: when it is opened and closed. Does not own: what is in it.
//
// O1. Whoever acquires it gets one at or above the index asked for; all share it, and each releases it once.
// O2. It is kept for `limits.snapshotKeepMs` after its last use, so that a receiver whose link broke goes on in the same
//     state. A newer one takes its place only when an index is asked for that it lacks.
// O3. One part is read at a time, whoever asks, and it is closed when none is.
// O4. Once `close` has resolved nothing is open.
// O5. What could not be read is not kept: whoever asks next gets another.

import type { LogIndex } from '../../raft/types.ts';
import type { Clock } from '../lib/clock.ts';
import { OrionError } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';
import type { SnapshotChunk, SnapshotSource, SnapshotStore } from './snapshot-ports.ts';

interface Held {
  readonly source: SnapshotSource;
  users: number;
  /** The last read that was asked for (O3). */
  reading: Promise<unknown>;
}

export interface Lease {
  readonly source: Pick<SnapshotSource, 'snapshot' | 'read'>;
  readonly release: () => void;
}

export class KeptSnapshot {
  readonly #store: Pick<SnapshotStore, 'openSnapshot'>;
  readonly #clock: Clock;
  #kept: Held | undefined;
  /** One is opened at a time; and what is being closed. */
  #turn: Promise<unknown> = Promise.resolve();
  #cancelKeep: () => void = () => undefined;
  #closed = false;

  constructor(options: { store: Pick<SnapshotStore, 'openSnapshot'>; clock: Clock }) {
    this.#store = options.store;
    this.#clock = options.clock;
  }

  /** O1. */
  async acquire(atLeast: LogIndex): Promise<Lease> {
    const turn = this.#turn.then(() => this.#hold(atLeast));
    this.#turn = turn.catch(() => undefined);
    const held = await turn;
    const { snapshot } = held.source;
    const read = (chunk: number): Promise<SnapshotChunk | undefined> => {
      const part = held.reading.then(() => held.source.read(chunk));
      held.reading = part.catch(() => {
        if (this.#kept === held) this.drop(); // O5
      });
      return part;
    };
    return { source: { snapshot, read }, release: () => this.#release(held) };
  }

  /** Nobody who asks from now on gets what is kept; it is closed when it is not used any more. */
  drop(): void {
    this.#cancelKeep();
    const held = this.#kept;
    this.#kept = undefined;
    if (held !== undefined && held.users === 0) this.#close(held);
  }

  /** O4. Whoever still holds it releases it before. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#turn;
    this.drop();
    await this.#turn;
  }

  async #hold(atLeast: LogIndex): Promise<Held> {
    if (this.#kept === undefined || this.#kept.source.snapshot.index < atLeast) {
      const source = await this.#store.openSnapshot();
      this.drop(); // O2
      this.#kept = { source, users: 0, reading: Promise.resolve() };
    }
    const held = this.#kept;
    const { index } = held.source.snapshot;
    if (this.#closed || index < atLeast) {
      throw new OrionError('BUSY', `the state on disk is at ${index}, and ${atLeast} is needed: try again`);
    }
    this.#cancelKeep();
    held.users += 1;
    return held;
  }

  #release(held: Held): void {
    held.users -= 1;
    if (held.users > 0) return;
    if (held !== this.#kept) return this.#close(held);
    this.#cancelKeep = this.#clock.after(limits.snapshotKeepMs, () => this.drop());
  }

  /** What it says when it cannot be closed is of no use to anybody: it was only read. */
  #close({ source, reading }: Held): void {
    this.#turn = Promise.all([this.#turn, reading])
      .then(() => source.close())
      .catch(() => undefined);
  }
}
