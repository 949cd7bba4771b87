// How a leader hands over to a follower (§3.10): asked to, or because its disk hangs or is full.
// Owns: the one attempt under way. Does not own: what followers hold (replication.ts), the end of the term (roles.ts).
// T1. While an attempt is under way no proposal is taken and nothing is decided on behalf of the cluster; TimeoutNow is
//     sent after that, to a follower that holds the whole log, and again with each heartbeat round (R11).
// T2. TimeoutNow cannot be taken back: it may arrive late, and brings an election that no lease holds up. Once it was
//     sent, or when the disk hangs, the term ends: with that election, or after `electionMaxMs` by stepping down.
// T3. Without either, the leader goes on after `electionMaxMs`.
// T4. A leader whose disk is full, or whose state is not trusted, takes no proposals. It hands over to a voter that has room
//     and holds the whole log, as long as a quorum has room, this peer included if it has.
//     Else it leads on, for those who read: no other leader's no-op could be committed.

import type { Replication } from './replication.ts';
import type { Shared } from './shared.ts';
import type { Input, RequestId, StoreId, Term } from './types.ts';

export type TransferOutcome =
  /** This peer leads no more. Who does, if anybody, a status will tell. */
  | { readonly kind: 'ended'; readonly requestId: RequestId }
  /** This peer leads on, or never led. */
  | {
      readonly kind: 'refused';
      readonly requestId: RequestId;
      readonly reason:
        | 'NOT_LEADER'
        /** No other voter has that store. */
        | 'UNKNOWN_TARGET'
        /** No other voter was heard recently that could lead. */
        | 'NO_TARGET'
        /** That voter could not lead: its disk is full, or lost entries and is not mended, or it needs a snapshot first. */
        | 'UNFIT_TARGET'
        | 'TRANSFERRING'
        /** The target did not catch up within `electionMaxMs`. */
        | 'TIMED_OUT';
    };

interface Attempt {
  readonly to: StoreId;
  /** Absent: it is for the disk's sake, and nobody asked. */
  readonly requestId: RequestId | undefined;
  /** Monotonic ms. */
  readonly endsMs: number;
  timeoutNowSent: boolean;
  diskHangs: boolean;
}

type Refusal = Extract<TransferOutcome, { kind: 'refused' }>['reason'];

export class Transfer {
  readonly #shared: Shared;
  readonly #term: Term;
  readonly #replication: Replication;
  #attempt: Attempt | undefined;

  constructor(shared: Shared, term: Term, replication: Replication) {
    this.#shared = shared;
    this.#term = term;
    this.#replication = replication;
  }

  get isUnderWay(): boolean {
    return this.#attempt !== undefined;
  }

  /** The term cannot be kept, and nobody took over in time (T2). */
  get isTermOver(): boolean {
    const attempt = this.#attempt;
    if (attempt === undefined || !(attempt.timeoutNowSent || attempt.diskHangs)) return false;
    return this.#shared.timer.now >= attempt.endsMs;
  }

  /** Begins, or says why not. */
  request({ requestId, to }: Extract<Input, { kind: 'transfer' }>): void {
    const { self, quorum } = this.#shared;
    if (this.#attempt !== undefined) return this.#refuse(requestId, 'TRANSFERRING');
    if (to !== undefined && (to === self || !quorum.has(to))) {
      return this.#refuse(requestId, 'UNKNOWN_TARGET');
    }
    if (to !== undefined && !this.#replication.couldLead(to, Number.NEGATIVE_INFINITY)) {
      return this.#refuse(requestId, 'UNFIT_TARGET');
    }
    const target = to ?? this.#successor;
    if (target === undefined) return this.#refuse(requestId, 'NO_TARGET');
    this.#begin({ to: target, requestId, diskHangs: false });
  }

  /** False when nobody can take over: the term is over. */
  onDiskStalled(): boolean {
    if (this.#attempt !== undefined) {
      this.#attempt.diskHangs = true;
      return true;
    }
    const target = this.#successor;
    if (target !== undefined) this.#begin({ to: target, requestId: undefined, diskHangs: true });
    return target !== undefined;
  }

  /** Whoever can take over should do so at once: this peer stops leading now (§4.2.2). */
  appoint(): void {
    const target = this.#attempt?.to ?? this.#successor;
    if (target !== undefined && this.#holdsAll(target)) this.#sendTimeoutNow(target);
  }

  tick(): void {
    const attempt = this.#attempt;
    if (attempt === undefined || this.#shared.timer.now < attempt.endsMs) return;
    if (attempt.timeoutNowSent || attempt.diskHangs) return; // T2
    this.#attempt = undefined; // T3
    if (attempt.requestId !== undefined) this.#refuse(attempt.requestId, 'TIMED_OUT');
  }

  /** Everything that may be sent to followers has been. */
  flush(): void {
    if (this.#attempt === undefined) this.#maybeLeave();
    const attempt = this.#attempt;
    if (attempt === undefined || attempt.timeoutNowSent || !this.#holdsAll(attempt.to)) return;
    attempt.timeoutNowSent = true;
    this.#sendTimeoutNow(attempt.to);
  }

  onRound(): void {
    if (this.#attempt?.timeoutNowSent === true) this.#sendTimeoutNow(this.#attempt.to);
  }

  /** The term is over. */
  end(): void {
    const requestId = this.#attempt?.requestId;
    if (requestId !== undefined) this.#shared.outbox.answerTransfer({ kind: 'ended', requestId });
  }

  /** T4. */
  #maybeLeave(): void {
    const { disk, quorum, self } = this.#shared;
    if (!disk.isFull && !disk.isDistrusted) return;
    const hasRoom = (voter: StoreId): boolean => (voter === self ? !disk.isFull : this.#isFit(voter));
    if (quorum.reached((voter) => (hasRoom(voter) ? 1 : 0)) === 0) return;
    const target = this.#successor;
    if (target === undefined || !this.#holdsAll(target)) return;
    this.#begin({ to: target, requestId: undefined, diskHangs: false });
  }

  /** The follower that holds most, of those that could lead. */
  get #successor(): StoreId | undefined {
    return this.#replication.mostCaughtUp(this.#recentlyMs);
  }

  #isFit(storeId: StoreId): boolean {
    return this.#replication.isFit(storeId, this.#recentlyMs);
  }

  get #recentlyMs(): number {
    const { timer, config } = this.#shared;
    return timer.now - config.electionMinMs;
  }

  #holdsAll(storeId: StoreId): boolean {
    const { log, quorum } = this.#shared;
    return quorum.has(storeId) && this.#replication.countedMatchOf(storeId) === log.lastIndex;
  }

  #begin(attempt: Pick<Attempt, 'to' | 'requestId' | 'diskHangs'>): void {
    const { timer, config } = this.#shared;
    this.#attempt = { ...attempt, endsMs: timer.now + config.electionMaxMs, timeoutNowSent: false };
  }

  #sendTimeoutNow(to: StoreId): void {
    const { self, outbox } = this.#shared;
    outbox.send({ kind: 'timeoutNow', from: self, to, term: this.#term });
  }

  #refuse(requestId: RequestId, reason: Refusal): void {
    this.#shared.outbox.answerTransfer({ kind: 'refused', requestId, reason });
  }
}
