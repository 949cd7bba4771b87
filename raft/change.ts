// Changes of members as values: what may be asked of a leader, and what it answers.

import type { Learner, LogIndex, Member, RequestId, StoreId, Term } from './types.ts';

export type MemberChange =
  | { readonly kind: 'add'; readonly member: Member; readonly wants: Learner['wants'] }
  /** A new disk in the place of another, whose peer's name it has: first as a learner, then by one joint change. */
  | { readonly kind: 'replace'; readonly old: StoreId; readonly member: Member }
  /** Makes a voter of a learner that has caught up. */
  | { readonly kind: 'promote'; readonly storeId: StoreId }
  | { readonly kind: 'remove'; readonly storeId: StoreId };

export type ChangeRefusal =
  | 'NOT_LEADER'
  /** The leader has not yet committed an entry of its term: who the members are is not settled. */
  | 'NO_OP_NOT_COMMITTED'
  /** Leadership is being handed over, or will be once somebody has room: this leader's disk is full. */
  | 'TRANSFERRING'
  /** The last change is not committed, or its old voters have not left yet. */
  | 'CHANGE_IN_PROGRESS'
  /** `basedOn` is not the index of the configuration any more. */
  | 'CONFIGURATION_MOVED'
  | 'UNKNOWN_MEMBER'
  /** That store, or that peer's name, is a member; or the one to be promoted is a voter. */
  | 'ALREADY_MEMBER'
  /** That store was removed for good. */
  | 'REMOVED'
  | 'TOO_MANY_MEMBERS'
  /** The learner to be promoted does not hold what was committed a heartbeat ago, has no room, or was not heard lately. */
  | 'LAGGING'
  | 'LAST_VOTER'
  /** No majority of the new voters was heard lately: the change could never be committed. */
  | 'QUORUM_AT_RISK';

export type ChangeOutcome =
  /** As for a proposal. A change of voters is done with the next configuration that is not joint. */
  | {
      readonly kind: 'appended';
      readonly requestId: RequestId;
      readonly index: LogIndex;
      readonly term: Term;
    }
  /** Nothing has changed. */
  | { readonly kind: 'refused'; readonly requestId: RequestId; readonly reason: ChangeRefusal };
