// The caller: has done what only a leader can, by whoever leads, and says truthfully how that ended.
//
// V1. At most one copy of a request is outstanding: another try starts only after the last one certainly had no effect.
// V2. It is meant for one term: a peer that does not lead that term refuses it, definitely.
// V3. Within `limits.requestMs` it ends: done; refused for a reason; NO_LEADER or NO_QUORUM (without effect); or
//     OUTCOME_UNKNOWN. An unknown outcome is final.

import { unreachable } from '../lib/assert.ts';
import type { StoreId, Term } from '../../raft/types.ts';
import type { Clock } from '../lib/clock.ts';
import { isOrionError, OrionError } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';
import type { LeaderRequest } from '../protocol/api.ts';
import type { Core } from './core.ts';
import type { Leadership } from './leadership.ts';
import type { CallAnswer } from './ports.ts';
import type { Questions } from './questions.ts';
import type { Route } from './writer.ts';

export interface CallerOptions {
  readonly clock: Clock;
  readonly leadership: Leadership;
  readonly core: () => Core | undefined;
  readonly route: () => Route;
  /** Does it here, on the leader. Throws what the user is told. */
  readonly perform: (core: Core, request: LeaderRequest) => Promise<unknown>;
  /** The error that says why nobody leads, as far as this peer can see. */
  readonly noLeader: () => OrionError;
}

export class Caller {
  readonly #options: CallerOptions;

  constructor(options: CallerOptions) {
    this.#options = options;
  }

  async call(request: LeaderRequest): Promise<unknown> {
    const { clock, leadership, noLeader } = this.#options;
    const deadlineMs = clock.monotonicMs() + limits.requestMs;
    for (;;) {
      const withinMs = deadlineMs - clock.monotonicMs();
      if (withinMs <= 0) throw noLeader();
      const answer = await this.#attempt(request, withinMs);
      switch (answer.kind) {
        case 'done':
          return answer.value;
        case 'failed':
          throw new OrionError(answer.code, answer.message);
        case 'unknown':
          throw new OrionError(
            'OUTCOME_UNKNOWN',
            'it was not seen to end in time, and may still come true: look at "orion cluster status" before you try again',
          );
        case 'refused':
          await leadership.changed(Math.min(limits.leaderRetryMs, withinMs));
          break;
        default:
          unreachable(answer);
      }
    }
  }

  /** On the leader: does it, and puts the end of it into words that can be sent. */
  async perform(request: LeaderRequest): Promise<CallAnswer> {
    const core = this.#options.core();
    if (core === undefined) return { kind: 'refused' };
    try {
      return { kind: 'done', value: await this.#options.perform(core, request) };
    } catch (error) {
      if (isOrionError(error, 'NO_LEADER')) return { kind: 'refused' };
      if (isOrionError(error, 'OUTCOME_UNKNOWN')) return { kind: 'unknown' };
      if (!isOrionError(error)) throw error;
      return { kind: 'failed', code: error.code, message: error.message.slice(0, limits.linkTextCharsMax) };
    }
  }

  #attempt(request: LeaderRequest, withinMs: number): Promise<CallAnswer> | CallAnswer {
    const route = this.#options.route();
    switch (route.kind) {
      case 'here':
        return this.perform(request);
      case 'leader': {
        const { storeId: to, term } = route;
        const calls = this.#options.core()?.calls;
        return calls === undefined ? { kind: 'refused' } : ask(calls, { to, term, request, withinMs });
      }
      case 'nowhere':
        return { kind: 'refused' };
      default:
        return unreachable(route);
    }
  }
}

async function ask(
  calls: Questions<CallAnswer>,
  call: { to: StoreId; term: Term; request: LeaderRequest; withinMs: number },
): Promise<CallAnswer> {
  const { to, term, request, withinMs } = call;
  const outcome = await calls.ask({
    to,
    message: (requestId) => ({ kind: 'call', requestId, term, request }),
    withinMs,
  });
  switch (outcome.kind) {
    case 'answered':
      return outcome.answer;
    case 'unsent':
      return { kind: 'refused' };
    case 'unknown':
      return { kind: 'unknown' };
    default:
      return unreachable(outcome);
  }
}
