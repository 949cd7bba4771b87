// How many voters are there, for people: who may answer, who does, and how many must.
//
// Q1. In a joint configuration both sets must reach their majority: the figures are those of the set that is nearer to
//     missing it.

import type { Member, Membership } from '../../raft/types.ts';

export interface QuorumFigures {
  readonly need: number;
  readonly have: number;
  readonly voters: number;
}

export function quorumFigures(
  { voters, outgoing }: Pick<Membership, 'voters' | 'outgoing'>,
  isPresent: (member: Member) => boolean,
): QuorumFigures {
  const figures = (set: readonly Member[]): QuorumFigures => ({
    need: Math.floor(set.length / 2) + 1,
    have: set.filter(isPresent).length,
    voters: set.length,
  });
  const newer = figures(voters);
  if (outgoing.length === 0) return newer;
  const older = figures(outgoing);
  return older.have - older.need < newer.have - newer.need ? older : newer; // Q1
}
