// How long the last syncs took: the first figure to look at when a cluster is slow.

const kept = 1_000;

export class SyncTimes {
  readonly #times = new Float64Array(kept);
  #count = 0;

  /** All of this run. */
  get count(): number {
    return this.#count;
  }

  add(milliseconds: number): void {
    this.#times[this.#count % kept] = milliseconds;
    this.#count += 1;
  }

  /** 99th percentile of the last 1,000, in milliseconds; undefined before the first. */
  get p99(): number | undefined {
    const size = Math.min(this.#count, kept);
    return this.#times.slice(0, size).sort()[Math.ceil(size * 0.99) - 1];
  }
}
