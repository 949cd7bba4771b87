// Every known bug that the simulation of whole peers must find.

import type { Mutation } from '../../mutations/mutation.ts';
import { memberMutations } from './members.ts';
import { peerMutations } from './peer.ts';
import { snapshotMutations } from './snapshots.ts';
import { storageMutations } from './storage.ts';

export const wholeMutations: readonly Mutation[] = [
  ...peerMutations,
  ...storageMutations,
  ...memberMutations,
  ...snapshotMutations,
];
