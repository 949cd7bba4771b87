// What a snapshot stands for is committed: its last entry is, with that term, and its configuration is the newest
// committed one up to there (§5.1, openraft #1808).

import type { Evidence } from '../evidence.ts';
import type { Observation } from '../observation.ts';
import type { Invariant } from './invariant.ts';

export class Snapshots implements Invariant {
  readonly name = 'snapshots stand for what is committed';

  check(observation: Observation, evidence: Evidence): string | undefined {
    const install = observation.kind === 'issued' ? observation.operation.install : undefined;
    if (observation.kind !== 'issued' || install === undefined) return undefined;
    const { peer } = observation;
    const { index, term, configuration } = install;
    const committed = evidence.committedAt(index);
    if (committed === undefined) return `${peer} installs ${index}, which nobody committed`;
    if (committed.term !== term) return `${peer} installs ${index} of term ${term}, not ${committed.term}`;
    const newest = newestUpTo(index, evidence);
    if (configuration.index === newest) return undefined;
    return `${peer} installs ${index} with configuration ${configuration.index}, not ${newest}`;
  }
}

function newestUpTo(index: number, evidence: Evidence): number {
  for (let at = index; at > 1; at -= 1) {
    if (evidence.committedAt(at)?.electorate !== undefined) return at;
  }
  return 1;
}
