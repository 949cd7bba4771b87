// Brands: numbers and strings that must never be swapped for one another.
// Made only at gateways (decoding, configuration, tests); everything inside passes them on.

import { assert } from './assert.ts';

declare const brand: unique symbol;
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** A whole number in `[0, 2^53)`: terms, indexes and counters are all of this form. */
export function assertCount(value: number): void {
  assert(Number.isSafeInteger(value) && value >= 0, 'a count is a whole number in [0, 2^53)');
}
