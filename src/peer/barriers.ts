// Read barriers: reads that wait until this peer's state is known to hold every write acknowledged before them.
// Owns: who waits for a confirmed index, and for that index to be applied. Does not own: the proof (R12, the core).
//
// B1. All reads that come in one turn share one request to the core; a later one never joins an earlier request.
// B2. Each settles exactly once. A refused one has seen nothing and may be tried again.

import type { ReadOutcome } from '../../raft/outcomes.ts';
import { asRequestId, type RequestId } from '../../raft/types.ts';
import { unreachable } from '../lib/assert.ts';
import type { Clock } from '../lib/clock.ts';
import { limits } from '../lib/limits.ts';

export type BarrierOutcome = 'passed' | 'NO_LEADER' | 'BUSY';

type Settle = (outcome: BarrierOutcome) => void;

export class Barriers {
  readonly #clock: Clock;
  readonly #push: (requestId: RequestId) => boolean;
  readonly #appliedIndex: () => number;
  /** Reads of this turn, not yet sent to the core. */
  #gathering: Settle[] = [];
  readonly #asked = new Map<RequestId, readonly Settle[]>();
  /** Confirmed, and waiting for the state to apply an index. */
  #applying: { readonly index: number; readonly settles: readonly Settle[] }[] = [];
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
      let settled = false;
      const settle = (outcome: BarrierOutcome): void => {
        if (settled) return;
        settled = true;
        this.#waiting -= 1;
        cancelTimer();
        resolve(outcome);
      };
      const cancelTimer = this.#clock.after(withinMs, () => settle('NO_LEADER'));
      if (this.#gathering.length === 0) this.#clock.soon(() => this.#ask());
      this.#gathering.push(settle);
    });
  }

  onRead(outcome: ReadOutcome): void {
    const settles = this.#asked.get(outcome.requestId);
    if (settles === undefined) return;
    this.#asked.delete(outcome.requestId);
    switch (outcome.kind) {
      case 'confirmed':
        this.#applying.push({ index: outcome.index, settles });
        this.onApplied();
        return;
      case 'refused':
        settleAll(settles, outcome.reason);
        return;
      default:
        unreachable(outcome);
    }
  }

  /** The state has moved, maybe by a whole snapshot: whoever waited for no more than this goes on. */
  onApplied(): void {
    if (this.#applying.length === 0) return;
    const applied = this.#appliedIndex();
    const passed = this.#applying.filter(({ index }) => index <= applied);
    if (passed.length === 0) return;
    this.#applying = this.#applying.filter(({ index }) => index > applied);
    for (const { settles } of passed) settleAll(settles, 'passed');
  }

  stop(): void {
    const settles = [
      ...this.#gathering,
      ...[...this.#asked.values(), ...this.#applying.map((one) => one.settles)].flat(),
    ];
    this.#gathering = [];
    this.#asked.clear();
    this.#applying = [];
    settleAll(settles, 'NO_LEADER');
  }

  #ask(): void {
    const settles = this.#gathering;
    if (settles.length === 0) return;
    this.#gathering = [];
    this.#lastId += 1;
    const requestId = asRequestId(this.#lastId);
    if (this.#push(requestId)) this.#asked.set(requestId, settles);
    else settleAll(settles, 'BUSY');
  }
}

function settleAll(settles: readonly Settle[], outcome: BarrierOutcome): void {
  for (const settle of settles) settle(outcome);
}
