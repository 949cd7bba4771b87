// A read is never stale (R12, linearizability): it shows at least every write that was acknowledged, and every state that
// another read had shown, before it began. And it is served only once the state has what the core confirmed.

import type { Observation } from '../observation.ts';
import type { Invariant } from './invariant.ts';

export class Reads implements Invariant {
  readonly name = 'reads are not stale';
  /** The highest index that any client has seen. */
  #seen = 0;
  /** By read: what had been seen when it began. */
  readonly #floors = new Map<number, number>();

  check(observation: Observation): string | undefined {
    switch (observation.kind) {
      case 'acknowledged':
        this.#seen = Math.max(this.#seen, observation.index);
        return undefined;
      case 'readStarted':
        this.#floors.set(observation.read, this.#seen);
        return undefined;
      case 'readServed': {
        const { read, index, applied } = observation;
        const floor = this.#floors.get(read) ?? 0;
        this.#floors.delete(read);
        this.#seen = Math.max(this.#seen, applied);
        if (index < floor) return `read ${read} is confirmed at ${index}, clients had seen ${floor}`;
        return applied < index ? `read ${read} needs ${index} and shows ${applied}` : undefined;
      }
      default:
        return undefined;
    }
  }
}
