// The mutation gate of whole peers in small: every patch fits the sources as they are, and a few of the bugs are found
// quickly. `npm run sim:mutants` hunts all of them.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hunt, simulateWhole } from '../mutation-gate.ts';
import { applyEdits } from '../mutations/mutation.ts';
import { root } from '../rebuilt.ts';
import { wholeMutations } from './mutations/all.ts';

/** Bugs that took at most a few seeds when they were added. */
const quickSeedsMax = 15;
const quick = wholeMutations.filter(({ name }) =>
  [
    'what a later try says counts, though the outcome of one before is unknown',
    'a read does not wait until its index is applied',
  ].includes(name),
);

test('each known bug has a name of its own', () => {
  expect(new Set(wholeMutations.map(({ name }) => name)).size).toBe(wholeMutations.length);
  expect(wholeMutations.length).toBeGreaterThanOrEqual(12);
});

test.each(wholeMutations)('the patch fits: $name', (mutation) => {
  const source = readFileSync(join(root, mutation.file), 'utf8');
  expect(applyEdits(source, mutation)).not.toBe(source);
});

describe('the simulation finds', () => {
  test.each(quick)('$name', async (mutation) => {
    expect(await hunt(await simulateWhole(mutation), quickSeedsMax)).toMatchObject({ kind: 'found' });
  });
});
