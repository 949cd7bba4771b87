// The state that is read for other peers: opened once for all that want it, and kept for a while.
// Owns: when it is opened and closed. Does not own: what is in it.
//
// O1. Whoever acquires it gets one at or above the index asked for; all share it, and each releases it once.
// O2. It is kept for `limits.snapshotKeepMs` after its last use, so that a receiver whose link broke goes on in the same
//     state. A newer one takes its place only when an index is asked for that it lacks.
// O3. Once `close` has resolved nothing is open.

import type { LogIndex } from '../../raft/types.ts';
import type { Clock } from '../lib/clock.ts';
import { OrionError } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';
import type { SnapshotSource, SnapshotStore } from './snapshot-ports.ts';

interface Held {
  readonly source: SnapshotSource;
  users: number;
}

export interface Lease {
  readonly source: SnapshotSource;
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
    return { source: held.source, release: () => this.#release(held) };
  }

  /** Nobody who asks from now on gets what is kept; it is closed when it is not used any more. */
  drop(): void {
    this.#cancelKeep();
    const held = this.#kept;
    this.#kept = undefined;
    if (held !== undefined && held.users === 0) this.#close(held);
  }

  /** O3. Whoever still holds it releases it before. */
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
      this.#kept = { source, users: 0 };
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
  #close({ source }: Held): void {
    this.#turn = this.#turn.then(() => source.close()).catch(() => undefined);
  }
}
