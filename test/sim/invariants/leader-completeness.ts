// What was committed in a term is in the log of every leader of a higher one (§5.4, Leader Completeness).
// Judged once for each leader, when it is first seen to lead: later commits are its own.

import type { Term } from '../../../raft/types.ts';
import type { Evidence } from '../evidence.ts';
import { isSame } from '../marked-log.ts';
import type { Observation } from '../observation.ts';
import type { Invariant } from './invariant.ts';

export class LeaderCompleteness implements Invariant {
  readonly name = 'leader completeness';
  readonly #judged = new Set<Term>();

  check(observation: Observation, evidence: Evidence): string | undefined {
    if (observation.kind !== 'stepped' || observation.status.role !== 'leader') return undefined;
    const { peer, status } = observation;
    if (this.#judged.has(status.term)) return undefined;
    this.#judged.add(status.term);
    const log = evidence.issued(peer);
    for (let index = 1; index <= evidence.commit; index += 1) {
      const committed = evidence.committedAt(index);
      if (committed === undefined || committed.by >= status.term) continue;
      if (isSame(log.at(index), committed)) continue;
      return `${peer} leads term ${status.term} without entry ${index}, committed in term ${committed.by}`;
    }
    return undefined;
  }
}
