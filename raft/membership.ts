// Changes of members: which may be made, and what each makes of the membership (§4). Pure; who asks, and when an entry
// is appended, is decided in leadership.ts.
// J1. Voters change only through a joint membership, in which the sets of before and after both decide (§4.3).
// J2. Whoever joins is a learner first; only a learner becomes a voter, and only one that has caught up (§4.2.1).
// J3. A store that left never comes back: what it voted or acknowledged before is not known to be on its disk.
// J4. A change that its own voters could not commit is refused: nothing could end it.

import { assert, unreachable } from '../src/lib/assert.ts';
import type { ChangeRefusal, MemberChange } from './change.ts';
import type { Configuration, Learner, Member, Membership, StoreId } from './types.ts';
import { Quorum } from './quorum.ts';

/** Members of one cluster, learners included. */
const membersMax = 32;
/** Removed stores that a membership remembers; the oldest is forgotten first. */
export const removedMax = 64;

/** What the leader knows of a member. */
export interface MemberFacts {
  /** It holds what was committed a heartbeat ago, and is heard. */
  isCaughtUp(storeId: StoreId): boolean;
  /** It answered within an election time-out, its word counts, and it has room. */
  isHeard(storeId: StoreId): boolean;
}

export type Judgement =
  | { readonly kind: 'allowed'; readonly membership: Membership }
  | { readonly kind: 'refused'; readonly reason: ChangeRefusal };

/** Every member once; of a voter in both sets the newer description. */
export function membersOf({ voters, outgoing, learners }: Membership): readonly Member[] {
  const staying = new Set(voters.map((voter) => voter.storeId));
  return [...voters, ...outgoing.filter(({ storeId }) => !staying.has(storeId)), ...learners];
}

export const isJoint = (membership: Membership): boolean => membership.outgoing.length > 0;

/** What `change` makes of a configuration that is committed and not joint. */
export function judgeChange(from: Configuration, change: MemberChange, facts: MemberFacts): Judgement {
  assert(!isJoint(from), 'one change at a time');
  switch (change.kind) {
    case 'add':
      return judgeAdd(from, { ...change.member, wants: change.wants, replaces: undefined });
    case 'replace':
      return judgeReplace(from, change);
    case 'promote':
      return judgePromote(from, change.storeId, facts);
    case 'remove':
      return judgeRemove(from, change.storeId, facts);
    default:
      return unreachable(change);
  }
}

/** The learner that the leader should promote by itself now (J2). */
export function nextToPromote(from: Configuration, facts: MemberFacts): Judgement | undefined {
  const next = from.learners.find(
    (learner) => learner.wants === 'voter' && facts.isCaughtUp(learner.storeId),
  );
  return next === undefined ? undefined : judgePromote(from, next.storeId, facts);
}

/** The end of a joint change: the voters of before go, those that do not stay for good (J3). */
export function leaveJoint(from: Configuration): Membership {
  assert(isJoint(from), 'there is something to leave');
  const { voters, outgoing, learners, removed } = from;
  const after: Membership = { voters, outgoing: [], learners, removed };
  const staying = new Set(membersOf(after).map((member) => member.storeId));
  const gone = outgoing.map((member) => member.storeId).filter((storeId) => !staying.has(storeId));
  return { ...after, removed: remember(removed, gone) };
}

/** A name is taken, but for the voter whose place the newcomer takes: two disks have it until then. */
function judgeAdd(from: Configuration, learner: Learner): Judgement {
  const { storeId, peerId, replaces } = learner;
  const members = membersOf(from);
  const others = members.filter((member) => member.storeId !== replaces);
  if (from.removed.includes(storeId)) return refused('REMOVED');
  if (members.some((member) => member.storeId === storeId)) return refused('ALREADY_MEMBER');
  if (others.some((member) => member.peerId === peerId)) return refused('ALREADY_MEMBER');
  if (others.length >= membersMax) return refused('TOO_MANY_MEMBERS');
  return allowed({ ...membershipOf(from), learners: [...from.learners, learner] });
}

/** A learner is exchanged at once; a voter keeps its vote until the new one has caught up. */
function judgeReplace(from: Configuration, change: MemberChange & { readonly kind: 'replace' }): Judgement {
  const { old, member } = change;
  const learner = from.learners.find(({ storeId }) => storeId === old);
  if (learner !== undefined) {
    const others = withoutLearners(from, [old]);
    return judgeAdd(others, { ...member, wants: learner.wants, replaces: learner.replaces });
  }
  if (!from.voters.some(({ storeId }) => storeId === old)) return refused('UNKNOWN_MEMBER');
  const earlier = from.learners.filter(({ replaces }) => replaces === old).map(({ storeId }) => storeId);
  return judgeAdd(withoutLearners(from, earlier), { ...member, wants: 'voter', replaces: old });
}

function judgePromote(from: Configuration, storeId: StoreId, facts: MemberFacts): Judgement {
  if (from.voters.some((voter) => voter.storeId === storeId)) return refused('ALREADY_MEMBER');
  const learner = from.learners.find((candidate) => candidate.storeId === storeId);
  if (learner === undefined) return refused('UNKNOWN_MEMBER');
  if (!facts.isCaughtUp(storeId)) return refused('LAGGING');
  const { peerId, api, raft, replaces } = learner;
  const voters = [
    ...from.voters.filter((voter) => voter.storeId !== replaces),
    { storeId, peerId, api, raft },
  ].sort(byStoreId);
  const learners = from.learners.filter((other) => other !== learner);
  return judgeVoters({ ...membershipOf(from), voters, outgoing: from.voters, learners }, facts);
}

function judgeRemove(from: Configuration, storeId: StoreId, facts: MemberFacts): Judgement {
  if (from.learners.some((learner) => learner.storeId === storeId)) {
    return allowed(membershipOf(withoutLearners(from, [storeId])));
  }
  const voters = from.voters.filter((voter) => voter.storeId !== storeId);
  if (voters.length === from.voters.length) return refused('UNKNOWN_MEMBER');
  if (voters.length === 0) return refused('LAST_VOTER');
  return judgeVoters({ ...membershipOf(from), voters, outgoing: from.voters }, facts);
}

/** J4. */
function judgeVoters(joint: Membership, facts: MemberFacts): Judgement {
  const heard = new Quorum({ voters: joint.voters, outgoing: [] });
  const isReached = heard.reached((voter) => (facts.isHeard(voter) ? 1 : 0)) === 1;
  return isReached ? allowed(joint) : refused('QUORUM_AT_RISK');
}

function withoutLearners(from: Configuration, gone: readonly StoreId[]): Configuration {
  const learners = from.learners.filter((learner) => !gone.includes(learner.storeId));
  return { ...from, learners, removed: remember(from.removed, gone) };
}

function membershipOf({ voters, outgoing, learners, removed }: Configuration): Membership {
  return { voters, outgoing, learners, removed };
}

const remember = (removed: readonly StoreId[], gone: readonly StoreId[]): readonly StoreId[] =>
  [...removed, ...gone].slice(-removedMax);

/** By code units: the order is part of what every peer stores. */
const byStoreId = (a: Member, b: Member): number => (a.storeId < b.storeId ? -1 : 1);

const allowed = (membership: Membership): Judgement => ({ kind: 'allowed', membership });
const refused = (reason: ChangeRefusal): Judgement => ({ kind: 'refused', reason });
