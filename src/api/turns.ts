// Turns: whoever has much to work out for one client does it in pieces, and takes a turn for each. Raft lives on the same
// thread: what holds it up for long makes a leader look dead.
//
// T1. One turn is given in each round of the event loop, in the order in which they were asked for, however many ask. Who
//     asks alone has his at once.

export class Turns {
  readonly #waiting: (() => void)[] = [];
  /** The turn of this round is taken. */
  #isTaken = false;

  /** Resolves when it is the caller's turn: for a millisecond or two. */
  take(): Promise<void> {
    if (this.#isTaken) return new Promise((resolve) => this.#waiting.push(resolve));
    this.#isTaken = true;
    setImmediate(() => this.#onRound());
    return Promise.resolve();
  }

  /** Takes a turn for each step. The answer is what `steps` returns. */
  async run<T>(steps: Generator<void, T>): Promise<T> {
    for (;;) {
      await this.take();
      const step = steps.next();
      if (step.done === true) return step.value;
    }
  }

  #onRound(): void {
    const next = this.#waiting.shift();
    this.#isTaken = next !== undefined;
    if (next === undefined) return;
    setImmediate(() => this.#onRound());
    next();
  }
}
