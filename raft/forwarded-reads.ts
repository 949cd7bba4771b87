// Reads on a follower: those that came together are asked of the leader in one request.
// Owns: the reads that wait for the leader's word. Does not own: whether the state has applied the index that it names.
// F1. A request's number is never used again, not even by a later run of this peer: an answer that was long on its way
//     must not confirm a read that began after it (etcd #20418).
// F2. Each read is answered exactly once; a request without an answer for `electionMaxMs` is refused.
// F3. At most `readsMax` reads wait.

import type { Prng } from '../src/lib/prng.ts';
import type { Shared } from './shared.ts';
import { asRequestId, type LogIndex, type RequestId, type StoreId } from './types.ts';

/** Requests of one run; times 2^32 starting points it stays within whole numbers. */
const requestsOfRun = 2 ** 20;

interface Asked {
  readonly reads: readonly RequestId[];
  readonly askedMs: number;
}

export class ForwardedReads {
  readonly #shared: Shared;
  readonly #firstRequest: number;
  #requests = 0;
  #waiting: RequestId[] = [];
  readonly #asked = new Map<RequestId, Asked>();
  #count = 0;

  constructor(shared: Shared, prng: Prng) {
    this.#shared = shared;
    this.#firstRequest = prng.next() * requestsOfRun;
  }

  get hasWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  /** False, and nothing kept, when it is full (F3). */
  tryAdd(requestId: RequestId): boolean {
    if (this.#count >= this.#shared.config.readsMax) return false;
    this.#count += 1;
    this.#waiting.push(requestId);
    return true;
  }

  /** Everything that waits goes into one request to `leader`. */
  flush(leader: StoreId): void {
    if (!this.hasWaiting) return;
    const requestId = asRequestId(this.#firstRequest + this.#requests);
    this.#requests += 1;
    const { self, durability, timer, outbox } = this.#shared;
    this.#asked.set(requestId, { reads: this.#waiting, askedMs: timer.now });
    this.#waiting = [];
    const { term } = durability.hardState;
    outbox.send({ kind: 'readRequest', from: self, to: leader, term, requestId });
  }

  /** The leader's answer; `undefined` refuses. */
  onAnswer(requestId: RequestId, index: LogIndex | undefined): void {
    const asked = this.#asked.get(requestId);
    if (asked === undefined) return;
    this.#asked.delete(requestId);
    this.#count -= asked.reads.length;
    if (index === undefined) this.#refuse(asked.reads);
    else
      for (const read of asked.reads)
        this.#shared.outbox.answerRead({ kind: 'confirmed', requestId: read, index });
  }

  /** Refuses what has waited too long (F2). */
  expire(now: number): void {
    for (const [requestId, asked] of this.#asked) {
      if (now - asked.askedMs < this.#shared.config.electionMaxMs) break; // oldest first
      this.onAnswer(requestId, undefined);
    }
  }

  /** Whoever was asked leads no more. */
  refuseAll(): void {
    for (const requestId of this.#asked.keys()) this.onAnswer(requestId, undefined);
    this.#count -= this.#waiting.length;
    this.#refuse(this.#waiting);
    this.#waiting = [];
  }

  #refuse(reads: readonly RequestId[]): void {
    for (const requestId of reads)
      this.#shared.outbox.answerRead({ kind: 'refused', requestId, reason: 'NO_LEADER' });
  }
}
