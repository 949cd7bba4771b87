// Reads on a leader: each waits for a heartbeat round, sent after it was registered, that a quorum answers (§6.4, R12).
// Owns: the waiting reads and their bound. Does not own: rounds, the commit index.
// G1. A read joins the first round begun after it; that round's index is the commit index when the round began.
// G2. At most `readsMax` reads wait; the next is refused.
// G3. Each read is answered exactly once: confirmed, or refused.

import { assert } from '../src/lib/assert.ts';
import type { LogIndex, RequestId, StoreId } from './types.ts';

/** Who asked: this peer's driver, or a follower on behalf of its own. */
export type Reader =
  | { readonly kind: 'local'; readonly requestId: RequestId }
  | { readonly kind: 'follower'; readonly storeId: StoreId; readonly requestId: RequestId };

interface Batch {
  readonly round: number;
  readonly index: LogIndex;
  readonly readers: readonly Reader[];
}

export class Reads {
  readonly #readsMax: number;
  #waiting: Reader[] = [];
  #batches: Batch[] = [];
  #count = 0;

  constructor(readsMax: number) {
    this.#readsMax = readsMax;
  }

  /** False, and nothing kept, when it is full (G2). */
  tryAdd(reader: Reader): boolean {
    if (this.#count >= this.#readsMax) return false;
    this.#count += 1;
    this.#waiting.push(reader);
    return true;
  }

  /** Some wait, and no round is on its way for earlier ones: time to begin one. */
  get wantRound(): boolean {
    return this.#waiting.length > 0 && this.#batches.length === 0;
  }

  /** Round `round` begins: whoever waits joins it (G1). */
  onRound(round: number, index: LogIndex): void {
    assert(round > (this.#batches.at(-1)?.round ?? 0), 'rounds rise');
    if (this.#waiting.length === 0) return;
    this.#batches.push({ round, index, readers: this.#waiting });
    this.#waiting = [];
  }

  /** A quorum has answered every round up to `round`. */
  takeConfirmed(round: number): readonly Batch[] {
    const confirmed = this.#batches.filter((batch) => batch.round <= round);
    if (confirmed.length > 0) this.#batches = this.#batches.slice(confirmed.length);
    for (const batch of confirmed) this.#count -= batch.readers.length;
    return confirmed;
  }

  /** Everyone who waits, for a refusal. */
  takeAll(): readonly Reader[] {
    const readers = [...this.#batches.flatMap((batch) => batch.readers), ...this.#waiting];
    this.#batches = [];
    this.#waiting = [];
    this.#count = 0;
    return readers;
  }
}
