// Reads on a leader: each waits for a heartbeat round, sent after it was registered, that a quorum answers (§6.4, R12).
// Owns: the waiting reads, their bound and their answers. Does not own: rounds, the commit index.
// G1. A read joins the first round begun after it; that round's index is the commit index when the round began.
// G2. At most `readsMax` reads wait; the next is refused.
// G3. Each read is answered exactly once: confirmed, or refused.

import { assert } from '../src/lib/assert.ts';
import type { Shared } from './shared.ts';
import type { LogIndex, RequestId, StoreId, Term } from './types.ts';

/** Who asked: this peer's driver, or a follower on behalf of its own. */
export type Reader =
  | { readonly kind: 'local'; readonly requestId: RequestId }
  | { readonly kind: 'follower'; readonly storeId: StoreId; readonly requestId: RequestId };

interface Batch {
  readonly round: number;
  readonly index: LogIndex;
  readonly readers: readonly Reader[];
}

type Answer =
  | { readonly kind: 'confirmed'; readonly index: LogIndex }
  | { readonly kind: 'refused'; readonly reason: 'NO_LEADER' | 'BUSY' };

export class Reads {
  readonly #shared: Shared;
  readonly #term: Term;
  #waiting: Reader[] = [];
  #batches: Batch[] = [];
  #count = 0;

  constructor(shared: Shared, term: Term) {
    this.#shared = shared;
    this.#term = term;
  }

  /** Waits for a round; refused at once when too many do (G2). */
  add(reader: Reader): void {
    if (this.#count >= this.#shared.config.readsMax) {
      return this.#answer(reader, { kind: 'refused', reason: 'BUSY' });
    }
    this.#count += 1;
    this.#waiting.push(reader);
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
  confirm(round: number): void {
    const confirmed = this.#batches.filter((batch) => batch.round <= round);
    if (confirmed.length > 0) this.#batches = this.#batches.slice(confirmed.length);
    for (const { readers, index } of confirmed) {
      this.#count -= readers.length;
      for (const reader of readers) this.#answer(reader, { kind: 'confirmed', index });
    }
  }

  /** The term is over: whoever waits here is refused; a follower refuses its own when it hears of another leader. */
  end(): void {
    for (const reader of [...this.#batches.flatMap((batch) => batch.readers), ...this.#waiting]) {
      if (reader.kind === 'local') this.#answer(reader, { kind: 'refused', reason: 'NO_LEADER' });
    }
  }

  #answer(reader: Reader, answer: Answer): void {
    const { self, outbox } = this.#shared;
    const { requestId } = reader;
    if (reader.kind === 'local') {
      outbox.answerRead({ ...answer, requestId });
    } else {
      const index = answer.kind === 'confirmed' ? answer.index : undefined;
      const to = reader.storeId;
      outbox.send({ kind: 'readResponse', from: self, to, term: this.#term, requestId, index });
    }
  }
}
