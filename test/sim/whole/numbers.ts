// Numbers that are given once: of the runs of a store, and of what one store asks others. What comes late for an earlier run
// or question must not pass for something of a later one.
//
// N1. Each run of a store has a higher number than any before.
// N2. A store asks under each number once, in all of its runs (Q3 of src/peer/questions.ts).

import type { StoreId } from '../../../raft/types.ts';
import type { PeerMessage } from '../../../src/peer/ports.ts';
import { Violation } from '../observation.ts';

export class Numbers {
  readonly #runs = new Map<StoreId, number>();
  readonly #asked = new Map<string, Set<number>>();

  /** N1. A run of `storeId` calls itself `incarnation`. Throws a {@link Violation}. */
  began(storeId: StoreId, incarnation: number): void {
    const last = this.#runs.get(storeId) ?? 0;
    if (incarnation <= last) {
      throw new Violation(`numbers: run ${incarnation} of ${storeId} begins after its run ${last}`);
    }
    this.#runs.set(storeId, incarnation);
  }

  /** N2. Throws a {@link Violation}. */
  sent(from: StoreId, message: PeerMessage): void {
    if (message.kind !== 'forward' && message.kind !== 'call') return;
    const who = `${from} ${message.kind}`;
    const asked = this.#asked.get(who) ?? new Set();
    if (asked.has(message.requestId)) {
      throw new Violation(`numbers: ${from} sends ${message.kind} ${message.requestId} twice`);
    }
    this.#asked.set(who, asked.add(message.requestId));
  }
}
