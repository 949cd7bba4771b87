// What each step of a core changed, for invariants and counters: one watch for each run of a peer.
// Owns: the time of the last tick, by which the next one is late or not. Does not own: the core.

import type { RaftStatus } from '../../raft/status.ts';
import type { Input, StoreId } from '../../raft/types.ts';
import type { Counters } from './counters.ts';
import type { Observation, ObservedStatus } from './observation.ts';

export interface StepWatchOptions {
  readonly peer: StoreId;
  readonly now: number;
  readonly heartbeatMs: number;
  readonly counters: Counters;
  readonly observe: (observation: Observation) => void;
}

export class StepWatch {
  readonly #options: StepWatchOptions;
  #tickedMs: number;

  constructor(options: StepWatchOptions) {
    this.#options = options;
    this.#tickedMs = options.now;
  }

  /** Takes in that `input` led from `before` to `after`. */
  onStep(input: Input, before: ObservedStatus, after: RaftStatus, diskBusy: boolean): void {
    const { peer, counters, observe } = this.#options;
    if (before.role !== 'leader' && after.role === 'leader') counters.add('leaders elected');
    if (before.role === 'leader' && after.role !== 'leader' && diskBusy) {
      counters.add('leaders deposed while their disk was busy');
    }
    observe({ kind: 'stepped', peer, status: after });
    if (input.kind === 'tick') this.#onTick(input.now, after);
  }

  #onTick(now: number, { term, applied, mayControl }: RaftStatus): void {
    const { peer, heartbeatMs, counters, observe } = this.#options;
    const late = now - this.#tickedMs > 2 * heartbeatMs;
    this.#tickedMs = now;
    if (mayControl) counters.add('ticks of a leader that may control');
    observe({ kind: 'ticked', peer, term, applied, mayControl, late });
  }
}
