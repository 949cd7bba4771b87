// A committed entry never changes and stays durable on a quorum: at the moment of its commit (R5, R6), and whatever a
// disk is told to truncate, or gives back at a restart, after that.

import type { StoreId } from '../../../raft/types.ts';
import { type Evidence, isSame } from '../evidence.ts';
import type { Observation } from '../observation.ts';
import type { Invariant } from './invariant.ts';

export class CommittedDurable implements Invariant {
  readonly name = 'committed entries are immutable and durable on a quorum';
  readonly #commits = new Map<StoreId, number>();
  #judged = 0;

  check(observation: Observation, evidence: Evidence): string | undefined {
    switch (observation.kind) {
      case 'stepped':
        return this.#checkCommit(observation.peer, observation.status.commit, evidence);
      case 'synced':
        if (observation.operation.truncateFrom === undefined) return undefined;
        return this.#checkKept(observation.operation.truncateFrom, evidence);
      case 'started':
        this.#commits.delete(observation.peer);
        return this.#checkKept(1, evidence);
      default:
        return undefined;
    }
  }

  #checkCommit(peer: StoreId, commit: number, evidence: Evidence): string | undefined {
    if (commit > evidence.commit) return `${peer} takes entry ${commit} for committed, no leader does`;
    const before = this.#commits.get(peer) ?? 0;
    if (commit <= before) return undefined;
    this.#commits.set(peer, commit);
    for (let index = before + 1; index <= commit; index += 1) {
      const mine = evidence.issued(peer).at(index);
      if (mine !== undefined && !isSame(mine, evidence.committedAt(index))) {
        return `${peer} takes another entry at ${index} for committed`;
      }
    }
    const from = this.#judged + 1;
    this.#judged = Math.max(this.#judged, commit);
    return this.#checkCopies(from, commit, evidence);
  }

  /** After an image changed from `from` on: what was committed there must still have its quorum. */
  #checkKept(from: number, evidence: Evidence): string | undefined {
    return this.#checkCopies(from, this.#judged, evidence);
  }

  #checkCopies(from: number, to: number, evidence: Evidence): string | undefined {
    for (let index = from; index <= to; index += 1) {
      const committed = evidence.committedAt(index);
      const copies = committed === undefined ? 0 : evidence.copies(index, committed);
      if (copies < evidence.quorum) return `committed entry ${index} is durable on ${copies} peers only`;
    }
    return undefined;
  }
}
