// A dialer: tries to reach one peer until a link stands, and again when it has ended.
// Owns: tries and the pauses between them. Does not own: links.
// D1. At most one try is under way; it is one opening for each purpose, with one attempt number, and they fail together.
// D2. Every pause is jittered and bounded, so that a peer that is back is reached within about a second.

import type { Clock } from '../lib/clock.ts';
import { backoffMs } from '../lib/backoff.ts';
import { limits } from '../lib/limits.ts';
import type { Connection } from './connection.ts';
import type { Opening } from './opening.ts';

export interface DialerOptions {
  readonly clock: Clock;
  /** A number in `[0, 1)`. */
  readonly random: () => number;
  /** Opens every connection; `onEnd` is called when one ends before a link stands. */
  readonly open: (onEnd: (reason: string) => void) => readonly Opening[];
  /** A try failed; the same reason may come again and again. */
  readonly onFailed: (reason: string) => void;
}

type State =
  | { readonly kind: 'idle' }
  | { readonly kind: 'waiting'; readonly cancel: () => void }
  | { readonly kind: 'trying'; readonly openings: readonly Opening[] };

export class Dialer {
  readonly #options: DialerOptions;
  #state: State = { kind: 'idle' };
  /** Since a link last stood for long. */
  #failures = 0;

  constructor(options: DialerOptions) {
    this.#options = options;
  }

  /** Tries at once, from the shortest pause on; a try under way is given up. */
  dial(): void {
    this.#failures = 0;
    this.#try();
  }

  /** Tries after a pause. `stable`: what ended had stood for long, so that the pause is short again. */
  dialLater(stable: boolean): void {
    this.#failures = stable ? 0 : this.#failures + 1;
    const pauseMs = backoffMs(this.#failures, this.#options.random(), {
      baseMs: limits.dialBackoffBaseMs,
      maxMs: limits.dialBackoffMaxMs,
    });
    this.#state = { kind: 'waiting', cancel: this.#options.clock.after(pauseMs, () => this.#try()) };
  }

  /** A link of these connections stands: nothing more to do. A try that did not make it is given up. */
  onLinked(connections: readonly Connection[]): void {
    const state = this.#state;
    const isOwn =
      state.kind === 'trying' && state.openings.some((one) => connections.includes(one.connection));
    if (isOwn) this.#state = { kind: 'idle' };
    else this.stop('the other side dialled first');
  }

  /** Gives up the try under way or the next one. */
  stop(reason: string): void {
    const state = this.#state;
    this.#state = { kind: 'idle' };
    if (state.kind === 'waiting') state.cancel();
    if (state.kind === 'trying') for (const opening of state.openings) opening.connection.close(reason);
  }

  #try(): void {
    this.stop('a new try begins');
    const openings = this.#options.open((reason) => this.#onEnd(openings, reason));
    this.#state = { kind: 'trying', openings };
  }

  #onEnd(openings: readonly Opening[], reason: string): void {
    if (this.#state.kind !== 'trying' || this.#state.openings !== openings) return;
    this.stop(reason);
    this.#options.onFailed(reason);
    this.dialLater(false);
  }
}
