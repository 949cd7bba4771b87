// Members change one step at a time: behind a configuration that is committed, under a leader that has committed an entry
// of its own term (§4.1 and Ongaro's correction of 2015); voters only through a joint configuration of the old and the new
// ones, which is left for the new ones alone (§4.3); and whoever becomes a voter was a learner that had caught up (§4.2.1).
// A store that left never comes back.

import type { Configuration, Member, StoreId } from '../../../raft/types.ts';
import type { Evidence } from '../evidence.ts';
import type { Observation } from '../observation.ts';
import type { Invariant } from './invariant.ts';

type Configured = Extract<Observation, { kind: 'configured' }>;

export class Changes implements Invariant {
  readonly name = 'members change one step at a time';

  check(observation: Observation, evidence: Evidence): string | undefined {
    if (observation.kind !== 'configured') return undefined;
    const { peer, configuration } = observation;
    const broken = judgeTime(observation, evidence) ?? judgeStep(observation, evidence);
    return broken === undefined
      ? undefined
      : `${peer} appends configuration ${configuration.index} ${broken}`;
  }
}

function judgeTime({ peer, term, previous }: Configured, evidence: Evidence): string | undefined {
  if (previous.index > evidence.commit) return `while ${previous.index} is not committed`;
  const commit = evidence.status(peer)?.commit ?? 0;
  if (evidence.committedAt(commit)?.term === term) return undefined;
  return `before anything of term ${term} is committed`;
}

function judgeStep({ previous, configuration, settled }: Configured, evidence: Evidence): string | undefined {
  const back = storesOf(configuration).find((store) => previous.removed.includes(store));
  if (back !== undefined) return `with ${back}, which was removed`;
  if (previous.outgoing.length > 0) {
    const isLeft = configuration.outgoing.length === 0;
    return isLeft && isEqual(configuration.voters, previous.voters)
      ? undefined
      : 'behind a joint one that it does not leave';
  }
  const joining = configuration.voters.filter((voter) => !includes(previous.voters, voter));
  const isStill = joining.length === 0 && configuration.voters.length === previous.voters.length;
  if (configuration.outgoing.length === 0) return isStill ? undefined : 'with other voters than before';
  if (!isEqual(configuration.outgoing, previous.voters)) return 'without the voters of before';
  const stranger = joining.find((voter) => !includes(previous.learners, voter));
  if (stranger !== undefined) return `with the voter ${stranger.storeId}, which was no learner`;
  const lagging = joining.find(({ storeId }) => evidence.agreed(storeId) < settled);
  return lagging === undefined ? undefined : `with the voter ${lagging.storeId}, which lags`;
}

const storesOf = ({ voters, outgoing, learners }: Configuration): readonly StoreId[] =>
  [...voters, ...outgoing, ...learners].map(({ storeId }) => storeId);

const includes = (members: readonly Member[], { storeId }: Member): boolean =>
  members.some((member) => member.storeId === storeId);

const isEqual = (some: readonly Member[], others: readonly Member[]): boolean =>
  some.length === others.length && some.every((member) => includes(others, member));
