// The exhaustive check in small: the sound core breaks nothing, cores with known bugs do, and it can end.

import { describe, expect, test } from 'vitest';
import { Explorer, issueBounds } from './exhaustive/explore.ts';
import { Fingerprints } from './exhaustive/fingerprints.ts';
import { openCore } from './exhaustive/open-core.ts';
import { mutations } from './mutations/all.ts';

const ignore = (): void => undefined;

test('the first thousands of states break no invariant', async () => {
  const result = new Explorer(await openCore(), { ...issueBounds, states: 40_000 }).run(ignore);
  expect(result.failure).toBeUndefined();
  expect(result.isComplete).toBe(false);
  expect(result.states).toBeGreaterThanOrEqual(40_000);
});

test('within narrow bounds it visits every state, the same number each time', async () => {
  const bounds = { ...issueBounds, terms: 0, entries: 0 };
  const makeCore = await openCore();
  const [first, second] = [0, 1].map(() => new Explorer(makeCore, bounds).run(ignore));
  expect(first?.isComplete).toBe(true);
  expect(first?.states).toBe(second?.states);
  expect(first?.depths.reduce((sum, { states }) => sum + states, 0)).toBe(first?.states);
});

const quick = new Set([
  'a vote is sent before it is durable',
  'a candidate asks for votes before its own is durable',
]);

describe('it finds, with the events that lead there', () => {
  test.each(mutations.filter(({ name }) => quick.has(name)))('$name', async (mutation) => {
    const core = await openCore(mutation);
    const result = new Explorer(core, { ...issueBounds, states: 200_000 }).run(ignore);
    expect(result.failure).toMatch(/votes for [^]*start\n/);
  });
});

test('fingerprints know what was added, also after growing', () => {
  const seen = new Fingerprints();
  const tuples = Array.from({ length: 100_000 }, (_, i) => [i % 7, Math.floor(i / 7), -1]);
  expect(tuples.every((tuple) => seen.add(tuple))).toBe(true);
  expect(tuples.some((tuple) => seen.add(tuple))).toBe(false);
  expect(seen.size).toBe(tuples.length);
});
