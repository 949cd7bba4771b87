// What a leader takes to be held by a follower, and has committed, is durable there and equal (R4): sent is not held, nor is
// what an earlier run held (R10). A follower whose disk lost entries counts for nothing until it is mended, and is passed over.

import type { Evidence } from '../evidence.ts';
import type { Observation } from '../observation.ts';
import type { Invariant } from './invariant.ts';

export class Held implements Invariant {
  readonly name = 'what a leader takes to be held is held';

  check(observation: Observation, evidence: Evidence): string | undefined {
    if (observation.kind !== 'stepped' || observation.status.role !== 'leader') return undefined;
    const { peer, status } = observation;
    for (const [follower, { match }] of status.progress ?? []) {
      const taken = Math.min(match, status.commit);
      if (taken === 0 || evidence.isImpaired(follower) || evidence.agreed(follower) >= taken) continue;
      return `${peer} takes ${follower} to hold ${taken}, and that holds ${evidence.agreed(follower)}`;
    }
    return undefined;
  }
}
