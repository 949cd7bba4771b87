// Leadership as this peer sees it, and those who wait for it to change.
// Owns: the last status of the core, the waiters. Does not own: any decision.
//
// L1. `controlTerm` is a term only while this peer may decide for the cluster; listeners hear every change, in order.
// L2. It ends when the proof does of which the core told last: a process that slept may not decide before it has looked again.
// L3. A waiter wakes on any change of leader or link, or when its time is up; it looks again for itself.
// L4. Who has a state that is not to be trusted does not decide, whatever it leads; nor does who was told to stop, though its core
//     may still lead for a moment.

import type { RaftStatus } from '../../raft/status.ts';
import type { StoreId, Term } from '../../raft/types.ts';
import type { Clock } from '../lib/clock.ts';
import type { Standing } from './agreement.ts';

export class Leadership {
  readonly #clock: Clock;
  #term: Term | undefined;
  #leader: StoreId | undefined;
  #controlTerm: Term | undefined;
  /** As the core has it, whatever the state is worth (L4). */
  #mayControlIn: Term | undefined;
  #untilMs = Number.NEGATIVE_INFINITY;
  #isTrusted = true;
  #isStopped = false;
  #changes = 0;
  #ledMs: number | undefined;
  readonly #controlListeners = new Set<(term: Term | undefined) => void>();
  #waiters = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get controlTerm(): Term | undefined {
    return this.#clock.monotonicMs() < this.#untilMs ? this.#controlTerm : undefined;
  }

  /** Leaders that this peer saw begin, in this run. */
  get changes(): number {
    return this.#changes;
  }

  /** When this peer led last, by the monotonic clock; undefined if it has not. */
  get ledMs(): number | undefined {
    return this.#ledMs;
  }

  onStatus(status: RaftStatus): void {
    if (status.role === 'leader') this.#ledMs = this.#clock.monotonicMs();
    if (status.term !== this.#term || status.leader !== this.#leader) {
      if (status.leader !== undefined) this.#changes += 1;
      this.#term = status.term;
      this.#leader = status.leader;
      this.wake();
    }
    this.#mayControlIn = status.mayControl ? status.term : undefined;
    this.#untilMs = status.controlUntilMs ?? Number.NEGATIVE_INFINITY;
    this.#judge();
  }

  /** L4. */
  onStanding({ kind }: Standing): void {
    this.#isTrusted = kind === 'trusted';
    this.#judge();
  }

  #judge(): void {
    const controlTerm = this.#isTrusted && !this.#isStopped ? this.#mayControlIn : undefined; // L4
    if (controlTerm === this.#controlTerm) return;
    this.#controlTerm = controlTerm;
    for (const listener of this.#controlListeners) listener(controlTerm);
  }

  /** This peer stops deciding, for good. */
  stop(): void {
    this.#isStopped = true;
    this.#judge();
    this.wake();
  }

  onControlTerm(listener: (term: Term | undefined) => void): () => void {
    this.#controlListeners.add(listener);
    listener(this.#controlTerm);
    return () => this.#controlListeners.delete(listener);
  }

  wake(): void {
    const waiters = this.#waiters;
    this.#waiters = new Set();
    for (const waiter of waiters) waiter();
  }

  /** Resolves on the next change, at the latest after `withinMs` milliseconds. */
  changed(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancelTimer = this.#clock.after(withinMs, () => {
        this.#waiters.delete(waiter);
        resolve();
      });
      const waiter = (): void => {
        cancelTimer();
        resolve();
      };
      this.#waiters.add(waiter);
    });
  }
}
