// Calls: a follower passes on to the leader what only a leader can do, beside commands, and the leader answers.
// Owns: the calls that wait for an answer. Does not own: what is asked, or tries after a refusal.
//
// K1. A call is meant for one term: a peer that does not lead it refuses, definitely.
// K2. What was not queued to the link certainly had no effect; what was queued and never answered is unknown, from the
//     moment the link goes down or the time is up.
// K3. At most `limits.callsMax` wait; the next is refused.
// K4. A number is never used again, not even by a later run of this peer: a late answer to the run before must not pass
//     for the answer to another call.

import type { StoreId, Term } from '../../raft/types.ts';
import type { Clock } from '../lib/clock.ts';
import { limits } from '../lib/limits.ts';
import type { LeaderRequest } from '../protocol/api.ts';
import type { CallAnswer, PeerMessage } from './ports.ts';

/** Numbers of one run; times a million starts they stay within whole numbers. */
const numbersOfRun = 2 ** 32;

interface Waiting {
  readonly to: StoreId;
  readonly settle: (answer: CallAnswer) => void;
  readonly cancelTimer: () => void;
}

export class Calls {
  readonly #clock: Clock;
  readonly #send: (to: StoreId, message: PeerMessage) => boolean;
  readonly #waiting = new Map<number, Waiting>();
  #lastId: number;

  constructor(options: {
    clock: Clock;
    /** Of this run: higher than that of any before. */
    incarnation: number;
    send: (to: StoreId, message: PeerMessage) => boolean;
  }) {
    this.#clock = options.clock;
    this.#send = options.send;
    this.#lastId = options.incarnation * numbersOfRun; // K4
  }

  /** Settles at the latest after `withinMs` milliseconds. */
  submit(call: { to: StoreId; term: Term; request: LeaderRequest; withinMs: number }): Promise<CallAnswer> {
    return new Promise((settle) => {
      const { to, term, request, withinMs } = call;
      this.#lastId += 1;
      const requestId = this.#lastId;
      const isFull = this.#waiting.size >= limits.callsMax;
      if (isFull || !this.#send(to, { kind: 'call', requestId, term, request })) {
        settle({ kind: 'refused' });
        return;
      }
      const cancelTimer = this.#clock.after(withinMs, () => this.#settle(requestId, { kind: 'unknown' }));
      this.#waiting.set(requestId, { to, settle, cancelTimer });
    });
  }

  onAnswer(from: StoreId, requestId: number, answer: CallAnswer): void {
    if (this.#waiting.get(requestId)?.to === from) this.#settle(requestId, answer);
  }

  onLinkDown(storeId: StoreId): void {
    for (const [requestId, waiting] of this.#waiting) {
      if (waiting.to === storeId) this.#settle(requestId, { kind: 'unknown' });
    }
  }

  stop(): void {
    for (const requestId of this.#waiting.keys()) this.#settle(requestId, { kind: 'unknown' });
  }

  #settle(requestId: number, answer: CallAnswer): void {
    const waiting = this.#waiting.get(requestId);
    if (waiting === undefined) return;
    this.#waiting.delete(requestId);
    waiting.cancelTimer();
    waiting.settle(answer);
  }
}
