// The exhaustive check in small: the sound core breaks nothing, cores with known bugs do, it can end, and what it leaves out
// as being alike is alike.

import { describe, expect, test } from 'vitest';
import { type Exploration, Explorer, issueBounds, type Root } from './exhaustive/explore.ts';
import { Fingerprints } from './exhaustive/fingerprints.ts';
import type { Bounds } from './exhaustive/moves.ts';
import { openCore } from './exhaustive/open-core.ts';
import { mutations } from './mutations/all.ts';

const makeCore = await openCore();

function explore(bounds: Partial<Bounds>, root: Root = 'founded', reduces = true): Exploration {
  return new Explorer(makeCore, { ...issueBounds, ...bounds }, reduces).run(root);
}

test.each<Root>(['founded', 'led'])('the first thousands of states break no invariant: %s', (root) => {
  const result = explore({ states: 10_000 }, root);
  expect(result.failure).toBeUndefined();
  expect(result.isComplete).toBe(false);
  expect(result.states).toBeGreaterThanOrEqual(10_000);
});

test('a cluster that is led has committed its no-op everywhere', () => {
  const { depths } = explore({ states: 1 }, 'led');
  expect(depths).toEqual([{ depth: 0, states: 1, total: 1 }]);
});

// Nothing is elected within the first bounds, and nothing crashes within the second.
test.each<Partial<Bounds>>([
  { terms: 0, entries: 0 },
  { terms: 1, entries: 1, inFlight: 1, crashes: 0, duplicates: 0, rounds: 0 },
])(
  'within narrow bounds it visits every state, and reductions lose none but for names: %o',
  { timeout: 120_000 },
  (bounds) => {
    const [reduced, whole] = [explore(bounds), explore(bounds, 'founded', false)];
    expect([reduced.isComplete, whole.isComplete]).toEqual([true, true]);
    expect(reduced.situations).toBe(whole.situations);
    expect(reduced.states).toBeLessThan(whole.states / 3);
    expect(reduced.depths.reduce((sum, { states }) => sum + states, 0)).toBe(reduced.states);
  },
);

const quick = new Set([
  'a vote is sent before it is durable',
  'a candidate asks for votes before its own is durable',
  'half of the voters are a quorum',
  'a leader counts itself before its own disk has the entry',
]);

describe('it finds, with the events that lead there', () => {
  test.each(mutations.filter(({ name }) => quick.has(name)))('$name', async (mutation) => {
    const broken = await openCore(mutation);
    const result = new Explorer(broken, { ...issueBounds, states: 100_000 }).run('founded');
    expect(result.failure).toMatch(/founded\n/);
  });
});

test('fingerprints know what was added, also after growing', () => {
  const seen = new Fingerprints();
  const tuples = Array.from({ length: 100_000 }, (_, i) => [i % 7, Math.floor(i / 7), -1]);
  expect(tuples.every((tuple) => seen.add(tuple))).toBe(true);
  expect(tuples.some((tuple) => seen.add(tuple))).toBe(false);
  expect(seen.size).toBe(tuples.length);
});
