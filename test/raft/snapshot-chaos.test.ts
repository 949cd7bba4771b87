// Logs that are cut and replaced by snapshots, under chaos (chaos.ts): what was applied stays as it is, and whoever lags ends
// with what the others have, also while voters come and go, leaders hand over and disks fill up.

import { expect, test } from 'vitest';
import { membersOf } from '../../raft/membership.ts';
import { Chaos, type ChaosOptions, runSeeds } from './chaos.ts';

const founders = ['a', 'b', 'c'];
const joiners = 'd e f g h i j'.split(' ');

const kinds: readonly (readonly [string, Omit<ChaosOptions, 'seed'>])[] = [
  ['three peers', { founders, transfers: true, fullDisks: true }],
  ['peers that come and go', { founders, joiners, changes: true }],
];

test.each(kinds)(
  '%s: snapshots change nothing that was applied, and the healed cluster agrees',
  (_, options) => {
    let arrived = 0;
    runSeeds({
      seeds: 12,
      steps: 6_000,
      make: (seed) => new Chaos({ seed, cuts: true, ...options }),
      judge: (chaos) => {
        const { leader, network } = chaos.heal();
        const { configuration, commit, lastIndex } = leader.status;
        expect(commit).toBe(lastIndex);
        for (const { storeId } of membersOf(configuration)) {
          expect([storeId, network.node(storeId).status.applied]).toEqual([storeId, commit]);
        }
        arrived += chaos.snapshots.arrived;
      },
    });
    expect(arrived).toBeGreaterThan(10); // else nothing was tested
  },
);
