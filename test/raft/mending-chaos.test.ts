// Disks that forget, under chaos (chaos.ts): what they forgot harms nobody, neither while they are impaired nor once they
// are mended, and as long as a majority is sound, all are mended in the end.

import { expect, test } from 'vitest';
import { Chaos, runSeeds } from './chaos.ts';

const three = ['a', 'b', 'c'];
const five = ['a', 'b', 'c', 'd', 'e'];
const others = { cuts: true, transfers: true, fullDisks: true };

test.each([
  ['one of three', three, 1],
  ['two of five', five, 2],
])('%s disks forget again and again, and all are mended in the end', (_, founders, impairedMax) => {
  let [damaged, mended] = [0, 0];
  runSeeds({
    seeds: 12,
    steps: 6_000,
    make: (seed) => new Chaos({ seed, founders, damage: { chance: 0.6, impairedMax }, ...others }),
    judge: (chaos) => {
      const { leader } = chaos.heal();
      expect(chaos.nodes.map(({ id, status }) => [id, status.impaired])).toEqual(
        chaos.nodes.map(({ id }) => [id, false]),
      );
      const { commit, lastIndex } = leader.status;
      expect(commit).toBe(lastIndex);
      damaged += chaos.damaged;
      mended += chaos.mended;
    },
  });
  expect(damaged).toBeGreaterThan(20); // else nothing was tested
  expect(mended).toBeGreaterThan(10);
});

test('however many disks forget, no entry that was applied changes, and no term has two leaders', () => {
  let damaged = 0;
  runSeeds({
    seeds: 12,
    steps: 6_000,
    make: (seed) => new Chaos({ seed, founders: three, damage: { chance: 0.6, impairedMax: 3 }, ...others }),
    judge: (chaos) => (damaged += chaos.damaged),
  });
  expect(damaged).toBeGreaterThan(20);
});
