// Member changes: what this leader's core was asked to change, until it is done.
// Owns: the pending changes and their bound. Does not own: which change is allowed (raft/membership.ts).
//
// C1. Each settles exactly once: done, refused, overtaken, or unknown when its time is up.
// C2. A change is done when a configuration is applied that is not joint, at its index or behind it. Whoever leads then
//     has ended it, maybe another peer than this.
// C3. "Overtaken" needs proof: another term's entry was committed at its index.

import type { ChangeOutcome, ChangeRefusal, MemberChange } from '../../raft/change.ts';
import {
  asRequestId,
  type Configuration,
  type Entry,
  type Input,
  type LogIndex,
  type RequestId,
  type Snapshot,
  type Term,
} from '../../raft/types.ts';
import { unreachable } from '../lib/assert.ts';
import type { Clock } from '../lib/clock.ts';
import { limits } from '../lib/limits.ts';

export type ChangeSettlement =
  | { readonly kind: 'done'; readonly configuration: Configuration }
  /** Nothing has changed, and nothing will. */
  | { readonly kind: 'refused'; readonly reason: ChangeRefusal | 'BUSY' | 'OVERTAKEN' }
  | { readonly kind: 'unknown' };

interface Pending {
  readonly settle: (settlement: ChangeSettlement) => void;
  readonly cancelTimer: () => void;
  /** Known once the core has appended it. */
  place: { readonly index: LogIndex; readonly term: Term } | undefined;
}

export class MemberChanges {
  readonly #clock: Clock;
  readonly #push: (input: Input) => boolean;
  readonly #pending = new Map<RequestId, Pending>();
  #lastId = 0;

  constructor(options: { clock: Clock; push: (input: Input) => boolean }) {
    this.#clock = options.clock;
    this.#push = options.push;
  }

  /** Settles at the latest after `withinMs` milliseconds. */
  submit(asked: {
    change: MemberChange;
    basedOn: LogIndex;
    withinMs: number;
    /** Goes into the log with it (member-note.ts). */
    note?: string | undefined;
  }): Promise<ChangeSettlement> {
    return new Promise((settle) => {
      const { change, basedOn, withinMs, note } = asked;
      this.#lastId += 1;
      const requestId = asRequestId(this.#lastId);
      const time = this.#clock.wallMs();
      const isFull = this.#pending.size >= limits.memberChangesMax;
      const input = { kind: 'changeMembers', requestId, time, basedOn, change } as const;
      if (isFull || !this.#push(note === undefined ? input : { ...input, note })) {
        settle({ kind: 'refused', reason: 'BUSY' });
        return;
      }
      const cancelTimer = this.#clock.after(withinMs, () => this.#settle(requestId, { kind: 'unknown' }));
      this.#pending.set(requestId, { settle, cancelTimer, place: undefined });
    });
  }

  onOutcome(outcome: ChangeOutcome): void {
    const pending = this.#pending.get(outcome.requestId);
    if (pending === undefined) return;
    switch (outcome.kind) {
      case 'appended':
        pending.place = { index: outcome.index, term: outcome.term };
        return;
      case 'refused':
        this.#settle(outcome.requestId, { kind: 'refused', reason: outcome.reason });
        return;
      default:
        unreachable(outcome);
    }
  }

  onApplied({ index, term, payload }: Entry): void {
    for (const [requestId, { place }] of this.#pending) {
      if (place === undefined || index < place.index) continue;
      if (index === place.index && term !== place.term) {
        this.#settle(requestId, { kind: 'refused', reason: 'OVERTAKEN' }); // C3
      } else if (payload.kind === 'configuration' && payload.membership.outgoing.length === 0) {
        this.#settle(requestId, { kind: 'done', configuration: { ...payload.membership, index } }); // C2
      }
    }
  }

  /** A snapshot was installed: what came up to its last entry, of `term` at `index`, is not seen any more. */
  onJump({ index, term }: Snapshot): void {
    for (const [requestId, { place }] of this.#pending) {
      if (place === undefined || place.index > index) continue;
      const isOvertaken = place.index === index && place.term !== term; // C3
      this.#settle(requestId, isOvertaken ? { kind: 'refused', reason: 'OVERTAKEN' } : { kind: 'unknown' });
    }
  }

  stop(): void {
    for (const requestId of this.#pending.keys()) this.#settle(requestId, { kind: 'unknown' });
  }

  #settle(requestId: RequestId, settlement: ChangeSettlement): void {
    const pending = this.#pending.get(requestId);
    if (pending === undefined) return;
    this.#pending.delete(requestId);
    pending.cancelTimer();
    pending.settle(settlement);
  }
}
