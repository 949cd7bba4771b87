// The event loop of one simulated process, from its start to its end: inputs queue up, and are taken together in turns.
// Owns: the inbox, ticks, stalls. Does not own: what a turn does with its inputs.
//
// O1. Everything that arrives before a turn is taken in that turn, in order of arrival.
// O2. A tick says the time of the turn that takes it.
// O3. While the loop is stalled nothing is taken; the first turn after it has one late tick, before or after the rest.

import type { Input } from '../../raft/types.ts';
import type { Prng } from '../../src/lib/prng.ts';
import { drawFrom, type FaultPlan } from './faults.ts';
import type { VirtualTime } from './virtual-time.ts';

export interface SimLoopOptions {
  readonly time: VirtualTime;
  readonly prng: Prng;
  readonly plan: Pick<FaultPlan, 'loopMs' | 'tickMs'>;
  readonly onTurn: (inputs: readonly Input[]) => void;
}

export class SimLoop {
  readonly #options: SimLoopOptions;
  #inbox: Input[] = [];
  #scheduled = false;
  #stopped = false;
  #stalledUntil = 0;

  constructor(options: SimLoopOptions) {
    this.#options = options;
    this.#tickLater();
  }

  /** After it nothing is taken: what comes is lost. */
  stop(): void {
    this.#stopped = true;
  }

  /** No turn is taken for `ms`. */
  stall(ms: number): void {
    this.#stalledUntil = Math.max(this.#stalledUntil, this.#options.time.now + ms);
  }

  push(input: Input): void {
    if (this.#stopped) return;
    this.#inbox.push(input);
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#turnLater();
  }

  get #stallMs(): number {
    return Math.max(0, this.#stalledUntil - this.#options.time.now);
  }

  #turnLater(): void {
    const { time, prng, plan } = this.#options;
    time.after(this.#stallMs + drawFrom(prng, plan.loopMs), () => this.#turn());
  }

  #turn(): void {
    if (this.#stopped) return;
    if (this.#stallMs > 0) return this.#turnLater();
    const inputs = this.#inbox;
    this.#inbox = [];
    this.#scheduled = false;
    const { now } = this.#options.time;
    this.#options.onTurn(inputs.map((input) => (input.kind === 'tick' ? { kind: 'tick', now } : input)));
  }

  #tickLater(): void {
    this.#options.time.after(this.#options.plan.tickMs, () => this.#tick());
  }

  #tick(): void {
    if (this.#stopped) return;
    const { time, prng } = this.#options;
    if (this.#stallMs > 0) return time.after(this.#stallMs, () => this.#tick());
    const tick: Input = { kind: 'tick', now: time.now };
    const mayGoFirst = this.#inbox.length > 0 && this.#inbox.every((input) => input.kind !== 'tick');
    if (mayGoFirst && prng.chance(0.5)) this.#inbox.unshift(tick);
    else this.push(tick);
    this.#tickLater();
  }
}
