// Time as a port: what needs a clock is given one, so that tests and simulations own it.
// `monotonicMs` drives every time-out; `wallMs` is only ever stamped into a command or shown to a person.

import { performance } from 'node:perf_hooks';

export interface Clock {
  /** Milliseconds since some fixed moment; never goes back, whatever happens to the wall clock. */
  monotonicMs(): number;
  /** Milliseconds since 1970 (UTC). May jump either way. */
  wallMs(): number;
  /** Calls `callback` once after `delayMs`; the answer cancels it. */
  after(delayMs: number, callback: () => void): () => void;
  /** Calls `callback` once whatever input is at hand by now has been taken: what makes a batch of a burst. */
  soon(callback: () => void): void;
}

export const systemClock: Clock = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
  soon: (callback) => void setImmediate(callback),
};
