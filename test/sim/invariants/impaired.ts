// A peer whose disk lost what it may have acknowledged grants no vote, asks for none, not even in pretence, and leads never
// (raft.md, the simple rule for corruption). It says of each answer to a leader that it is impaired, until its disk holds
// everything that was committed when it was damaged. (That it counts for nothing is judged where quorums are.) And nobody is
// impaired whose disk was never damaged: not by a crash in the middle of any write.

import { type Message, sound, type StoreId } from '../../../raft/types.ts';
import type { Evidence } from '../evidence.ts';
import type { Observation } from '../observation.ts';
import type { Invariant } from './invariant.ts';

export class Impaired implements Invariant {
  readonly name = 'an impaired peer decides nothing';

  check(observation: Observation, evidence: Evidence): string | undefined {
    switch (observation.kind) {
      case 'started':
        if (!observation.impaired || evidence.isImpaired(observation.peer)) return undefined;
        return `${observation.peer} has lost entries, and its disk is sound`;
      case 'stepped':
        if (!evidence.isImpaired(observation.peer) || observation.status.role === 'follower')
          return undefined;
        return `${observation.peer} is impaired, and ${observation.status.role}`;
      case 'sent':
        return evidence.isImpaired(observation.message.from) ? judgeMessage(observation.message) : undefined;
      case 'synced':
        return observation.operation.mended ? judgeMended(observation.peer, evidence) : undefined;
      default:
        return undefined;
    }
  }
}

function judgeMessage(message: Message): string | undefined {
  const { from, kind } = message;
  switch (kind) {
    case 'voteRequest':
      return `${from} is impaired, and asks for votes`;
    case 'voteResponse':
      return message.granted ? `${from} is impaired, and votes` : undefined;
    case 'appendResponse':
    case 'heartbeatResponse':
      return message.impairment === sound ? `${from} is impaired, and does not say so` : undefined;
    default:
      return undefined;
  }
}

function judgeMended(peer: StoreId, evidence: Evidence): string | undefined {
  const [holds, wanted] = [evidence.agreed(peer), evidence.damagedAt(peer)];
  return holds >= wanted ? undefined : `${peer} is mended with ${holds}, while ${wanted} was committed`;
}
