// Questions: what this peer asks another one over a link, until it is answered or nobody can tell the answer any more.
// Owns: the questions that wait, and their numbers. Does not own: what is asked, or tries after a refusal.
//
// Q1. What was not queued to the link certainly had no effect; what was queued and never answered is unknown, from the
//     moment the link goes down or the time is up.
// Q2. At most `waitingMax` wait; the next is refused.
// Q3. A number is never used again, not even by a later run of this peer: an answer to the run before, late because its
//     commit was, must not pass for the answer to another question.
// Q4. Only who was asked can answer, and once.

import type { StoreId } from '../../raft/types.ts';
import type { Clock } from '../lib/clock.ts';
import type { PeerMessage } from './ports.ts';

/** Numbers of one run; times a million starts they stay within whole numbers. */
const numbersOfRun = 2 ** 32;

export type QuestionOutcome<Answer> =
  | { readonly kind: 'answered'; readonly answer: Answer }
  /** It never left this peer: too many wait, or there is no link. */
  | { readonly kind: 'unsent'; readonly reason: 'FULL' | 'NO_LINK' }
  | { readonly kind: 'unknown' };

interface Waiting<Answer> {
  readonly to: StoreId;
  readonly settle: (outcome: QuestionOutcome<Answer>) => void;
  readonly cancelTimer: () => void;
}

export class Questions<Answer> {
  readonly #clock: Clock;
  readonly #waitingMax: number;
  readonly #send: (to: StoreId, message: PeerMessage) => boolean;
  readonly #waiting = new Map<number, Waiting<Answer>>();
  #lastId: number;

  constructor(options: {
    clock: Clock;
    waitingMax: number;
    /** Of this run: higher than that of any before. */
    incarnation: number;
    send: (to: StoreId, message: PeerMessage) => boolean;
  }) {
    this.#clock = options.clock;
    this.#waitingMax = options.waitingMax;
    this.#send = options.send;
    this.#lastId = options.incarnation * numbersOfRun; // Q3
  }

  /** Settles at the latest after `withinMs` milliseconds. */
  ask(question: {
    to: StoreId;
    /** What is sent; its answer carries the same number. */
    message: (requestId: number) => PeerMessage;
    withinMs: number;
  }): Promise<QuestionOutcome<Answer>> {
    return new Promise((settle) => {
      const { to, message, withinMs } = question;
      if (this.#waiting.size >= this.#waitingMax) return settle({ kind: 'unsent', reason: 'FULL' }); // Q2
      this.#lastId += 1;
      const requestId = this.#lastId;
      if (!this.#send(to, message(requestId))) return settle({ kind: 'unsent', reason: 'NO_LINK' });
      const cancelTimer = this.#clock.after(withinMs, () => this.#settle(requestId, { kind: 'unknown' }));
      this.#waiting.set(requestId, { to, settle, cancelTimer });
    });
  }

  onAnswer(from: StoreId, requestId: number, answer: Answer): void {
    if (this.#waiting.get(requestId)?.to === from) this.#settle(requestId, { kind: 'answered', answer }); // Q4
  }

  onLinkDown(storeId: StoreId): void {
    for (const [requestId, waiting] of this.#waiting) {
      if (waiting.to === storeId) this.#settle(requestId, { kind: 'unknown' });
    }
  }

  /** Nobody waits any longer for what was asked so far: its outcome is unknown. */
  abandon(): void {
    for (const requestId of this.#waiting.keys()) this.#settle(requestId, { kind: 'unknown' });
  }

  #settle(requestId: number, outcome: QuestionOutcome<Answer>): void {
    const waiting = this.#waiting.get(requestId);
    if (waiting === undefined) return;
    this.#waiting.delete(requestId);
    waiting.cancelTimer();
    waiting.settle(outcome);
  }
}
