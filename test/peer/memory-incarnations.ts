// Incarnations in memory, for tests of what stands above them. Held with a simulated disk they outlive a process.

import type { StoreId } from '../../raft/types.ts';
import type { Incarnations, SeenRun } from '../../src/peer/incarnations.ts';

export class MemoryIncarnations implements Incarnations {
  readonly #last = new Map<StoreId, SeenRun>();

  last(storeId: StoreId): SeenRun | undefined {
    return this.#last.get(storeId);
  }

  async note(storeId: StoreId, run: SeenRun): Promise<void> {
    if (run.incarnation > (this.last(storeId)?.incarnation ?? 0)) this.#last.set(storeId, run);
  }
}
