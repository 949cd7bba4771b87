// Followers whose disks lost entries: from when on they do not count for their leader, and when they do again (raft.md,
// the simple rule for corruption).
// Owns: what each follower last said of its disk, and the entry after which it counts. Does not own: what a follower holds
// (replication.ts), what it says and when it believes that it is mended (own-disk.ts).
// X1. Who said that it is impaired counts for nothing, from then on until it says that it is sound: not for commit, rounds
//     and check-quorum, the reads that rest on them, nor as a target, a learner to be promoted or a voter to be heard.
//     What it acknowledged before counts no more, and no answer counts that says impaired itself.
// X2. For each impairment that it hears of, a leader appends a no-op of its own, behind all that it holds. Once that is
//     committed, without the impaired, and once the follower has it, the leader says so, again and again.
// X3. What a follower says of its disk is taken from answers to heartbeats only, and from those alone to rounds begun
//     since it last said something else: a late answer, of an earlier run or of before the mending, changes nothing.
// X4. Nothing is appended for it while leadership is handed over, behind this leader's removal, or on a full disk.
//
// Why a peer that forgot a vote does no harm once it is mended by the no-op at H in term T. H is committed by a quorum
// without it, so that every leader of a later term holds H: X1 keeps that as true as leader completeness is anywhere else
// (§5.4.3), since nobody was elected or committed anything by the word of a disk that had forgotten.
//   - It forgot a vote in a term above T. It gave that before H existed, so that the candidate's log lacks H and is behind
//     those of the quorum that committed H. One of these would have to vote for it, too, and does not: it never wins, and
//     a second vote in its term does not make two leaders of it.
//   - It forgot a vote in T. It votes for nobody in T any more: it holds an entry of T, and no candidate of T does (§5.4.1).
//   - It forgot what it acknowledged. What was committed by that stands in the log of T's leader below H, and so in its own
//     again. A leader above T holds H, and can have counted nothing that was acknowledged before H existed.
// A run's impairment has a number: `mended` is meant for the run that was heard, since a later one may have lost more.

import type { Replication } from './replication.ts';
import type { Shared } from './shared.ts';
import { type Impairment, type LogIndex, type Message, sound, type StoreId, type Term } from './types.ts';

/** What a follower says of its disk. */
interface Statement {
  readonly impairment: Impairment;
  /** The round that was under way when it was first heard: answers to later ones only change it (X3). */
  readonly round: number;
  /** The no-op that was appended for it (X2). */
  mendedAt: LogIndex | undefined;
}

type HeartbeatResponse = Extract<Message, { kind: 'heartbeatResponse' }>;

export class Mending {
  readonly #shared: Shared;
  readonly #term: Term;
  readonly #statements = new Map<StoreId, Statement>();

  constructor(shared: Shared, term: Term) {
    this.#shared = shared;
    this.#term = term;
  }

  /** X1. */
  counts(storeId: StoreId): boolean {
    return this.#impairmentOf(storeId) === sound;
  }

  /** Whether what it says of its log is of the run that is known: anything else is late, or early. */
  believes({ from, impairment }: Pick<HeartbeatResponse, 'from' | 'impairment'>): boolean {
    return impairment === this.#impairmentOf(from);
  }

  /** Takes in what `from` says of its disk. True when that is a new impairment: what it held before is not known now. */
  onHeartbeatResponse({ from, impairment, round }: HeartbeatResponse, roundNow: number): boolean {
    const last = this.#statements.get(from);
    if (round <= (last?.round ?? 0) || impairment === this.#impairmentOf(from)) return false; // X3
    this.#statements.set(from, { impairment, round: roundNow, mendedAt: undefined });
    return impairment !== sound;
  }

  /** A heartbeat is due (X2). `append` is absent while nothing may be appended (X4). */
  onBeat(replication: Replication, append: (() => LogIndex) | undefined): void {
    const { self, log, outbox } = this.#shared;
    let appended: LogIndex | undefined;
    for (const to of replication.followers) {
      const statement = this.#statements.get(to);
      if (statement === undefined || statement.impairment === sound) continue;
      const { impairment, mendedAt: index } = statement;
      if (index === undefined) {
        appended ??= append?.();
        statement.mendedAt = appended;
      } else if (index <= log.commit && index <= replication.matchOf(to)) {
        outbox.send({ kind: 'mended', from: self, to, term: this.#term, impairment, index });
      }
    }
  }

  #impairmentOf(storeId: StoreId): Impairment {
    return this.#statements.get(storeId)?.impairment ?? sound;
  }
}
