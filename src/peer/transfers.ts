// Transfers: orders to hand leadership over that wait for the core's word.
// Owns: who waits. Does not own: the choice of a successor, or whether a transfer succeeds (the core).
//
// T1. Each settles exactly once: the core's answer, or `unknown` when the time is up, the queue is full or the peer stops.

import { asRequestId, type Input, type RequestId, type StoreId } from '../../raft/types.ts';
import type { TransferOutcome } from '../../raft/transfer.ts';
import type { Clock } from '../lib/clock.ts';

/** `ended`: this peer leads no more. Any other answer but `unknown`: it leads on, or never did. */
export type TransferSettlement =
  | 'ended'
  | 'unknown'
  | Extract<TransferOutcome, { kind: 'refused' }>['reason'];

export class Transfers {
  readonly #clock: Clock;
  readonly #push: (input: Input) => boolean;
  readonly #waiting = new Map<RequestId, (settlement: TransferSettlement) => void>();
  #lastId = 0;

  constructor(options: { clock: Clock; push: (input: Input) => boolean }) {
    this.#clock = options.clock;
    this.#push = options.push;
  }

  /** Hands over to `to`, or to whoever has most. Settles at the latest after `withinMs` milliseconds. */
  request(to: StoreId | undefined, withinMs: number): Promise<TransferSettlement> {
    return new Promise((resolve) => {
      this.#lastId += 1;
      const requestId = asRequestId(this.#lastId);
      if (!this.#push({ kind: 'transfer', requestId, to })) return resolve('unknown');
      const cancelTimer = this.#clock.after(withinMs, () => this.#settle(requestId, 'unknown'));
      this.#waiting.set(requestId, (settlement) => {
        cancelTimer();
        resolve(settlement);
      });
    });
  }

  onOutcome(outcome: TransferOutcome): void {
    this.#settle(outcome.requestId, outcome.kind === 'ended' ? 'ended' : outcome.reason);
  }

  stop(): void {
    for (const requestId of this.#waiting.keys()) this.#settle(requestId, 'unknown');
  }

  #settle(requestId: RequestId, settlement: TransferSettlement): void {
    const settle = this.#waiting.get(requestId);
    this.#waiting.delete(requestId);
    settle?.(settlement);
  }
}
