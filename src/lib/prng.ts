// A seeded pseudo-random generator (sfc32): elections, jitter and simulations repeat bit for bit from a seed.
// Not for secrets: identities come from the runtime's own source.

export class Prng {
  #a: number;
  #b: number;
  #c: number;
  #d = 1;

  constructor(seed: number) {
    this.#a = 0x9e3779b9 ^ (seed | 0);
    this.#b = 0x243f6a88 ^ Math.floor(seed / 0x1_0000_0000);
    this.#c = 0xb7e15162;
    for (let i = 0; i < 16; i += 1) this.next();
  }

  /** The next number in `[0, 2^32)`. */
  next(): number {
    const t = (this.#a + this.#b + this.#d) | 0;
    this.#d = (this.#d + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (this.#c << 21) | (this.#c >>> 11);
    this.#c = (this.#c + t) | 0;
    return t >>> 0;
  }

  /** A fraction in `[0, 1)`. */
  fraction(): number {
    return this.next() / 0x1_0000_0000;
  }

  /** A whole number in `[from, to)`. */
  int(range: { readonly from: number; readonly to: number }): number {
    return range.from + Math.floor(this.fraction() * (range.to - range.from));
  }

  chance(probability: number): boolean {
    return this.fraction() < probability;
  }
}
