// What a core is given: the parts of its peer, and who hears of what becomes of them.

import type { Raft } from '../../raft/raft.ts';
import type { RaftStatus } from '../../raft/status.ts';
import type { ClusterId, Member, StoreId } from '../../raft/types.ts';
import type { Clock } from '../lib/clock.ts';
import type { LeaderRequest } from '../protocol/api.ts';
import type { State } from '../state/state.ts';
import type { RowChange } from '../state/view.ts';
import type { Standing } from './agreement.ts';
import type { Alarms } from './alarms.ts';
import type { CompactionBounds } from './compactor.ts';
import type { Doubts } from './doubts.ts';
import type { CallAnswer, CommandCodec, LogStore, StateStore, Transport } from './ports.ts';

export interface CoreOptions {
  readonly raft: Raft;
  readonly self: Member;
  readonly clusterId: ClusterId;
  readonly log: LogStore;
  readonly state: State;
  readonly stateStore: StateStore;
  readonly doubts: Doubts;
  readonly codec: CommandCodec;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly compaction: CompactionBounds;
  readonly alarms: Alarms;
  /** Whom there are links to. */
  readonly linked: () => readonly StoreId[];
  readonly onStatus: (status: RaftStatus) => void;
  readonly onChanges: (index: number, changes: readonly RowChange[]) => void;
  /** A snapshot took the place of the state, as of `index`. */
  readonly onReset: (index: number) => void;
  /** Whether this peer's state may be trusted has changed. */
  readonly onStanding: (standing: Standing) => void;
  readonly onStall: (ms: number) => void;
  /** Does what only a leader can; this peer leads `term`. */
  readonly onCall: (request: LeaderRequest) => Promise<CallAnswer>;
  readonly report: (fields: object, message: string) => void;
  readonly onFatal: (error: unknown) => void;
}

/** What the peer around a life hears. */
export type LifecycleEvents = Pick<CoreOptions, 'onChanges' | 'onReset' | 'onCall'>;
