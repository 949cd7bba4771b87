// Forwarding: a follower passes a user's write on to the leader over the peer link, and the leader answers.
// Owns: what each side makes of the other's word. Does not own: the choice of the leader, or tries after a refusal.
//
// F1. A write is meant for one term: a peer that does not lead it refuses, definitely.
// F2. A leader appends only what it can read itself: a command of a later version, once committed, would stop every
//     peer that does not know it.

import type { StoreId, Term } from '../../raft/types.ts';
import { asIndex } from '../../raft/types.ts';
import { unreachable } from '../lib/assert.ts';
import { limits } from '../lib/limits.ts';
import type { CommandResult } from '../protocol/command.ts';
import type { CommandCodec, ForwardAnswer } from './ports.ts';
import type { Proposals, Settlement } from './proposals.ts';
import type { Questions } from './questions.ts';

/** The follower's side. Settles at the latest after `withinMs` milliseconds. */
export async function forwardWrite(
  questions: Questions<ForwardAnswer>,
  write: { to: StoreId; term: Term; data: Uint8Array; withinMs: number },
): Promise<Settlement> {
  const { to, term, data, withinMs } = write;
  const outcome = await questions.ask({
    to,
    message: (requestId) => ({ kind: 'forward', requestId, term, data }),
    withinMs,
  });
  switch (outcome.kind) {
    case 'answered':
      return settlementOf(outcome.answer);
    case 'unsent':
      return { kind: 'refused', reason: outcome.reason === 'FULL' ? 'BUSY' : 'NOT_LEADER' };
    case 'unknown':
      return { kind: 'unknown' };
    default:
      return unreachable(outcome);
  }
}

function settlementOf(answer: ForwardAnswer): Settlement {
  switch (answer.kind) {
    case 'applied': {
      const { index, result } = answer;
      return { kind: 'applied', applied: { index, result: result as CommandResult } };
    }
    case 'refused':
    case 'unknown':
      return answer;
    default:
      return unreachable(answer);
  }
}

/** The leader's side: one forwarded write, proposed if `leadsTerm` still is the term it was meant for. */
export async function answerForward(options: {
  proposals: Proposals;
  codec: CommandCodec;
  /** The term that this peer leads now, if any. */
  leadsTerm: Term | undefined;
  term: Term;
  data: Uint8Array;
}): Promise<ForwardAnswer> {
  const { proposals, codec, leadsTerm, term, data } = options;
  if (leadsTerm !== term) return { kind: 'refused', reason: 'NOT_LEADER' };
  if (!isReadable(codec, data)) return { kind: 'refused', reason: 'UNKNOWN_COMMAND' }; // F2
  const settlement = await proposals.submit(data, limits.requestMs);
  if (settlement.kind !== 'applied') return settlement;
  const { index, result } = settlement.applied;
  return { kind: 'applied', index: asIndex(index), result };
}

function isReadable(codec: CommandCodec, data: Uint8Array): boolean {
  try {
    codec.decode(data);
    return true;
  } catch {
    return false;
  }
}
