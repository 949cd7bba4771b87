// Every known bug that the simulator must find.

import { diskMutations } from './disks.ts';
import { durabilityMutations } from './durability.ts';
import { electionMutations } from './elections.ts';
import { leadingMutations } from './leading.ts';
import { memberMutations } from './members.ts';
import type { Mutation } from './mutation.ts';
import { replicationMutations } from './replication.ts';
import { snapshotMutations } from './snapshots.ts';

export const mutations: readonly Mutation[] = [
  ...electionMutations,
  ...durabilityMutations,
  ...replicationMutations,
  ...leadingMutations,
  ...memberMutations,
  ...snapshotMutations,
  ...diskMutations,
];
