// Who votes, and what a quorum of them has reached. Everything that Raft decides by majority is asked here: votes, the
// commit index, heartbeat rounds and the times at which they were sent. Two voter sets at once (a joint
// configuration, §4.3) mean the lower answer of the two, in this file alone.
// Q1. Any two quorums share a voter.

import { assert, present } from '../src/lib/assert.ts';
import type { Configuration, StoreId } from './types.ts';

export type Tally = 'won' | 'lost' | 'open';

export class Quorum {
  readonly #voters: readonly StoreId[];
  readonly #need: number;

  constructor(configuration: Configuration) {
    this.#voters = configuration.voters.map((member) => member.storeId);
    this.#need = Math.floor(this.#voters.length / 2) + 1;
    assert(this.#voters.length > 0, 'somebody votes');
    assert(new Set(this.#voters).size === this.#voters.length, 'each votes once');
  }

  get voters(): readonly StoreId[] {
    return this.#voters;
  }

  has(storeId: StoreId): boolean {
    return this.#voters.includes(storeId);
  }

  /** The highest number that a quorum has reached, where voter v has reached `valueOf(v)`. */
  reached(valueOf: (voter: StoreId) => number): number {
    const falling = this.#voters.map(valueOf).sort((a, b) => b - a);
    return present(falling[this.#need - 1], 'a quorum is not larger than the voters');
  }

  /** How a ballot stands: `votes` holds what each voter answered; strangers in it do not count. */
  tally(votes: ReadonlyMap<StoreId, boolean>): Tally {
    const granted = this.reached((voter) => (votes.get(voter) === true ? 1 : 0)) === 1;
    if (granted) return 'won';
    const possible = this.reached((voter) => (votes.get(voter) === false ? 0 : 1)) === 1;
    return possible ? 'open' : 'lost';
  }
}
