// The names of simulated peers, and the record that founds their cluster.

import {
  asClusterId,
  asIndex,
  asPeerId,
  asStoreId,
  asTerm,
  type Entry,
  type Genesis,
  type Member,
  type StoreId,
} from '../../raft/types.ts';
import { assert } from '../../src/lib/assert.ts';

/** a, b, c…: short, for reading traces. */
export function storeAt(place: number): StoreId {
  assert(place < 26, 'there are letters for all');
  return asStoreId(String.fromCharCode(97 + place));
}

/** A peer's name is that of its store, until another takes its place. */
export function memberOf(storeId: StoreId): Member {
  const place = storeId.charCodeAt(0) - 97;
  return {
    storeId,
    peerId: asPeerId(`sim-${place + 1}`),
    api: `http://127.0.0.1:${6_060 + place}`,
    raft: `127.0.0.1:${7_060 + place}`,
  };
}

export function firstEntryOf(founders: readonly Member[]): Entry {
  const genesis: Genesis = { clusterId: asClusterId('5'.repeat(32)), name: 'sim', founders };
  return { index: asIndex(1), term: asTerm(1), time: 1_000_000, payload: { kind: 'genesis', genesis } };
}
