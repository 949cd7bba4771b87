// When a leader may be followed by another before its time: it handed over, or its process is dead. Votes are then given
// although a leader was heard a moment ago (§4.2.3), and nowhere else.
// Owns: which leader this peer knows to be dead, whom it believes in that.
// Does not own: when to campaign (timer.ts), what a leader does to hand over (transfer.ts).
// U1. A leader that handed over leads that term no more (T2): whoever campaigns for the next one in its name is heard.
// U2. A leader is lost when its process is: a term's leader never comes back as such. It is believed only by peers that
//     found it out themselves, for the same leader and term, and by none of them once any leader is heard again.

import { unreachable } from '../src/lib/assert.ts';
import type { VoteRequest } from './election.ts';
import type { StoreId, Term } from './types.ts';

/** Why a vote is asked for: what decides whether those who hear a leader hear it (§4.2.3). */
export type VoteCause =
  | { readonly kind: 'timeout' }
  /** The leader of the term before handed over (§3.10). */
  | { readonly kind: 'transfer' }
  /** The process that led `term` is dead; heard by those who know that, too. */
  | { readonly kind: 'lost'; readonly leader: StoreId; readonly term: Term };

export class Succession {
  #lost: { readonly leader: StoreId; readonly term: Term } | undefined;

  /** Why this peer campaigns, if it does so of its own accord. */
  get cause(): VoteCause {
    return this.#lost === undefined ? { kind: 'timeout' } : { kind: 'lost', ...this.#lost };
  }

  onLost(lost: { readonly leader: StoreId; readonly term: Term }): void {
    this.#lost = lost;
  }

  /** Somebody leads, perhaps this peer. */
  onLeader(): void {
    this.#lost = undefined;
  }

  /** True when a peer in `term` hears the request although it hears a leader. */
  excuses({ cause, term: wanted }: VoteRequest, term: Term): boolean {
    switch (cause.kind) {
      case 'timeout':
        return false;
      case 'transfer':
        return wanted === term + 1; // U1
      case 'lost':
        return cause.leader === this.#lost?.leader && cause.term === this.#lost.term; // U2
      default:
        return unreachable(cause);
    }
  }
}
