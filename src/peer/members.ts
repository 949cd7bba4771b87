// Members: changes of members as users ask for them, by peer names and addresses, on whichever peer they ask.
// Owns: finding the disk behind a name, the words of every refusal. Does not own: the change itself (the core).
//
// M1. A change is based on the configuration that it was judged by: what came in between refuses it.
// M2. Whoever is added has answered at its address first, and so its store is known; nothing is appended before.
// M3. It ends within `limits.requestMs`: done; refused, with nothing changed; or OUTCOME_UNKNOWN.

import type { ChangeRefusal, MemberChange } from '../../raft/change.ts';
import { membersOf } from '../../raft/membership.ts';
import type { Configuration, Member, StoreId } from '../../raft/types.ts';
import { asPeerId } from '../../raft/types.ts';
import { unreachable } from '../lib/assert.ts';
import type { Clock } from '../lib/clock.ts';
import { type ErrorCode, OrionError } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';
import type { ConfigurationView, MemberAsked, MemberRequest, MembersAnswer } from '../protocol/api.ts';
import type { Core } from './core.ts';
import type { Leadership } from './leadership.ts';
import type { Links } from './links.ts';
import { encodeNote } from './member-note.ts';
import type { Roster } from './roster.ts';

export interface MembersOptions {
  readonly clock: Clock;
  readonly links: Links;
  readonly roster: Roster;
  readonly leadership: Leadership;
}

type AddRequest = MemberRequest & { readonly kind: 'add' };

/** Does what `request` asks, on the leader. Throws an OrionError with a code of `refusals`, or OUTCOME_UNKNOWN. */
export async function changeMembers(
  core: Core,
  request: MemberAsked,
  options: MembersOptions,
): Promise<MembersAnswer> {
  const deadlineMs = options.clock.monotonicMs() + limits.requestMs;
  const { configuration } = core.status;
  const found =
    request.kind === 'add' ? await findDisk(configuration, request, options, deadlineMs) : undefined;
  try {
    const change = changeOf(configuration, request, found?.storeId);
    const settlement = await core.members.submit({
      change,
      basedOn: configuration.index, // M1
      withinMs: Math.max(0, deadlineMs - options.clock.monotonicMs()),
      note: encodeNote({ origin: request.origin, status: request.kind === 'add' ? 202 : 200 }),
    });
    switch (settlement.kind) {
      case 'done':
        return answerOf(configuration, change, settlement.configuration);
      case 'refused':
        throw refusal(settlement.reason, request.id);
      case 'unknown':
        throw new OrionError('OUTCOME_UNKNOWN', 'the change was not seen to end in time');
      default:
        return unreachable(settlement);
    }
  } finally {
    found?.release();
  }
}

function changeOf(
  configuration: Configuration,
  request: MemberRequest,
  storeId: StoreId | undefined,
): MemberChange {
  const holder = holderOf(configuration, request.id);
  if (request.kind === 'add' && storeId !== undefined) {
    const { id, api, raft, as } = request;
    const member: Member = { storeId, peerId: asPeerId(id), api, raft };
    return holder === undefined
      ? { kind: 'add', member, wants: as }
      : { kind: 'replace', old: holder.storeId, member };
  }
  if (holder === undefined) throw unknownMember(configuration, request.id);
  return { kind: request.kind === 'promote' ? 'promote' : 'remove', storeId: holder.storeId };
}

/** The member of that name; of two, while a disk is being replaced, the new one. */
function holderOf(configuration: Configuration, id: string): Member | undefined {
  return membersOf(configuration).findLast((member) => member.peerId === id);
}

/** M2. The store that answers by that name and is no member; dialled until it is released. */
async function findDisk(
  configuration: Configuration,
  request: AddRequest,
  { clock, links, roster, leadership }: MembersOptions,
  deadlineMs: number,
): Promise<{ readonly storeId: StoreId; readonly release: () => void }> {
  const { id, raft, replace } = request;
  const holder = holderOf(configuration, id);
  if (holder !== undefined && !replace) throw refusal('ALREADY_MEMBER', id);
  if (holder === undefined && replace) throw unknownMember(configuration, id);
  const members = new Set(membersOf(configuration).map(({ storeId }) => storeId));
  const release = roster.dial({ peerId: asPeerId(id), raft });
  for (;;) {
    const answering = links.identities().filter(({ peerId }) => peerId === id);
    const fresh = answering.find(({ storeId }) => !members.has(storeId));
    if (fresh !== undefined) return { storeId: fresh.storeId, release };
    // A link that stands to the old disk says that it lives: there is nothing to wait for.
    const withinMs = answering.length > 0 ? 0 : deadlineMs - limits.commitReserveMs - clock.monotonicMs();
    if (withinMs <= 0) {
      release();
      if (answering.length > 0) {
        throw new OrionError(
          'CONFLICT',
          `${id} answers with the disk that is a member: there is nothing to replace`,
        );
      }
      const why = links.refusal(asPeerId(id)) ?? `start it there with "orion peer start --join URL,..."`;
      throw new OrionError('CONFLICT', `${id} does not answer at ${raft}, or not as is needed: ${why}`);
    }
    await leadership.changed(Math.min(limits.leaderRetryMs, withinMs));
  }
}

