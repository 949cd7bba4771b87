// Peers are alike: a state in which they have changed places is the same state. Of all six ways to name three peers one is
// canonical, and only that is looked up among the states seen.
// Sound because nothing in the core prefers one store to another in what this check lets happen (ties are broken by store id
// only when members change, when a leader hands over, and when a death is noticed by two at once); tested by comparing with
// an exploration without it (exhaustive.test.ts).

import type { StoreId } from '../../../raft/types.ts';
import { asStoreId } from '../../../raft/types.ts';
import { present } from '../../../src/lib/assert.ts';

export const peers: readonly StoreId[] = ['a', 'b', 'c'].map(asStoreId);

/** Another name for each peer. */
export class Naming {
  readonly #names: ReadonlyMap<string, string>;
  /** Where the peer stands that is called the first, the second, the third. */
  readonly places: readonly number[];

  constructor(names: readonly StoreId[]) {
    this.#names = new Map(peers.map((peer, place) => [peer, present(names[place], 'every peer has a name')]));
    this.places = peers.map((peer) => names.indexOf(peer));
  }

  /** What `text` is called, if it is a peer; else itself. */
  of(text: string): string {
    return this.#names.get(text) ?? text;
  }

  /** A plain value with every peer in it called by its other name. */
  ofValue(value: unknown): unknown {
    if (typeof value === 'string') return this.of(value);
    if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
    if (Array.isArray(value)) return value.map((item) => this.ofValue(item));
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.ofValue(item)]));
  }
}

/** Every way to name the peers; the first leaves them as they are. */
export const namings: readonly Naming[] = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
].map((order) => new Naming(order.map((place) => present(peers[place], 'there are three peers'))));
