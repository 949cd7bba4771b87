// What becomes of proposals and reads. Changes of members and transfers have theirs in change.ts and transfer.ts.

import type { LogIndex, RequestId, Term } from './types.ts';

export type ProposalOutcome =
  /** In the leader's log at `index` of `term`. It will be committed there, or another term's entry will. */
  | {
      readonly kind: 'appended';
      readonly requestId: RequestId;
      readonly index: LogIndex;
      readonly term: Term;
    }
  /** Certainly not in any log. */
  | {
      readonly kind: 'refused';
      readonly requestId: RequestId;
      /** `TRANSFERRING`: leadership is being handed over, so that another will lead in a moment. */
      readonly reason: 'NOT_LEADER' | 'TRANSFERRING' | 'BUSY';
    };

export type ReadOutcome =
  /** A read is linearizable once the state has applied `index` (R12). */
  | { readonly kind: 'confirmed'; readonly requestId: RequestId; readonly index: LogIndex }
  | { readonly kind: 'refused'; readonly requestId: RequestId; readonly reason: 'NO_LEADER' | 'BUSY' };
