// One run of a simulated process: all that happens in it happens through here, and nothing does once it has ended.
// Owns: its clock, its stalls, its end. Does not own: what runs in it.
//
// P1. After the end no callback runs and no promise settles: whatever the process was about to do, it does not.
// P2. While the loop is stalled nothing runs; afterwards all runs that was due meanwhile, in the order in which it came.
// P3. Wall clocks differ from peer to peer and jump; monotonic ones begin anywhere and run alike.

import type { Clock } from '../../../src/lib/clock.ts';
import type { VirtualTime } from '../virtual-time.ts';

const wallStartMs = 1_700_000_000_000;

export class SimProcess {
  readonly clock: Clock;
  readonly #time: VirtualTime;
  #ended = false;
  #lostPower = false;
  #stalledUntil = 0;

  constructor(options: {
    readonly time: VirtualTime;
    /** What its monotonic clock shows when virtual time is 0. */
    readonly monotonicStartMs: number;
    /** How far its wall clock is off, now and later. */
    readonly wallOffsetMs: () => number;
  }) {
    const { time, monotonicStartMs, wallOffsetMs } = options;
    this.#time = time;
    this.clock = {
      monotonicMs: () => monotonicStartMs + time.now,
      wallMs: () => Math.floor(wallStartMs + time.now + wallOffsetMs()),
      after: (delayMs, callback) => this.#after(delayMs, callback),
      soon: (callback) => void this.#after(0, callback),
    };
  }

  get ended(): boolean {
    return this.#ended;
  }

  get stalled(): boolean {
    return this.#time.now < this.#stalledUntil;
  }

  /** It ended with its machine. */
  get lostPower(): boolean {
    return this.#lostPower;
  }

  end(how: 'killed' | 'power'): void {
    this.#ended = true;
    this.#lostPower = how === 'power';
  }

  stall(ms: number): void {
    this.#stalledUntil = Math.max(this.#stalledUntil, this.#time.now + ms);
  }

  /** Runs `run` now, or when the stall is over, or never (P1, P2). */
  enter(run: () => void): void {
    if (this.#ended) return;
    if (this.stalled) this.#time.after(this.#stalledUntil - this.#time.now, () => this.enter(run));
    else run();
  }

  /** Resolves in `ms` at the earliest. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#after(ms, resolve));
  }

  #after(delayMs: number, callback: () => void): () => void {
    let cancelled = false;
    this.#time.after(Math.max(0, delayMs), () =>
      this.enter(() => {
        if (!cancelled) callback();
      }),
    );
    return () => {
      cancelled = true;
    };
  }
}
