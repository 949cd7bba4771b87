// A disk without room takes in no entries: from the moment at which the core hears of it, until there is room again, its
// log does not grow, whether it leads or follows.

import type { StoreId } from '../../../raft/types.ts';
import type { Observation } from '../observation.ts';
import type { Invariant } from './invariant.ts';

export class FullDisks implements Invariant {
  readonly name = 'a full disk takes in no entries';
  /** By peer whose disk is full: the end of its log since. */
  readonly #ends = new Map<StoreId, number>();
  readonly #lastIndexes = new Map<StoreId, number>();

  check(observation: Observation): string | undefined {
    switch (observation.kind) {
      case 'started':
        this.#ends.delete(observation.peer);
        return undefined;
      case 'space':
        if (observation.full) this.#ends.set(observation.peer, this.#lastIndexes.get(observation.peer) ?? 0);
        else this.#ends.delete(observation.peer);
        return undefined;
      case 'stepped': {
        const { peer, status } = observation;
        this.#lastIndexes.set(peer, status.lastIndex);
        // A snapshot that had arrived may still take the place of entries.
        const end = Math.max(this.#ends.get(peer) ?? Number.POSITIVE_INFINITY, status.base ?? 0);
        if (status.lastIndex <= end) return undefined;
        return `${peer} has no room behind ${end}, and takes in ${status.lastIndex}`;
      }
      default:
        return undefined;
    }
  }
}
