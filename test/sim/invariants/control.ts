// Whoever may decide for the cluster (K3 of raft/leadership.ts) is alone with that, and knows all that was decided before.
// A driver asks right after a tick, so that is where it is judged: once a peer may control in a term, no peer of a lower
// term may any more; a peer whose tick came late may not before it has proven itself again; and its state holds
// everything that earlier terms committed. The only voter needs nobody to prove itself to.

import type { StoreId } from '../../../raft/types.ts';
import type { Evidence } from '../evidence.ts';
import type { Observation } from '../observation.ts';
import type { Invariant } from './invariant.ts';

export class Control implements Invariant {
  readonly name = 'one peer at a time controls';
  #term = 0;

  check(observation: Observation, evidence: Evidence): string | undefined {
    if (observation.kind !== 'ticked' || !observation.mayControl) return undefined;
    const { peer, term, applied, late } = observation;
    if (late && !isAlone(peer, evidence)) return `${peer} may control right after a late tick`;
    if (term < this.#term) return `${peer} may control in term ${term}, after another in term ${this.#term}`;
    this.#term = term;
    for (let index = evidence.commit; index > applied; index -= 1) {
      const committed = evidence.committedAt(index);
      if (committed === undefined || committed.by >= term) continue;
      return `${peer} may control with ${applied} applied, term ${committed.by} committed ${index}`;
    }
    return undefined;
  }
}

function isAlone(peer: StoreId, evidence: Evidence): boolean {
  const configuration = evidence.status(peer)?.configuration;
  return configuration?.outgoing.length === 0 && configuration.voters.length === 1;
}
