// Proposals: commands in this leader's core that wait for their commit.
// Owns: the pending map and its bound. Does not own: forwarding and retries (Writer).
//
// P1. At most `limits.proposalsMax` are pending; the next is refused, never queued.
// P2. Each settles exactly once: applied, refused, overtaken, or unknown when its time is up.
// P3. "Overtaken" needs proof: another term's entry was committed at its index. A change of leader proves nothing.

import type { ProposalOutcome } from '../../raft/outcomes.ts';
import { asRequestId, type Entry, type RequestId, type Snapshot, type Term } from '../../raft/types.ts';
import { present, unreachable } from '../lib/assert.ts';
import type { Clock } from '../lib/clock.ts';
import { limits } from '../lib/limits.ts';
import type { EntryResult } from '../protocol/command.ts';
import type { Applied } from './control-plane.ts';
import type { WriteRefusal } from './ports.ts';

export type Settlement =
  | { readonly kind: 'applied'; readonly applied: Applied }
  /** Certainly not applied, and never will be. */
  | { readonly kind: 'refused'; readonly reason: WriteRefusal }
  | { readonly kind: 'unknown' };

interface Pending {
  readonly settle: (settlement: Settlement) => void;
  readonly cancelTimer: () => void;
  /** Known once the core has appended it. */
  place: { readonly index: number; readonly term: Term } | undefined;
}

export class Proposals {
  readonly #clock: Clock;
  readonly #push: (requestId: RequestId, time: number, data: Uint8Array) => boolean;
  readonly #pending = new Map<RequestId, Pending>();
  readonly #byIndex = new Map<number, RequestId>();
  #lastId = 0;

  constructor(options: {
    clock: Clock;
    push: (requestId: RequestId, time: number, data: Uint8Array) => boolean;
  }) {
    this.#clock = options.clock;
    this.#push = options.push;
  }

  /** Settles at the latest after `withinMs` milliseconds. */
  submit(data: Uint8Array, withinMs: number): Promise<Settlement> {
    return new Promise((settle) => {
      this.#lastId += 1;
      const requestId = asRequestId(this.#lastId);
      if (this.#pending.size >= limits.proposalsMax || !this.#push(requestId, this.#clock.wallMs(), data)) {
        settle({ kind: 'refused', reason: 'BUSY' });
        return;
      }
      const cancelTimer = this.#clock.after(withinMs, () => this.#settle(requestId, { kind: 'unknown' }));
      this.#pending.set(requestId, { settle, cancelTimer, place: undefined });
    });
  }

  get pendingCount(): number {
    return this.#pending.size;
  }

  onOutcome(outcome: ProposalOutcome): void {
    const pending = this.#pending.get(outcome.requestId);
    if (pending === undefined) return;
    switch (outcome.kind) {
      case 'appended': {
        // One peer can append at an index twice, in two of its terms. The older entry left this log, but another
        // peer may still hold it and commit it one day (P3).
        pending.place = { index: outcome.index, term: outcome.term };
        const older = this.#byIndex.get(outcome.index);
        if (older !== undefined) this.#settle(older, { kind: 'unknown' });
        this.#byIndex.set(outcome.index, outcome.requestId);
        return;
      }
      case 'refused':
        // Whoever hands over leads no more in a moment: look again for who does.
        this.#settle(outcome.requestId, {
          kind: 'refused',
          reason: outcome.reason === 'BUSY' ? 'BUSY' : 'NOT_LEADER',
        });
        return;
      default:
        unreachable(outcome);
    }
  }

  onApplied(entry: Entry, result: EntryResult | undefined): void {
    const requestId = this.#byIndex.get(entry.index);
    if (requestId === undefined) return;
    const place = present(this.#pending.get(requestId)?.place, 'a proposal known by its index is pending');
    if (place.term === entry.term) {
      const applied = appliedOf(entry.index, present(result, 'a command has a result'));
      this.#settle(requestId, { kind: 'applied', applied });
    } else {
      this.#settle(requestId, { kind: 'refused', reason: 'OVERTAKEN' });
    }
  }

  /**
   * A snapshot was installed: what was to be applied up to its last entry, of `term` at `index`, is not seen any more. Only
   * of that one is it known whose it is (P3).
   */
  onJump({ index, term }: Snapshot): void {
    for (const [requestId, { place }] of this.#pending) {
      if (place === undefined || place.index > index) continue;
      const isOvertaken = place.index === index && place.term !== term;
      this.#settle(requestId, isOvertaken ? { kind: 'refused', reason: 'OVERTAKEN' } : { kind: 'unknown' });
    }
  }

  /** The peer stops: whoever waits learns at once that nobody can tell any more. */
  stop(): void {
    for (const requestId of this.#pending.keys()) this.#settle(requestId, { kind: 'unknown' });
  }

  #settle(requestId: RequestId, settlement: Settlement): void {
    const pending = this.#pending.get(requestId);
    if (pending === undefined) return;
    this.#pending.delete(requestId);
    if (pending.place !== undefined) this.#byIndex.delete(pending.place.index);
    pending.cancelTimer();
    pending.settle(settlement);
  }
}

/** A command that came again was applied when it came first. */
function appliedOf(index: number, result: EntryResult): Applied {
  if (result.kind === 'repeated') return { index: result.index, result: result.result };
  return { index, result };
}
