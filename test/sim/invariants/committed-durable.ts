// A committed entry never changes and stays durable on a quorum: at the moment of its commit on one of the configuration by
// which its leader counted (R5, R6, §4.3), and whatever a disk is told to truncate, or gives back at a restart, after that
// on a majority of the voters of the newest committed configuration. (That nobody takes another entry for committed is
// judged where it is applied, in monotone.ts: a core's log runs ahead of what it has handed out.)

import type { LogIndex, StoreId, Term } from '../../../raft/types.ts';
import type { Committed, Evidence } from '../evidence.ts';
import type { Observation, ObservedStatus } from '../observation.ts';
import type { Invariant } from './invariant.ts';

export class CommittedDurable implements Invariant {
  readonly name = 'committed entries are immutable and durable on a quorum';
  #judged = 0;

  check(observation: Observation, evidence: Evidence): string | undefined {
    switch (observation.kind) {
      case 'stepped':
        return this.#checkCommit(observation.peer, observation.status, evidence);
      case 'synced':
        if (observation.operation.truncateFrom === undefined) return undefined;
        return this.#checkKept(observation.operation.truncateFrom, evidence);
      case 'started':
        return this.#checkKept(1, evidence);
      default:
        return undefined;
    }
  }

  #checkCommit(peer: StoreId, { commit, term }: ObservedStatus, evidence: Evidence): string | undefined {
    if (commit > evidence.commit) return `${peer} takes entry ${commit} for committed, no leader does`;
    while (this.#judged < commit) {
      this.#judged += 1;
      const broken = checkCounted(peer, term, this.#judged as LogIndex, evidence);
      if (broken !== undefined) return broken;
    }
    return undefined;
  }

  /** After an image changed from `from` on: what was committed there must still have its quorum. */
  #checkKept(from: number, evidence: Evidence): string | undefined {
    for (let index = from; index <= this.#judged; index += 1) {
      const committed = evidence.committedAt(index);
      const broken = committed && missing(index, committed, evidence.voters, evidence);
      if (broken !== undefined) return broken;
    }
    return undefined;
  }
}

function checkCounted(peer: StoreId, term: Term, index: LogIndex, evidence: Evidence): string | undefined {
  const committed = evidence.committedAt(index);
  if (committed === undefined) return `entry ${index} is committed, and nobody knows it`;
  let broken: string | undefined;
  for (const { voters, outgoing } of evidence.countedBy(peer, term, index)) {
    broken = missing(index, committed, voters, evidence) ?? missing(index, committed, outgoing, evidence);
    if (broken === undefined) return undefined;
  }
  return broken;
}

/** What lacks `stores` a majority that holds the entry; nothing when there is one. */
function missing(
  index: number,
  committed: Committed,
  stores: readonly StoreId[],
  evidence: Evidence,
): string | undefined {
  const copies = evidence.copies(index, committed, stores);
  if (copies * 2 > stores.length || stores.length === 0) return undefined;
  return `committed entry ${index} is durable on ${copies} of ${stores.length} voters only`;
}