function answerOf(before: Configuration, change: MemberChange, after: Configuration): MembersAnswer {
  const voters = { before: before.voters.length, after: votersAfter(before, change) };
  return {
    configuration: configurationView(after),
    voters,
    tolerance: { before: tolerance(voters.before), after: tolerance(voters.after) },
  };
}

/** The answer where nobody comes or goes. */
export function unchanged(configuration: Configuration): MembersAnswer {
  const voters = { before: configuration.voters.length, after: configuration.voters.length };
  const lost = tolerance(configuration.voters.length);
  return {
    configuration: configurationView(configuration),
    voters,
    tolerance: { before: lost, after: lost },
  };
}

/** How many vote once everything has come true that was asked, the promotion of a learner included. */
function votersAfter({ voters, learners }: Configuration, change: MemberChange): number {
  switch (change.kind) {
    case 'add':
      return voters.length + (change.wants === 'voter' ? 1 : 0);
    case 'replace':
      return voters.length;
    case 'promote': {
      const replaces = learners.find(({ storeId }) => storeId === change.storeId)?.replaces;
      return voters.length + (voters.some(({ storeId }) => storeId === replaces) ? 0 : 1);
    }
    case 'remove':
      return voters.filter(({ storeId }) => storeId !== change.storeId).length;
    default:
      return unreachable(change);
  }
}

/** How many of `voters` may be lost while the others still decide. */
const tolerance = (voters: number): number => Math.floor((voters - 1) / 2);

function configurationView({ index, voters, learners }: Configuration): ConfigurationView {
  return {
    index,
    voters: voters.map(memberView),
    learners: learners.map((learner) => ({ ...memberView(learner), wants: learner.wants })),
  };
}

function memberView({ peerId, storeId, api, raft }: Member): ConfigurationView['voters'][number] {
  return { id: peerId, storeId, api, raft };
}

export function unknownMember(configuration: Configuration, id: string): OrionError {
  const ids = new Set(membersOf(configuration).map(({ peerId }) => peerId));
  return new OrionError(
    'NOT_FOUND',
    `${id} is no peer of this cluster: it has ${[...ids].toSorted().join(', ')}`,
  );
}

type Reason = ChangeRefusal | 'BUSY' | 'OVERTAKEN';

const refusals: Readonly<Record<Reason, { readonly code: ErrorCode; readonly say: (id: string) => string }>> =
  {
    NOT_LEADER: { code: 'NO_LEADER', say: () => 'this peer leads no more: try again' },
    TRANSFERRING: { code: 'NO_LEADER', say: () => 'this peer is handing over its leadership: try again' },
    OVERTAKEN: {
      code: 'NO_LEADER',
      say: () => 'this peer leads no more, and nothing has changed: try again',
    },
    BUSY: { code: 'BUSY', say: () => 'too many changes wait: try again' },
    NO_OP_NOT_COMMITTED: {
      code: 'BUSY',
      say: () => 'the leader has just been elected, and has not committed anything yet: try again',
    },
    CHANGE_IN_PROGRESS: {
      code: 'CHANGE_IN_PROGRESS',
      say: () =>
        'another change of members is under way: look at `orion cluster status`, and try again when it is done',
    },
    CONFIGURATION_MOVED: {
      code: 'CHANGE_IN_PROGRESS',
      say: () => 'the members have just changed: look at `orion cluster status`, and decide anew',
    },
    UNKNOWN_MEMBER: { code: 'NOT_FOUND', say: (id) => `${id} is no peer of this cluster` },
    ALREADY_MEMBER: {
      code: 'ALREADY_MEMBER',
      say: (id) => `${id} is a member already: choose another id, or give --replace if its disk was lost`,
    },
    REMOVED: {
      code: 'REMOVED',
      say: (id) =>
        `the disk of ${id} was removed from this cluster for good: start it with an empty data directory`,
    },
    TOO_MANY_MEMBERS: {
      code: 'CONFLICT',
      say: () => 'the cluster has as many members as it may: remove one first',
    },
    LAGGING: {
      code: 'LAGGING',
      say: (id) =>
        `${id} does not hold yet what was committed a moment ago, has no room, or is not heard: wait until it has caught up`,
    },
    LAST_VOTER: {
      code: 'LAST_VOTER',
      say: (id) => `${id} is the last voter: nobody could decide anything any more`,
    },
    QUORUM_AT_RISK: {
      code: 'QUORUM_AT_RISK',
      say: () => 'no majority of the voters that would remain answers: bring them back first',
    },
  };

function refusal(reason: Reason, id: string): OrionError {
  const { code, say } = refusals[reason];
  return new OrionError(code, say(id));
}
