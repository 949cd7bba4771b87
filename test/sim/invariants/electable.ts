// Nobody who lacks a committed entry could be elected (§5.4.1): not only whoever leads is judged, but every log at every
// moment by who would vote for it. So a broken promise shows when it is broken, long before it loses anything.

import type { StoreId } from '../../../raft/types.ts';
import type { Evidence } from '../evidence.ts';
import type { Observation } from '../observation.ts';
import type { Invariant } from './invariant.ts';

export class Electable implements Invariant {
  readonly name = 'nobody without a committed entry can be elected';
  #commit = 0;

  check(observation: Observation, evidence: Evidence): string | undefined {
    switch (observation.kind) {
      case 'stepped':
        if (evidence.commit === this.#commit) return undefined;
        this.#commit = evidence.commit;
        return judgeAll(evidence);
      case 'synced':
      case 'started':
        return judgeAll(evidence);
      default:
        return undefined;
    }
  }
}

function judgeAll(evidence: Evidence): string | undefined {
  for (const peer of evidence.peers) {
    const agreed = evidence.agreed(peer);
    if (agreed >= evidence.commit || evidence.isImpaired(peer)) continue; // who is impaired never campaigns
    if (!couldWin(peer, evidence)) continue;
    return `${peer} has the votes to lead, but lacks entry ${agreed + 1}`;
  }
  return undefined;
}

function couldWin(candidate: StoreId, evidence: Evidence): boolean {
  const own = evidence.synced(candidate);
  if (own.lastIndex === 0) return false; // without genesis there is nothing to lead
  const votes = (voter: StoreId): boolean => {
    if (evidence.isImpaired(voter)) return false;
    const { lastTerm, lastIndex } = evidence.synced(voter);
    return lastTerm === own.lastTerm ? lastIndex <= own.lastIndex : lastTerm < own.lastTerm;
  };
  return own.electorate.sets.every((set) => 2 * set.filter(votes).length > set.length);
}
