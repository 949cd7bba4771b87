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
    const event = { at: this.#now + delayMs, sequence: this.#sequence, run };
    this.#heap.push(event);
    this.#rise(event);
  }

  /** Runs the next event. False, and nothing done, when there is none. */
  step(): boolean {
    const event = this.#heap[0];
    if (event === undefined) return false;
    const last = present(this.#heap.pop(), 'the heap holds at least its first event');
    if (this.#heap.length > 0) this.#sink(last);
    assert(event.at >= this.#now, 'T1: time never goes back');
    this.#now = event.at;
    event.run();
    return true;
  }

  #at(slot: number): Event {
    return present(this.#heap[slot], 'a slot within the heap is filled');
  }

  /** The last event moves up to its place. */
  #rise(event: Event): void {
    const heap = this.#heap;
    let slot = heap.length - 1;
    while (slot > 0) {
      const up = (slot - 1) >> 1;
      const parent = this.#at(up);
      if (!isBefore(event, parent)) break;
      heap[slot] = parent;
      slot = up;
    }
    heap[slot] = event;
  }

  /** `event` moves down from the top to its place. */
  #sink(event: Event): void {
    const heap = this.#heap;
    let slot = 0;
    for (let child = 1; child < heap.length; child = 2 * slot + 1) {
      const right = heap[child + 1];
      if (right !== undefined && isBefore(right, this.#at(child))) child += 1;
      const least = this.#at(child);
      if (!isBefore(least, event)) break;
      heap[slot] = least;
      slot = child;
    }
    heap[slot] = event;
  }
}
