// The configuration in effect is the newest in the log, committed or not (§4.1): what a truncation takes out of the log is
// out of effect, and what a restart finds there is in effect. Judged whenever the log is handed to the disk as it is; and by
// whom a candidate asks for votes.

import type { Message, StoreId } from '../../../raft/types.ts';
import { present } from '../../../src/lib/assert.ts';
import type { Evidence } from '../evidence.ts';
import type { Observation } from '../observation.ts';
import type { Invariant } from './invariant.ts';

export class InEffect implements Invariant {
  readonly name = 'the newest configuration in the log is in effect';
  /** Started, and not seen to step since. */
  readonly #starting = new Set<StoreId>();

  check(observation: Observation, evidence: Evidence): string | undefined {
    switch (observation.kind) {
      case 'started':
        this.#starting.add(observation.peer);
        return undefined;
      case 'stepped':
        return this.#starting.delete(observation.peer) ? judge(observation.peer, evidence) : undefined;
      case 'issued':
        return judge(observation.peer, evidence);
      case 'sent':
        return judgeRequest(observation.message, evidence);
      default:
        return undefined;
    }
  }
}

function judge(peer: StoreId, evidence: Evidence): string | undefined {
  const inEffect = evidence.status(peer)?.configuration?.index;
  const newest = evidence.issued(peer).electorate.index;
  if (inEffect === undefined || inEffect === newest) return undefined;
  return `${peer} goes by configuration ${inEffect}, its log has ${newest}`;
}

function judgeRequest(message: Message, evidence: Evidence): string | undefined {
  if (message.kind !== 'voteRequest' || message.preVote) return undefined;
  const { from, to, lastIndex } = message;
  const { sets } = present(evidence.synced(from).electoratesFrom(lastIndex)[0], 'a log has a configuration');
  if (sets.some((set) => set.includes(to))) return undefined;
  return `${from} asks ${to} for a vote, which has none by its log up to ${lastIndex}`;
}
