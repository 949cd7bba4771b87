// The vocabulary of the consensus core: identities, the log, messages, inputs and effects, all plain values.
// Why plain: a run can be recorded, replayed, sent and compared; nothing here holds a promise, a handle or a clock.
// Sources: Ongaro's dissertation (§), raft-extended; rules R1–R12 are listed in docs/architecture.md.

import { assertCount, type Brand } from '../src/lib/brand.ts';
import type { ChangeOutcome, MemberChange } from './change.ts';
import type { LoadPurpose, LoadRequest } from './loads.ts';
import type { ProposalOutcome, ReadOutcome } from './outcomes.ts';
import type { VoteCause } from './succession.ts';
import type { TransferOutcome } from './transfer.ts';

/** A peer's name in cluster.toml, as `pi-1`. It survives the loss of a disk; a {@link StoreId} does not. */
export type PeerId = Brand<string, 'PeerId'>;
/** The identity of one peer's disk: 32 hex digits, drawn once, durable before anyone hears it. Raft votes by it. */
export type StoreId = Brand<string, 'StoreId'>;
/** Hash of the genesis record: 32 hex digits. */
export type ClusterId = Brand<string, 'ClusterId'>;
export type Term = Brand<number, 'Term'>;
/** Position in the log. The first entry, the genesis record, has 1; 0 stands before it. */
export type LogIndex = Brand<number, 'LogIndex'>;
/** Number of a persist operation, rising by one within a run. */
export type OperationId = Brand<number, 'OperationId'>;
/** Chosen by the driver, unique within a run: names a proposal or a read in the answer to it. */
export type RequestId = Brand<number, 'RequestId'>;

export const asPeerId = (value: string): PeerId => value as PeerId;
export const asStoreId = (value: string): StoreId => value as StoreId;
export const asClusterId = (value: string): ClusterId => value as ClusterId;
export const asTerm = (value: number): Term => (assertCount(value), value as Term);
export const asIndex = (value: number): LogIndex => (assertCount(value), value as LogIndex);
export const asOperation = (value: number): OperationId => (assertCount(value), value as OperationId);
export const asImpairment = (value: number): Impairment => (assertCount(value), value as Impairment);
export const asRequestId = (value: number): RequestId => (assertCount(value), value as RequestId);

// ── The log ──────────────────────────────────────────────────────────────────────────────────────────────

/** A member as the log names it. Addresses are not identity: they may change, the store id may not. */
export interface Member {
  readonly storeId: StoreId;
  readonly peerId: PeerId;
  /** URL of its HTTP API, as `http://127.0.0.1:6060`. */
  readonly api: string;
  /** `host:port` of its Raft transport. */
  readonly raft: string;
}

/** A member that holds the log but neither votes nor counts (§4.2.1). */
export interface Learner extends Member {
  /** `voter`: the leader promotes it as soon as it has caught up. */
  readonly wants: 'voter' | 'learner';
  /** The voter whose place it takes when it is promoted. */
  readonly replaces: StoreId | undefined;
}

/** Who belongs to the cluster, and how. No store id twice, but for a voter that stays in both sets. */
export interface Membership {
  readonly voters: readonly Member[];
  /** The voters of before, while both sets must agree (a joint configuration, §4.3); empty otherwise. */
  readonly outgoing: readonly Member[];
  readonly learners: readonly Learner[];
  /** Stores that were members and will never be again, the latest last; at most `removedMax` of them. */
  readonly removed: readonly StoreId[];
}

/** A membership, in effect from the entry at `index` on: as soon as that is in a log, committed or not (§4.1). */
export interface Configuration extends Membership {
  readonly index: LogIndex;
}

/** Entry 1 of every log of a cluster: the same bytes on every founder. */
export interface Genesis {
  readonly clusterId: ClusterId;
  /** The cluster's name from cluster.toml. */
  readonly name: string;
  /** Sorted by store id. */
  readonly founders: readonly Member[];
}

export type EntryPayload =
  | { readonly kind: 'genesis'; readonly genesis: Genesis }
  /** The first entry of a leader's term: commits what came before it (§5.4.2, R6). */
  | { readonly kind: 'noop' }
  /** A change of members. `note`: of the driver, who asked for it; opaque to the core, absent where nobody asked. */
  | { readonly kind: 'configuration'; readonly membership: Membership; readonly note?: string }
  /** One command, encoded by the driver; opaque to the core. */
  | { readonly kind: 'command'; readonly data: Uint8Array };

export interface Entry {
  readonly index: LogIndex;
  readonly term: Term;
  /** Milliseconds since 1970, stamped by the leader, never below the entry before. Applying needs no clock. */
  readonly time: number;
  readonly payload: EntryPayload;
}

