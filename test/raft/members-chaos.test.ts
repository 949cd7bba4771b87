// Changes of members under chaos (chaos.ts): once nothing goes wrong any more, the members elect, end the change that was
// begun, and agree.

import { expect, test } from 'vitest';
import { isJoint } from '../../raft/membership.ts';
import { Chaos, runSeeds } from './chaos.ts';

const founders = ['a', 'b', 'c'];
const joiners = 'd e f g h i j k l m'.split(' ');

function healAndAgree(chaos: Chaos): void {
  const { leader, network } = chaos.heal();
  const { configuration, commit, lastIndex } = leader.status;
  expect(isJoint(configuration)).toBe(false);
  expect(commit).toBe(lastIndex);
  for (const { storeId } of [...configuration.voters, ...configuration.learners]) {
    expect([storeId, network.node(storeId).status.applied]).toEqual([storeId, commit]);
  }
}

test('whoever comes and goes, no entry that was applied changes, and the healed cluster agrees', () => {
  let changes = 0;
  runSeeds({
    seeds: 30,
    steps: 6_000,
    make: (seed) => new Chaos({ seed, founders, joiners, changes: true }),
    judge: (chaos) => {
      healAndAgree(chaos);
      changes += chaos.changed.size;
    },
  });
  expect(changes).toBeGreaterThan(60); // else nothing was tested
});
