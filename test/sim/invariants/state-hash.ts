// Peers that applied up to the same index have the same state, also one that came back from its disk.

import type { Observation } from '../observation.ts';
import type { Invariant } from './invariant.ts';

export class StateHash implements Invariant {
  readonly name = 'equal state hash at equal applied index';
  readonly #hashes = new Map<number, number>();

  check(observation: Observation): string | undefined {
    if (observation.kind === 'applied') {
      return this.#see(observation.entry.index, observation.stateHash, observation.peer);
    }
    if (
      observation.kind === 'started' ||
      observation.kind === 'installed' ||
      observation.kind === 'reached'
    ) {
      return this.#see(observation.applied, observation.stateHash, observation.peer);
    }
    return undefined;
  }

  #see(applied: number, hash: number, peer: string): string | undefined {
    const known = this.#hashes.get(applied) ?? hash;
    this.#hashes.set(applied, known);
    return known === hash ? undefined : `the state of ${peer} at ${applied} differs from another's`;
  }
}
