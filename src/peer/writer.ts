// The writer: has one user's command applied by whoever leads, and says truthfully how that ended.
//
// X1. One copy of a command is waited for at a time; the next is sent when the last was refused, or nobody can tell any more
//     how it ended. All bear the same operation, of which apply takes the first (state/operations.ts).
// X2. Within its time (`limits.requestMs`, unless it is given less) it ends: applied; or NO_LEADER, NO_QUORUM, BUSY, or CONFLICT (the leader does not
//     know such a command): certainly not applied; or OUTCOME_UNKNOWN.
// X3. "Certainly not" needs every copy refused. Once the outcome of one is unknown, only a result ends the doubt:
//     whatever else later tries say, OUTCOME_UNKNOWN it is.

import type { StoreId, Term } from '../../raft/types.ts';
import { unreachable } from '../lib/assert.ts';
import type { Clock } from '../lib/clock.ts';
import { OrionError } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';
import type { Applied } from './control-plane.ts';
import { forwardWrite } from './forwarding.ts';
import type { Leadership } from './leadership.ts';
import type { ForwardAnswer } from './ports.ts';
import type { Proposals, Settlement } from './proposals.ts';
import type { Questions } from './questions.ts';

/** Where a write can go now. */
export type Route =
  | { readonly kind: 'here' }
  | { readonly kind: 'leader'; readonly storeId: StoreId; readonly term: Term }
  /** Nobody leads, or the leader cannot be reached. */
  | { readonly kind: 'nowhere' };

/** What a write goes through; absent while this peer has no core yet. */
export interface WriteParts {
  readonly proposals: Proposals;
  readonly forwards: Questions<ForwardAnswer>;
}

export class Writer {
  readonly #clock: Clock;
  readonly #leadership: Leadership;
  readonly #route: () => Route;
  readonly #parts: () => WriteParts | undefined;
  readonly #noLeader: () => OrionError;
  readonly #busy: () => OrionError;

  constructor(options: {
    clock: Clock;
    leadership: Leadership;
    route: () => Route;
    parts: () => WriteParts | undefined;
    /** The error that says why nobody leads, as far as this peer can see. */
    noLeader: () => OrionError;
    /** The error that says why no more can be taken now. */
    busy: () => OrionError;
  }) {
    this.#clock = options.clock;
    this.#leadership = options.leadership;
    this.#route = options.route;
    this.#parts = options.parts;
    this.#noLeader = options.noLeader;
    this.#busy = options.busy;
  }

  /** `data`: a command with an origin, so that copies of it are applied once. */
  async write(data: Uint8Array, totalMs: number = limits.requestMs): Promise<Applied> {
    const deadline = this.#clock.monotonicMs() + totalMs;
    let doubt: OrionError | undefined; // X3
    for (;;) {
      const withinMs = deadline - this.#clock.monotonicMs();
      if (withinMs <= 0) throw doubt ?? this.#noLeader();
      const leaders = this.#leadership.changes;
      let settlement: Settlement;
      try {
        settlement = await this.#attempt(data, withinMs);
      } catch (error) {
        throw doubt ?? error;
      }
      switch (settlement.kind) {
        case 'applied':
          return settlement.applied;
        case 'unknown':
          doubt ??= outcomeUnknown();
          break;
        case 'refused':
          if (settlement.reason === 'UNKNOWN_COMMAND') throw doubt ?? unknownCommand();
          if (settlement.reason === 'BUSY' && doubt === undefined) throw this.#busy();
          break;
        default:
          unreachable(settlement);
      }
      if (doubt !== undefined && this.#parts() === undefined) throw doubt; // this peer stops
      if (this.#leadership.changes !== leaders) continue; // another one leads already
      await this.#leadership.changed(
        Math.min(limits.leaderRetryMs, Math.max(0, deadline - this.#clock.monotonicMs())),
      );
    }
  }

  #attempt(data: Uint8Array, withinMs: number): Promise<Settlement> | Settlement {
    const parts = this.#parts();
    const route = this.#route();
    if (parts === undefined) return { kind: 'refused', reason: 'NOT_LEADER' };
    switch (route.kind) {
      case 'here':
        return parts.proposals.submit(data, withinMs);
      case 'leader':
        return forwardWrite(parts.forwards, { to: route.storeId, term: route.term, data, withinMs });
      case 'nowhere':
        return { kind: 'refused', reason: 'NOT_LEADER' };
      default:
        return unreachable(route);
    }
  }
}

export function busy(): OrionError {
  return new OrionError('BUSY', 'too many requests wait for their commit: back off and try again');
}

function unknownCommand(): OrionError {
  return new OrionError(
    'CONFLICT',
    'the leader is of an older version and does not know this command: upgrade every peer first',
  );
}

export function outcomeUnknown(): OrionError {
  return new OrionError(
    'OUTCOME_UNKNOWN',
    'the leader did not say in time how this ended: it may have been applied; read the object before you try again',
  );
}