/** The entry right before a log's first; all zero, without a configuration, where nothing was cut off. */
export interface LogBase {
  readonly index: LogIndex;
  readonly term: Term;
  /** The time stamped into that entry: no later one is stamped below it. */
  readonly time: number;
  /** The newest at or below `index`. */
  readonly configuration: Configuration | undefined;
}

/** Of a log that was never cut. */
export const noBase: LogBase = { index: asIndex(0), term: asTerm(0), time: 0, configuration: undefined };

/** What may stand in the place of a log's beginning (§5.1): a state that has applied everything up to `index`. */
export interface Snapshot extends LogBase {
  readonly configuration: Configuration;
  /** Names the state's content; opaque to the core. */
  readonly hash: string;
}

/** What a restart must know beside the log: one record, written in one piece (R1). */
export interface HardState {
  readonly term: Term;
  readonly vote: StoreId | undefined;
}

// ── Messages between cores ───────────────────────────────────────────────────────────────────────────────

/** What a disk lost. Not 0: entries that it may have acknowledged; the number names the run that says so. */
export type Impairment = Brand<number, 'Impairment'>;
export const sound = 0 as Impairment;

interface Addressed {
  readonly from: StoreId;
  readonly to: StoreId;
  readonly term: Term;
}

export type Message =
  | (Addressed & {
      /** `preVote: true` asks without raising any term; `term` is then the one that would be campaigned in. */
      readonly kind: 'voteRequest';
      readonly preVote: boolean;
      readonly cause: VoteCause;
      readonly lastIndex: LogIndex;
      readonly lastTerm: Term;
    })
  | (Addressed & { readonly kind: 'voteResponse'; readonly preVote: boolean; readonly granted: boolean })
  | (Addressed & {
      readonly kind: 'appendRequest';
      readonly previousIndex: LogIndex;
      readonly previousTerm: Term;
      /** Contiguous from `previousIndex + 1`. */
      readonly entries: readonly Entry[];
      readonly commit: LogIndex;
    })
  | (Addressed & {
      readonly kind: 'appendResponse';
      readonly impairment: Impairment;
      readonly outcome:
        /** The sender's log equals the leader's up to `match`, and is durable there (R4). */
        | { readonly kind: 'accepted'; readonly match: LogIndex }
        /**
         * No entry `rejected` with the term the leader named. The follower's log has term `hintTerm` at
         * `hintIndex`, the highest index at which the two logs can still agree (§5.3, accelerated).
         */
        | {
            readonly kind: 'rejected';
            readonly rejected: LogIndex;
            readonly hintIndex: LogIndex;
            readonly hintTerm: Term;
          };
    })
  | (Addressed & {
      /** Control connection only, so that it never waits behind entries. */
      readonly kind: 'heartbeatRequest';
      /** Rises with every round of a leader; an answer proves that its round was heard. */
      readonly round: number;
      /** Never above what the receiver is known to match. */
      readonly commit: LogIndex;
    })
  | (Addressed & {
      readonly kind: 'heartbeatResponse';
      readonly impairment: Impairment;
      /** No room on its disk: it takes in no entries. */
      readonly full: boolean;
      /** The round that was heard; 0 in answer to a leader of an older term, whose rounds prove nothing in this one. */
      readonly round: number;
    })
  /** The receiver, so impaired, counts again once it holds entry `index` of this term durably. */
  | (Addressed & { readonly kind: 'mended'; readonly impairment: Impairment; readonly index: LogIndex })
  /** The leader hands over: its receiver campaigns at once, without a pre-vote (§3.10). */
  | (Addressed & { readonly kind: 'timeoutNow' })
  | (Addressed & { readonly kind: 'readRequest'; readonly requestId: RequestId })
  | (Addressed & {
      readonly kind: 'readResponse';
      readonly requestId: RequestId;
      /** Absent: the receiver does not lead, or is full. */
      readonly index: LogIndex | undefined;
    });

// ── Inputs ───────────────────────────────────────────────────────────────────────────────────────────────

