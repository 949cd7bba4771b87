// A client that writes one setting after another, and remembers what was acknowledged, and when.
// W1. Each name is written once: what was acknowledged must be there, whatever became of the rest.

import { request } from './http.ts';

export class WriteLoad {
  readonly #apis: readonly string[];
  readonly #acknowledged = new Map<string, string>();
  #lastMs = performance.now();
  #longestGapMs = 0;
  #stopped = false;
  readonly #done: Promise<void>;

  constructor(apis: readonly string[]) {
    this.#apis = apis;
    this.#done = this.#run();
  }

  /** True once `count` more writes than at the first call with that count were acknowledged. */
  ackedSince(count: number): boolean {
    this.#target ??= this.#acknowledged.size + count;
    return this.#acknowledged.size >= this.#target;
  }
  #target: number | undefined;

  async stop(): Promise<{
    readonly acknowledged: ReadonlyMap<string, string>;
    readonly longestGapMs: number;
  }> {
    this.#stopped = true;
    await this.#done;
    return { acknowledged: this.#acknowledged, longestGapMs: this.#longestGapMs };
  }

  async #run(): Promise<void> {
    for (let number = 0; !this.#stopped; number += 1) {
      const api = this.#apis[number % this.#apis.length];
      const [name, data] = [`write-${number}`, `${number}`];
      try {
        const answer = await request(`${api}/api/settings/${name}`, { method: 'PUT', body: { data } });
        if (answer.status === 201) this.#onAcknowledged(name, data);
      } catch {
        // A peer that is gone: the next one is asked.
      }
    }
  }

  #onAcknowledged(name: string, data: string): void {
    this.#acknowledged.set(name, data);
    const now = performance.now();
    this.#longestGapMs = Math.max(this.#longestGapMs, now - this.#lastMs);
    this.#lastMs = now;
  }
}
