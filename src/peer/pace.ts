// A pace: how many bytes may leave in a second, whoever sends them.
//
// P1. Over any time the bytes taken are at most the rate times that time, and one portion more.

import type { Clock } from '../lib/clock.ts';

export class Pace {
  readonly #clock: Clock;
  readonly #bytesPerMs: number;
  /** When all that was taken has had its time. */
  #freeMs = Number.NEGATIVE_INFINITY;

  constructor(options: { clock: Clock; bytesPerSecond: number }) {
    this.#clock = options.clock;
    this.#bytesPerMs = options.bytesPerSecond / 1_000;
  }

  /** Takes `bytes`; they may be sent after as many milliseconds as it answers. */
  take(bytes: number): number {
    const nowMs = this.#clock.monotonicMs();
    const atMs = Math.max(nowMs, this.#freeMs);
    this.#freeMs = atMs + bytes / this.#bytesPerMs;
    return atMs - nowMs;
  }
}
