// What orion survives: as long as a majority of every set of voters that may come to decide has its disk, nothing is lost
// and the cluster goes on. Beyond that it promises nothing, so that nothing can be judged there.

import type { Configuration, Member, Membership } from '../../../raft/types.ts';

/**
 * Whether every set of voters that follows from `configurations` can decide, also once learners are promoted and some of
 * the peers called `leaving` are removed.
 */
export function canDecide(
  configurations: readonly Configuration[],
  leaving: readonly string[],
  isAlive: (member: Member) => boolean,
): boolean {
  const sets = configurations.flatMap(possibleSets).flatMap((set) => without(set, leaving));
  return sets.every((set) => set.length === 0 || set.filter(isAlive).length * 2 > set.length);
}

function possibleSets({ voters, outgoing, learners }: Membership): readonly (readonly Member[])[] {
  const sets: (readonly Member[])[] = [voters];
  for (const learner of learners) {
    const others = sets.map((set) => set.filter(({ storeId }) => storeId !== learner.replaces));
    sets.push(...others.map((set) => set.concat(learner)));
  }
  return [...sets, outgoing];
}

function without(set: readonly Member[], leaving: readonly string[]): readonly (readonly Member[])[] {
  const sets: (readonly Member[])[] = [set];
  for (const name of new Set(leaving)) {
    if (!set.some(({ peerId }) => peerId === name)) continue;
    sets.push(...sets.map((one) => one.filter(({ peerId }) => peerId !== name)));
  }
  return sets;
}
