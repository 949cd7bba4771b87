// Whoever leads was elected by the configuration in its log (§5.2, §4.3): a majority of the voters, of both sets of a joint
// one, said so, and its own vote counts once it is durable (R2). Learners and strangers have no vote.

import type { Term } from '../../../raft/types.ts';
import type { Evidence } from '../evidence.ts';
import { electorateOf } from '../marked-log.ts';
import type { Observation } from '../observation.ts';
import type { Invariant } from './invariant.ts';

export class Elected implements Invariant {
  readonly name = 'leaders are elected by a quorum';
  readonly #judged = new Set<Term>();

  check(observation: Observation, evidence: Evidence): string | undefined {
    if (observation.kind !== 'stepped' || observation.status.role !== 'leader') return undefined;
    const { peer, status } = observation;
    if (this.#judged.has(status.term)) return undefined;
    this.#judged.add(status.term);
    const { configuration } = status;
    const { sets } =
      configuration === undefined ? evidence.issued(peer).electorate : electorateOf(configuration);
    const votes = evidence.votes(peer, status.term);
    const missing = sets.find((set) => 2 * set.filter((voter) => votes.has(voter)).length <= set.length);
    if (missing === undefined) return undefined;
    return `${peer} leads term ${status.term} with the votes of ${[...votes].join(', ')} among ${missing.join(', ')}`;
  }
}
