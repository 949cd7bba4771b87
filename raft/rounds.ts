// Heartbeat rounds of one leadership: what proves to a leader, after the fact, that it still led at some moment.
// Owns: round numbers, when each was sent, who answered which. Does not own: who is told what in a round.
// H1. An answer to round r proves that its sender followed this leader at a time after r was sent; never less.
// H2. A round counts as sent at the last tick before it, so that proof never looks younger than it is.

import { assert } from '../src/lib/assert.ts';
import type { Quorum } from './quorum.ts';
import type { StoreId } from './types.ts';

interface Answered {
  round: number;
  sentMs: number;
}

export class Rounds {
  readonly #self: StoreId;
  readonly #quorum: Quorum;
  readonly #counts: (voter: StoreId) => boolean;
  #current = 0;
  /** First round and time of each stretch of rounds sent between two ticks, oldest first. */
  #stretches: { readonly firstRound: number; readonly sentMs: number }[] = [];
  readonly #answered = new Map<StoreId, Answered>();

  /** `counts`: whether what a voter answered counts now. */
  constructor(options: {
    readonly self: StoreId;
    readonly quorum: Quorum;
    readonly counts: (voter: StoreId) => boolean;
  }) {
    this.#self = options.self;
    this.#quorum = options.quorum;
    this.#counts = options.counts;
  }

  /** The last round that was begun; 0 before the first. */
  get current(): number {
    return this.#current;
  }

  begin(now: number): number {
    this.#current += 1;
    if (this.#stretches.at(-1)?.sentMs !== now)
      this.#stretches.push({ firstRound: this.#current, sentMs: now });
    return this.#current;
  }

  /** Forgets when rounds were sent that nobody needs to date any more: before `beforeMs`, but for the newest. */
  forget(beforeMs: number): void {
    const keep = this.#stretches.findIndex((stretch) => stretch.sentMs >= beforeMs);
    if (keep > 0) this.#stretches = this.#stretches.slice(keep);
  }

  onAnswer(from: StoreId, round: number): void {
    assert(round <= this.#current, 'only a round that was sent is answered');
    if (round <= (this.#answered.get(from)?.round ?? 0)) return;
    const stretch = this.#stretches.findLast((candidate) => candidate.firstRound <= round);
    if (stretch === undefined) return; // older than anyone asks about
    this.#answered.set(from, { round, sentMs: stretch.sentMs });
  }

  /** The latest round that a quorum has answered; this leader answers its own at once. */
  get quorumRound(): number {
    return this.#quorum.reached((voter) =>
      voter === this.#self ? this.#current : (this.#answerOf(voter)?.round ?? 0),
    );
  }

  /** When the latest round was sent that a quorum has answered (monotonic ms); `now` for a quorum of one. */
  quorumSentMs(now: number): number {
    return this.#quorum.reached((voter) =>
      voter === this.#self ? now : (this.#answerOf(voter)?.sentMs ?? Number.NEGATIVE_INFINITY),
    );
  }

  #answerOf(voter: StoreId): Answered | undefined {
    return this.#counts(voter) ? this.#answered.get(voter) : undefined;
  }
}
