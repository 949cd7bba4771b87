// Who votes, and what a quorum of them has reached. Everything that Raft decides by majority is asked here: votes, the
// commit index, heartbeat rounds and the times at which they were sent. Two voter sets at once (a joint
// configuration, §4.3) mean the lower answer of the two, in this file alone.
// Q1. Any two quorums of one configuration share a voter, as do those of two that follow each other by a joint one.
// Q2. Learners and strangers are never counted.

import { assert, present } from '../src/lib/assert.ts';
import type { Member, Membership, StoreId } from './types.ts';

export type Tally = 'won' | 'lost' | 'open';

export class Quorum {
  /** One set of voters, or the two of a joint configuration. */
  #sets: readonly (readonly StoreId[])[] = [];
  #voters: readonly StoreId[] = [];

  constructor(membership: Pick<Membership, 'voters' | 'outgoing'>) {
    this.adopt(membership);
  }

  /** From now on these vote. */
  adopt({ voters, outgoing }: Pick<Membership, 'voters' | 'outgoing'>): void {
    assert(voters.length > 0, 'somebody votes');
    this.#sets = outgoing.length === 0 ? [idsOf(voters)] : [idsOf(voters), idsOf(outgoing)];
    this.#voters = [...new Set(this.#sets.flat())];
  }

  /** Everyone with a vote, in either set. */
  get voters(): readonly StoreId[] {
    return this.#voters;
  }

  /** Whether it votes. */
  has(storeId: StoreId): boolean {
    return this.#voters.includes(storeId);
  }

  /** The highest number that a quorum has reached, where voter v has reached `valueOf(v)`. */
  reached(valueOf: (voter: StoreId) => number): number {
    return this.#sets.reduce((low, set) => Math.min(low, reachedBy(set, valueOf)), Number.POSITIVE_INFINITY);
  }

  /** How a ballot stands: `votes` holds what each voter answered; strangers in it do not count. */
  tally(votes: ReadonlyMap<StoreId, boolean>): Tally {
    const granted = this.reached((voter) => (votes.get(voter) === true ? 1 : 0)) === 1;
    if (granted) return 'won';
    const possible = this.reached((voter) => (votes.get(voter) === false ? 0 : 1)) === 1;
    return possible ? 'open' : 'lost';
  }
}

function idsOf(members: readonly Member[]): readonly StoreId[] {
  const ids = members.map((member) => member.storeId);
  assert(new Set(ids).size === ids.length, 'each votes once');
  return ids;
}

function reachedBy(voters: readonly StoreId[], valueOf: (voter: StoreId) => number): number {
  const falling = voters.map(valueOf).sort((a, b) => b - a);
  return present(falling[Math.floor(voters.length / 2)], 'a majority is not larger than the voters');
}
