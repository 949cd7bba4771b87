// How every state of the exhaustive check was first reached, in few bytes a state: what led to a failure can be told.

/** For each state, in the order of finding: the one it was found from, and the event. */
export class Course {
  readonly #parents: number[] = [];
  readonly #events: number[] = [];
  readonly #names: string[] = [];
  readonly #numbers = new Map<string, number>();

  /** `from`: the number of a state, counted from 0 in the order of adding; below 0 for the first. */
  add(from: number, event: string): void {
    this.#parents.push(from);
    this.#events.push(this.#numberOf(event));
  }

  /** The events that led to state `number`, the first one first. */
  to(number: number): readonly string[] {
    const events: string[] = [];
    for (let at = number; at >= 0; at = this.#parents[at] ?? -1) {
      events.push(this.#names[this.#events[at] ?? 0] ?? '');
    }
    return events.toReversed();
  }

  #numberOf(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    this.#numbers.set(name, this.#names.length);
    return this.#names.push(name) - 1;
  }
}
