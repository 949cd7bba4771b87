// Forwarding: a follower passes a user's write on to the leader over the peer link, and the leader answers.
// Owns: the writes that wait for a leader's answer. Does not own: the choice of the leader, or tries after a refusal.
//
// F1. A write is meant for one term: a peer that does not lead it refuses, definitely.
// F2. What was not queued to the link was certainly not applied; what was queued and never answered is unknown, from
//     the moment the link goes down or the time is up.
// F3. At most `limits.proposalsMax` wait; the next is refused.
// F4. A number is never used again, not even by a later run of this peer: an answer to the run before, late because its
//     commit was, must not pass for the answer to another write.

import type { StoreId, Term } from '../../raft/types.ts';
import { asIndex } from '../../raft/types.ts';
import { unreachable } from '../lib/assert.ts';
import type { Clock } from '../lib/clock.ts';
import { limits } from '../lib/limits.ts';
import type { CommandResult } from '../protocol/command.ts';
import type { ForwardAnswer, PeerMessage } from './ports.ts';
import type { Proposals, Settlement } from './proposals.ts';

/** Numbers of one run; times a million starts they stay within whole numbers. */
const numbersOfRun = 2 ** 32;

interface Waiting {
  readonly to: StoreId;
  readonly settle: (settlement: Settlement) => void;
  readonly cancelTimer: () => void;
}

export class Forwarding {
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
    this.#lastId = options.incarnation * numbersOfRun; // F4
  }

  /** Settles at the latest after `withinMs` milliseconds. */
  submit(request: { to: StoreId; term: Term; data: Uint8Array; withinMs: number }): Promise<Settlement> {
    return new Promise((settle) => {
      this.#lastId += 1;
      const requestId = this.#lastId;
      if (this.#waiting.size >= limits.proposalsMax) {
        settle({ kind: 'refused', reason: 'BUSY' });
        return;
      }
      const { to, term, data, withinMs } = request;
      if (!this.#send(to, { kind: 'forward', requestId, term, data })) {
        settle({ kind: 'refused', reason: 'NOT_LEADER' });
        return;
      }
      const cancelTimer = this.#clock.after(withinMs, () => this.#settle(requestId, { kind: 'unknown' }));
      this.#waiting.set(requestId, { to, settle, cancelTimer });
    });
  }

  onAnswer(from: StoreId, requestId: number, answer: ForwardAnswer): void {
    if (this.#waiting.get(requestId)?.to !== from) return;
    switch (answer.kind) {
      case 'applied':
        this.#settle(requestId, {
          kind: 'applied',
          applied: { index: answer.index, result: answer.result as CommandResult },
        });
        return;
      case 'refused':
        this.#settle(requestId, { kind: 'refused', reason: answer.reason });
        return;
      case 'unknown':
        this.#settle(requestId, { kind: 'unknown' });
        return;
      default:
        unreachable(answer);
    }
  }

  onLinkDown(storeId: StoreId): void {
    for (const [requestId, waiting] of this.#waiting) {
      if (waiting.to === storeId) this.#settle(requestId, { kind: 'unknown' });
    }
  }

  stop(): void {
    for (const requestId of this.#waiting.keys()) this.#settle(requestId, { kind: 'unknown' });
  }

  #settle(requestId: number, settlement: Settlement): void {
    const waiting = this.#waiting.get(requestId);
    if (waiting === undefined) return;
    this.#waiting.delete(requestId);
    waiting.cancelTimer();
    waiting.settle(settlement);
  }
}

/** The leader's side: one forwarded write, proposed if `leadsTerm` still is the term it was meant for. */
export async function answerForward(options: {
  proposals: Proposals;
  /** The term that this peer leads now, if any. */
  leadsTerm: Term | undefined;
  term: Term;
  data: Uint8Array;
}): Promise<ForwardAnswer> {
  if (options.leadsTerm !== options.term) return { kind: 'refused', reason: 'NOT_LEADER' };
  const settlement = await options.proposals.submit(options.data, limits.requestMs);
  switch (settlement.kind) {
    case 'applied':
      return { kind: 'applied', index: asIndex(settlement.applied.index), result: settlement.applied.result };
    case 'refused':
      return { kind: 'refused', reason: settlement.reason };
    case 'unknown':
      return { kind: 'unknown' };
    default:
      return unreachable(settlement);
  }
}
