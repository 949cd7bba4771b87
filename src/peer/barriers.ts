// Read barriers: reads that wait until this peer's state is known to hold every write acknowledged before them.
// Owns: who waits for a confirmed index, and for that index to be applied. Does not own: the proof (R12, the core).
//
// B1. All reads that come in one turn share one request to the core; a later one never joins an earlier request.
// B2. Each settles exactly once. A refused one has seen nothing and may be tried again.
// B3. A read whose time is up leaves nothing behind, however long nothing is applied.

import type { ReadOutcome } from '../../raft/outcomes.ts';
import { asRequestId, type RequestId } from '../../raft/types.ts';
import { unreachable } from '../lib/assert.ts';
import type { Clock } from '../lib/clock.ts';
import { limits } from '../lib/limits.ts';

export type BarrierOutcome = 'passed' | 'NO_LEADER' | 'BUSY';

type Settle = (outcome: BarrierOutcome) => void;
/** Reads of one request; each leaves it when it settles. */
type Group = Set<Settle>;

export class Barriers {
  readonly #clock: Clock;
  readonly #push: (requestId: RequestId) => boolean;
  readonly #appliedIndex: () => number;
  /** Reads of this turn, not yet sent to the core. */
  #gathering: Group = new Set();
  readonly #asked = new Map<RequestId, Group>();
  /** Confirmed, and waiting for the state to apply an index. */
  readonly #applying = new Map<Group, number>();
  #waiting = 0;
  #lastId = 0;

  constructor(options: {
    clock: Clock;
    push: (requestId: RequestId) => boolean;
    appliedIndex: () => number;
  }) {
    this.#clock = options.clock;
    this.#push = options.push;
    this.#appliedIndex = options.appliedIndex;
  }

  /** Settles at the latest after `withinMs` milliseconds, then as `NO_LEADER`. */
  pass(withinMs: number): Promise<BarrierOutcome> {
    if (this.#waiting >= limits.readsMax) return Promise.resolve('BUSY');
    this.#waiting += 1;
    return new Promise((resolve) => {
      const group = this.#gathering;
      const settle = (outcome: BarrierOutcome): void => {
        if (!group.delete(settle)) return;
        if (group.size === 0) this.#applying.delete(group); // B3
        this.#waiting -= 1;
        cancelTimer();
        resolve(outcome);
      };
      const cancelTimer = this.#clock.after(withinMs, () => settle('NO_LEADER'));
      if (group.size === 0) this.#clock.soon(() => this.#ask());
      group.add(settle);
    });
  }

  onRead(outcome: ReadOutcome): void {
    const group = this.#asked.get(outcome.requestId);
    if (group === undefined) return;
    this.#asked.delete(outcome.requestId);
    switch (outcome.kind) {
      case 'confirmed':
        if (group.size > 0) this.#applying.set(group, outcome.index);
        this.onApplied();
        return;
      case 'refused':
        settleAll(group, outcome.reason);
        return;
      default:
        unreachable(outcome);
    }
  }

  /** The state has moved, maybe by a whole snapshot: whoever waited for no more than this goes on. */
  onApplied(): void {
    if (this.#applying.size === 0) return;
    const applied = this.#appliedIndex();
    for (const [group, index] of this.#applying) if (index <= applied) settleAll(group, 'passed');
  }

  stop(): void {
    const groups = [this.#gathering, ...this.#asked.values(), ...this.#applying.keys()];
    this.#asked.clear();
    for (const group of groups) settleAll(group, 'NO_LEADER');
  }

  #ask(): void {
    const group = this.#gathering;
    if (group.size === 0) return;
    this.#gathering = new Set();
    this.#lastId += 1;
    const requestId = asRequestId(this.#lastId);
    if (this.#push(requestId)) this.#asked.set(requestId, group);
    else settleAll(group, 'BUSY');
  }
}

function settleAll(group: Group, outcome: BarrierOutcome): void {
  for (const settle of group) settle(outcome);
}
