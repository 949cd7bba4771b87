// No message says more than the sender's *synced* disk can keep: votes (R1), vote requests (R3), acknowledgements (R4), and
// the term of every message that others act on. A sender whose durable term went past the message's has already given
// up that term: what it says there counts for nobody any more, and is not judged.

import type { Message } from '../../../raft/types.ts';
import type { Evidence } from '../evidence.ts';
import type { Observation } from '../observation.ts';
import type { Invariant } from './invariant.ts';

export class HonestPromises implements Invariant {
  readonly name = 'promises are kept by the synced disk';

  check(observation: Observation, evidence: Evidence): string | undefined {
    if (observation.kind !== 'sent') return undefined;
    const { message } = observation;
    switch (message.kind) {
      case 'voteRequest':
        return message.preVote ? undefined : judgeVoteRequest(message, evidence);
      case 'voteResponse':
        if (message.preVote || !message.granted) return undefined;
        return judgeVote(message, message.to, evidence);
      case 'appendResponse':
        return judgeAppendResponse(message, evidence);
      case 'appendRequest':
      case 'heartbeatRequest':
        return judgeTerm(message, evidence);
      default:
        return undefined;
    }
  }
}

function isPast(message: Message, evidence: Evidence): boolean {
  return (evidence.hardState(message.from)?.term ?? 0) > message.term;
}

function judgeTerm(message: Message, evidence: Evidence): string | undefined {
  const durable = evidence.hardState(message.from)?.term ?? 0;
  if (durable >= message.term) return undefined;
  return `${message.from} sends ${message.kind} of term ${message.term}, its disk has term ${durable}`;
}

function judgeVote(message: Message, candidate: string, evidence: Evidence): string | undefined {
  if (isPast(message, evidence)) return undefined;
  const durable = evidence.hardState(message.from);
  if (durable?.term === message.term && durable.vote === candidate) return undefined;
  return `${message.from} votes for ${candidate} in term ${message.term} before its disk has it`;
}

function judgeVoteRequest(
  message: Extract<Message, { kind: 'voteRequest' }>,
  evidence: Evidence,
): string | undefined {
  const vote = judgeVote(message, message.from, evidence);
  if (vote !== undefined || isPast(message, evidence)) return vote;
  const last = evidence.synced(message.from).at(message.lastIndex);
  if (last?.term === message.lastTerm) return undefined;
  return `${message.from} asks for votes with entry ${message.lastIndex}, which its disk does not have`;
}

function judgeAppendResponse(
  message: Extract<Message, { kind: 'appendResponse' }>,
  evidence: Evidence,
): string | undefined {
  const term = judgeTerm(message, evidence);
  if (term !== undefined || isPast(message, evidence)) return term;
  if (message.outcome.kind === 'rejected') return undefined;
  const { match } = message.outcome;
  const held = evidence.synced(message.from).at(match);
  if (held === undefined && match > 0) return `${message.from} acknowledges ${match} before its disk has it`;
  const shown = evidence.shownBy(message.term, match);
  if (shown === undefined || held === undefined || shown.term === held.term) return undefined;
  return `${message.from} acknowledges ${match}, where its disk has an entry of term ${held.term}`;
}
