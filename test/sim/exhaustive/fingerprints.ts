// A set of 64-bit fingerprints in flat memory: for many millions of states, where a Set of the language ends at 16 million.
// Two states with one fingerprint are taken to be the same; among 20 million the chance of one such pair is about 1e-5.

function mixInto(hash: number, value: number, factor: number): number {
  const mixed = Math.imul(hash ^ value, factor);
  return mixed ^ (mixed >>> 15);
}

export class Fingerprints {
  #slots = new Uint32Array(2 * 2 ** 16);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** False when a tuple with these numbers was added before. */
  add(tuple: ArrayLike<number>): boolean {
    let [low, high] = [0x9e3779b9, 0x85ebca6b];
    for (let i = 0; i < tuple.length; i += 1) {
      const value = tuple[i] ?? 0;
      low = mixInto(low, value + 1, 0x2c1b3c6d);
      high = mixInto(high ^ low, value + 0x7f4a7c15, 0x297a2d39);
    }
    if (this.#size * 4 > this.#slots.length) this.#grow();
    return this.#insert(low >>> 0, (high | 1) >>> 0);
  }

  /** `high` is never 0: that marks a free slot. */
  #insert(low: number, high: number): boolean {
    const mask = this.#slots.length / 2 - 1;
    for (let slot = (low ^ (high >>> 7)) & mask; ; slot = (slot + 1) & mask) {
      const found = this.#slots[2 * slot + 1];
      if (found === 0) {
        this.#slots[2 * slot] = low;
        this.#slots[2 * slot + 1] = high;
        this.#size += 1;
        return true;
      }
      if (found === high && this.#slots[2 * slot] === low) return false;
    }
  }

  #grow(): void {
    const before = this.#slots;
    this.#slots = new Uint32Array(before.length * 2);
    this.#size = 0;
    for (let i = 0; i < before.length; i += 2) {
      const high = before[i + 1] ?? 0;
      if (high !== 0) this.#insert(before[i] ?? 0, high);
    }
  }
}
