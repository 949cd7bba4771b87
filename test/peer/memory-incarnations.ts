// Incarnations in memory, for tests of what stands above them. Held with a simulated disk they outlive a process.

import type { StoreId } from '../../raft/types.ts';
import type { Incarnations } from '../../src/peer/ports.ts';

export class MemoryIncarnations implements Incarnations {
  readonly #highest = new Map<StoreId, number>();

  highest(storeId: StoreId): number {
    return this.#highest.get(storeId) ?? 0;
  }

  async note(storeId: StoreId, incarnation: number): Promise<void> {
    this.#highest.set(storeId, Math.max(incarnation, this.highest(storeId)));
  }
}
