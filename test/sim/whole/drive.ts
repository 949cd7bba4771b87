// What a peer's data directory stands on: a simulated disk, from its first use to its loss.
// Owns: what is durable, and the faults of the disk. Does not own: who writes it, how long that takes (machine.ts).
//
// D1. The store id that is drawn on it is one that no other drive of the run has.

import { asStoreId, type StoreId } from '../../../raft/types.ts';
import { assert } from '../../../src/lib/assert.ts';
import type { Prng } from '../../../src/lib/prng.ts';
import { MemoryIncarnations } from '../../peer/memory-incarnations.ts';
import { type Fate, SimDisk } from '../../storage/sim-disk.ts';

/** Drives of one run. */
const drivesMax = 0xff;

export class Drive {
  readonly disk: SimDisk;
  /** Of other stores, as this one remembers them. */
  readonly incarnations = new MemoryIncarnations();
  /** D1. As the store that begins on it will draw it. */
  readonly storeId: StoreId;
  /** The highest index that a state on it was seen to have. */
  appliedEver = 0;
  readonly #number: number;

  constructor(options: { number: number; prng: Prng; failsSync: () => boolean }) {
    const { number, prng, failsSync } = options;
    assert(number > 0 && number <= drivesMax, 'a byte tells drives apart');
    this.#number = number;
    this.storeId = asStoreId(number.toString(16).padStart(2, '0').repeat(16));
    this.disk = new SimDisk(prng.next());
    this.disk.fault = (operation) =>
      operation === 'datasync' && failsSync() ? new Error('EIO: a sync failed') : undefined;
  }

  random(bytes: number): Uint8Array {
    return new Uint8Array(bytes).fill(this.#number);
  }

  /** The power went, and came back. */
  reboot(fate: Fate): void {
    this.disk.reboot(fate);
  }
}
