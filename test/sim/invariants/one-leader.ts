// At most one peer leads in a term (§5.2, Election Safety), by what cores say of themselves and by what they send.

import type { StoreId, Term } from '../../../raft/types.ts';
import type { Observation } from '../observation.ts';
import type { Invariant } from './invariant.ts';

export class OneLeader implements Invariant {
  readonly name = 'at most one leader a term';
  readonly #leaders = new Map<Term, StoreId>();

  check(observation: Observation): string | undefined {
    if (observation.kind === 'stepped' && observation.status.role === 'leader') {
      return this.#see(observation.status.term, observation.peer);
    }
    if (observation.kind !== 'sent') return undefined;
    const { message } = observation;
    const isLeaders = message.kind === 'appendRequest' || message.kind === 'heartbeatRequest';
    return isLeaders ? this.#see(message.term, message.from) : undefined;
  }

  #see(term: Term, peer: StoreId): string | undefined {
    const leader = this.#leaders.get(term) ?? peer;
    this.#leaders.set(term, leader);
    return leader === peer ? undefined : `term ${term} is led by ${leader} and by ${peer}`;
  }
}
