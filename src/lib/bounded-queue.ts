// A first-in first-out queue with a bound: full means refused, and the caller decides what that costs.

import { assert } from './assert.ts';

export class BoundedQueue<T> {
  #items: T[] = [];
  #head = 0;
  readonly #itemsMax: number;

  constructor(itemsMax: number) {
    assert(itemsMax > 0, 'a queue holds at least one item');
    this.#itemsMax = itemsMax;
  }

  get length(): number {
    return this.#items.length - this.#head;
  }

  /** False, and nothing changed, when the queue is full. */
  tryPush(item: T): boolean {
    if (this.length >= this.#itemsMax) return false;
    this.#items.push(item);
    return true;
  }

  shift(): T | undefined {
    if (this.#head === this.#items.length) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head] = undefined as T;
    this.#head += 1;
    if (this.#head > 1024 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  /** Takes everything, oldest first. */
  drain(): T[] {
    const items = this.#head === 0 ? this.#items : this.#items.slice(this.#head);
    this.#items = [];
    this.#head = 0;
    return items;
  }
}
