// Time in a simulation: a queue of events that runs as fast as the machine can, and never waits.
// Owns: the one heap of what is going to happen. Does not own: what the events do.
//
// T1. Time never goes back; an event runs at exactly the time it was asked for.
// T2. Events of the same time run in the order in which they were asked for: a run repeats bit for bit.

import { assert, present } from '../../src/lib/assert.ts';

interface Event {
  readonly at: number;
  readonly sequence: number;
  readonly run: () => void;
}

const isBefore = (a: Event, b: Event): boolean => a.at < b.at || (a.at === b.at && a.sequence < b.sequence);

export class VirtualTime {
  #now = 0;
  #sequence = 0;
  readonly #heap: Event[] = [];

  /** Milliseconds since the simulation began. */
  get now(): number {
    return this.#now;
  }

  /** Runs `run` once, `delayMs` from now. There is no way to cancel: events check whether they still matter. */
  after(delayMs: number, run: () => void): void {
    assert(delayMs >= 0, 'nothing happens in the past');
    this.#sequence += 1;
    this.#heap.push({ at: this.#now + delayMs, sequence: this.#sequence, run });
    this.#rise(this.#heap.length - 1);
  }

  /** Runs the next event. False, and nothing done, when there is none. */
  step(): boolean {
    const event = this.#heap[0];
    if (event === undefined) return false;
    const last = present(this.#heap.pop(), 'the heap holds at least its first event');
    if (this.#heap.length > 0) {
      this.#heap[0] = last;
      this.#sink();
    }
    assert(event.at >= this.#now, 'T1: time never goes back');
    this.#now = event.at;
    event.run();
    return true;
  }

  #at(slot: number): Event {
    return present(this.#heap[slot], 'a slot within the heap is filled');
  }

  #swap(a: number, b: number): void {
    const event = this.#at(a);
    this.#heap[a] = this.#at(b);
    this.#heap[b] = event;
  }

  #rise(from: number): void {
    let slot = from;
    while (slot > 0) {
      const parent = (slot - 1) >> 1;
      if (!isBefore(this.#at(slot), this.#at(parent))) return;
      this.#swap(slot, parent);
      slot = parent;
    }
  }

  #sink(): void {
    let slot = 0;
    for (;;) {
      let least = slot;
      for (const child of [2 * slot + 1, 2 * slot + 2]) {
        if (child < this.#heap.length && isBefore(this.#at(child), this.#at(least))) least = child;
      }
      if (least === slot) return;
      this.#swap(slot, least);
      slot = least;
    }
  }
}
