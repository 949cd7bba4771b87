// Handing leadership over because a user asks for it, by the name of a peer, on whichever peer he asks.
//
// H1. It ends within `limits.requestMs`: another leads; refused, with nothing changed; or OUTCOME_UNKNOWN.

import { membersOf } from '../../raft/membership.ts';
import type { Configuration, Member, PeerId } from '../../raft/types.ts';
import { unreachable } from '../lib/assert.ts';
import type { Clock } from '../lib/clock.ts';
import { OrionError } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';
import type { TransferAnswer, TransferRequest } from '../protocol/api.ts';
import type { Core } from './core.ts';
import { heirOf } from './heir.ts';
import type { Leadership } from './leadership.ts';
import { unchanged, unknownMember } from './members.ts';
import type { TransferSettlement } from './transfers.ts';

/** Does what `request` asks, on the leader. Throws an OrionError whose code says that nothing changed, or OUTCOME_UNKNOWN. */
export async function transferLeadership(
  core: Core,
  { to }: TransferRequest,
  options: { readonly self: PeerId; readonly clock: Clock; readonly leadership: Leadership },
): Promise<TransferAnswer> {
  const { self: before, clock, leadership } = options;
  const deadlineMs = clock.monotonicMs() + limits.requestMs;
  const { configuration } = core.status;
  const target = to === undefined ? undefined : voterOf(configuration, to);
  if (target !== undefined && target.storeId === core.status.leader) {
    throw new OrionError('CONFLICT', `${target.peerId} leads already`);
  }
  if (target !== undefined && core.trust.foundToDiffer(target.storeId)) {
    throw new OrionError('CONFLICT', `${target.peerId} could not lead: its state is not that of a majority`);
  }
  const heir = heirOf(core.status, { differs: core.trust.foundToDiffer, nowMs: clock.monotonicMs() });
  const settlement = await core.transfers.request(target?.storeId ?? heir, limits.requestMs);
  if (settlement !== 'ended') throw refusal(settlement, to ?? 'the target');
  for (;;) {
    const { leader } = core.status;
    const found = configuration.voters.find(({ storeId }) => storeId === leader);
    if (found !== undefined) {
      return { ...unchanged(core.status.configuration), before, leader: found.peerId };
    }
    const withinMs = deadlineMs - clock.monotonicMs();
    if (withinMs <= 0) throw refusal('unknown', to ?? 'the target');
    await leadership.changed(withinMs);
  }
}

function voterOf(configuration: Configuration, id: string): Member {
  const voter = configuration.voters.find((member) => member.peerId === id);
  if (voter !== undefined) return voter;
  if (membersOf(configuration).every((member) => member.peerId !== id))
    throw unknownMember(configuration, id);
  throw new OrionError('CONFLICT', `${id} is a learner, and cannot lead: promote it first`);
}

function refusal(reason: Exclude<TransferSettlement, 'ended'>, id: string): OrionError {
  switch (reason) {
    case 'NOT_LEADER':
      return new OrionError('NO_LEADER', 'this peer leads no more: try again');
    case 'UNKNOWN_TARGET':
      return new OrionError('CONFLICT', `${id} does not vote any more: look at the cluster again`);
    case 'NO_TARGET':
      return new OrionError('CONFLICT', 'no other voter answers: bring one back first');
    case 'UNFIT_TARGET':
      return new OrionError(
        'CONFLICT',
        `${id} could not lead: it is being sent the whole state, or its disk is full or lost entries; name another, or wait`,
      );
    case 'TRANSFERRING':
      return new OrionError('CHANGE_IN_PROGRESS', 'leadership is being handed over already');
    case 'TIMED_OUT':
      return new OrionError('LAGGING', `${id} did not catch up in time, and the leader goes on`);
    case 'unknown':
      return new OrionError('OUTCOME_UNKNOWN', 'it was not seen in time who leads now');
    default:
      return unreachable(reason);
  }
}
