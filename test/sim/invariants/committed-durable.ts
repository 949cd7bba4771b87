// A committed entry never changes and stays durable on a quorum: at the moment of its commit (R5, R6), and whatever a
// disk is told to truncate, or gives back at a restart, after that. (That nobody takes another entry for committed is
// judged where it is applied, in monotone.ts: a core's log runs ahead of what it has handed out.)

import type { StoreId } from '../../../raft/types.ts';
import type { Evidence } from '../evidence.ts';
import type { Observation } from '../observation.ts';
import type { Invariant } from './invariant.ts';

export class CommittedDurable implements Invariant {
  readonly name = 'committed entries are immutable and durable on a quorum';
  #judged = 0;

  check(observation: Observation, evidence: Evidence): string | undefined {
    switch (observation.kind) {
      case 'stepped':
        return this.#checkCommit(observation.peer, observation.status.commit, evidence);
      case 'synced':
        if (observation.operation.truncateFrom === undefined) return undefined;
        return this.#checkKept(observation.operation.truncateFrom, evidence);
      case 'started':
        return this.#checkKept(1, evidence);
      default:
        return undefined;
    }
  }

  #checkCommit(peer: StoreId, commit: number, evidence: Evidence): string | undefined {
    if (commit > evidence.commit) return `${peer} takes entry ${commit} for committed, no leader does`;
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
