// The last so many of something: figures for a sparkline, lines of a log. The oldest goes first.

import { assert } from '../../src/lib/assert.ts';

export class Ring<T> {
  readonly #max: number;
  #items: T[] = [];
  #first = 0;
  #dropped = 0;

  constructor(max: number) {
    assert(max > 0, 'a ring holds something');
    this.#max = max;
  }

  get length(): number {
    return this.#items.length;
  }

  /** How many have fallen out: with it, a position stays the same while others go. */
  get dropped(): number {
    return this.#dropped;
  }

  push(item: T): void {
    if (this.#items.length < this.#max) {
      this.#items.push(item);
      return;
    }
    this.#items[this.#first] = item;
    this.#first = (this.#first + 1) % this.#max;
    this.#dropped += 1;
  }

  /** The item at `index`, 0 the oldest. */
  at(index: number): T | undefined {
    if (index < 0 || index >= this.#items.length) return undefined;
    return this.#items[(this.#first + index) % this.#max];
  }

  /** Oldest first. */
  toArray(): readonly T[] {
    return [...this.#items.slice(this.#first), ...this.#items.slice(0, this.#first)];
  }
}
