// Waiting on conditions: what a test does instead of sleeping. A wait that fails says what it saw last.

import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../src/lib/errors.ts';

/** Between two looks at a condition, in milliseconds. */
const pollMs = 25;

/**
 * Asks `probe` until it answers with a value, and returns it. `undefined`, `false` and a throw mean "not yet"; what was
 * thrown last stands in the error, so a probe that throws `new Error('2 of 3 run')` explains itself. Rejects after
 * `timeoutMs` (default 20 s), which only bounds a failure: it is never part of what a test asserts.
 */
export async function until<T>(
  what: string,
  probe: () => Promise<T | undefined | false> | T | undefined | false,
  timeoutMs = 20_000,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  let last = 'it answered "not yet" every time';
  for (;;) {
    try {
      const value = await probe();
      if (value !== undefined && value !== false) return value;
    } catch (error) {
      last = messageOf(error);
    }
    if (performance.now() >= deadline) {
      throw new Error(`waited ${timeoutMs} ms in vain until ${what}; last seen: ${last}`);
    }
    await sleep(pollMs);
  }
}