export type Input =
  /** Time has come to `now` (monotonic ms). Every 10 to 50 ms; later is legal and noticed. */
  | { readonly kind: 'tick'; readonly now: number }
  | { readonly kind: 'receive'; readonly message: Message }
  /** `time`: wall clock in ms, raised to the last entry's if below it. Answered in `Ready.proposals`. */
  | {
      readonly kind: 'propose';
      readonly requestId: RequestId;
      readonly time: number;
      readonly data: Uint8Array;
    }
  /**
   * Changes who belongs to the cluster, if `basedOn` is still the index of the configuration. `time` as in `propose`.
   * `note` goes into the entry that is appended for it. Answered in `Ready.changes`.
   */
  | {
      readonly kind: 'changeMembers';
      readonly requestId: RequestId;
      readonly time: number;
      readonly basedOn: LogIndex;
      readonly change: MemberChange;
      readonly note?: string;
    }
  /** Asks for an index at which a read is linearizable (§6.4). Answered in `Ready.reads`. */
  | { readonly kind: 'read'; readonly requestId: RequestId }
  /** Hands over to `to`, or to the voter that has most and was heard recently. Answered in `Ready.transfers`. */
  | { readonly kind: 'transfer'; readonly requestId: RequestId; readonly to: StoreId | undefined }
  /** The latest process of that store is dead: not silent, gone. Said before anything that a later one sends. */
  | { readonly kind: 'peerLost'; readonly storeId: StoreId }
  /** The write in flight takes longer than a disk that works; `persisted` takes it back. */
  | { readonly kind: 'diskStalled' }
  /** The disk has no room for entries any more, though still for term and vote; or it has room again. */
  | { readonly kind: 'diskFull'; readonly full: boolean }
  /** The state of this peer is found to differ from the others', and should lead nobody; or it is as theirs again. */
  | { readonly kind: 'distrusted'; readonly distrusted: boolean }
  /** The operation of that number, and so every one before it, is durable. */
  | { readonly kind: 'persisted'; readonly operation: OperationId }
  /** The state has applied everything up to `index`. */
  | { readonly kind: 'applied'; readonly index: LogIndex }
  /**
   * Answers a request of `Ready.loads`, each exactly once: entries contiguous from its `from`. Fewer than asked is legal;
   * none is legal only for a follower, when a truncation or a compaction took them before they were read.
   */
  | { readonly kind: 'loaded'; readonly purpose: LoadPurpose; readonly entries: readonly Entry[] }
  /** Entries at and below `base`, which is applied and durable in the state, are about to be cut from the log (R9). */
  | { readonly kind: 'compacted'; readonly base: LogIndex }
  /**
   * Answers a request of `Ready.snapshots`, each exactly once: the receiver holds everything up to `index`, durable
   * there; undefined: it could not be sent.
   */
  | { readonly kind: 'snapshotSent'; readonly storeId: StoreId; readonly index: LogIndex | undefined }
  /** Staged here, whole, verified and durable; `term`: that of the peer that sent it, no less than the snapshot's. */
  | { readonly kind: 'snapshotReceived'; readonly term: Term; readonly snapshot: Snapshot };

// ── Effects ──────────────────────────────────────────────────────────────────────────────────────────────

/**
 * One write that becomes durable in one piece: snapshot, hard state, truncation and entries. At most one is in flight;
 * the next gathers all that came meanwhile.
 */
export interface PersistOperation {
  readonly operation: OperationId;
  /** Present when it changed since the last operation. */
  readonly hardState: HardState | undefined;
  /** Switch the state to this staged snapshot first, then drop every entry: the log begins behind it (R10). */
  readonly install: Snapshot | undefined;
  /** Drop every entry at and above this index first. */
  readonly truncateFrom: LogIndex | undefined;
  /** From now on this disk is trusted again: a restart finds it sound. */
  readonly mended: boolean;
  /** Contiguous with what the log holds after the truncation. */
  readonly entries: readonly Entry[];
}

/** A follower needs what was cut from this log: stream it a snapshot. One to each follower is under way. */
export interface SnapshotRequest {
  readonly to: StoreId;
  /** Of at least this index. */
  readonly atLeast: LogIndex;
}

/** What a driver must do, in the order of the fields. Taking it empties it. */
export interface Ready {
  /** Send now: whatever had to be durable before them is. The order holds for each receiver. */
  readonly messages: readonly Message[];
  /** Start this write, then go on; `persisted` says when it is durable. */
  readonly persist: PersistOperation | undefined;
  /** Read these from the log, and answer each with `loaded`. */
  readonly loads: readonly LoadRequest[];
  /** Answer each with `snapshotSent`. */
  readonly snapshots: readonly SnapshotRequest[];
  /** Staged here and of no use: this log holds what they hold. Drop them. */
  readonly discard: readonly Snapshot[];
  readonly proposals: readonly ProposalOutcome[];
  readonly changes: readonly ChangeOutcome[];
  readonly transfers: readonly TransferOutcome[];
  /** Committed and durable here (R7), in order, each exactly once in a run. Answer with `applied`. */
  readonly apply: readonly Entry[];
  readonly reads: readonly ReadOutcome[];
}
