// What the HTTP API answers beside the objects themselves, as docs/interface.md gives it: shared by the peers, which
// write it, and the client, which reads it. Fields may be added; none changes its meaning.

import type { ErrorCode, Issue } from '../lib/errors.ts';
import type { ObjectChange } from './command.ts';
import type { Assignment, Node, Service, Setting } from './objects.ts';

/** The kinds that have routes, by the last part of the route. */
export interface Collections {
  readonly services: Service;
  readonly nodes: Node;
  readonly assignments: Assignment;
  readonly settings: Setting;
}
export type Collection = keyof Collections;

export interface List<T> {
  readonly items: readonly T[];
  /** The log index that the list is as of. */
  readonly resourceVersion: string;
}

export interface ApplyAnswer {
  /** `accepted` says that the request is committed, and nothing of what runs. */
  readonly status: 'accepted' | 'dryRun';
  readonly resourceVersion: string;
  readonly changes: readonly ObjectChange[];
}

export interface ReadyAnswer {
  readonly status: 'ok' | 'unavailable';
  /** Why it cannot serve yet, in sentences; empty when it can. */
  readonly reasons: readonly string[];
}

/** RFC 9457, with a stable code. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCode;
  /** What the caller can do now. */
  readonly help: string;
  readonly errors?: readonly Issue[];
}

/** A change of members, as a user asks for it. */
export type MemberRequest =
  | {
      readonly kind: 'add';
      readonly id: string;
      readonly api: string;
      readonly raft: string;
      /** `voter` is promoted by the leader when it has caught up. */
      readonly as: 'voter' | 'learner';
      /** It takes the place of the peer of that id, whose disk is lost. */
      readonly replace: boolean;
    }
  | { readonly kind: 'remove'; readonly id: string }
  | { readonly kind: 'promote'; readonly id: string };

/** Leadership is handed over: to the voter of that name, or to the one that holds most. */
export interface TransferRequest {
  readonly kind: 'transfer';
  readonly to: string | undefined;
}

/** What only the leader can do, beside applying commands: passed on to it by the peer that was asked. */
export type LeaderRequest = MemberRequest | TransferRequest;

interface MemberView {
  readonly id: string;
  readonly storeId: string;
  readonly api: string;
  readonly raft: string;
}

export interface ConfigurationView {
  /** Log index from which on it is in effect. */
  readonly index: number;
  readonly voters: readonly MemberView[];
  readonly learners: readonly (MemberView & { readonly wants: 'voter' | 'learner' })[];
}

interface BeforeAndAfter {
  readonly before: number;
  /** Once everything has come true that was asked, promotions included. */
  readonly after: number;
}

/** Answers a change of members. */
export interface MembersAnswer {
  readonly configuration: ConfigurationView;
  readonly voters: BeforeAndAfter;
  /** How many voters may be lost while the others still decide. */
  readonly tolerance: BeforeAndAfter;
}

/** Answers a transfer. */
export interface TransferAnswer extends MembersAnswer {
  /** Who leads now. */
  readonly leader: string;
}

export interface PeerView {
  readonly id: string;
  /** Null while its disk has not been heard of. */
  readonly storeId: string | null;
  readonly api: string;
  readonly raft: string;
  readonly role: 'leader' | 'follower' | 'candidate' | 'learner' | 'unknown';
  readonly voter: boolean;
  /** Leader only: how far its log is known to equal the leader's. */
  readonly match: number | null;
  /**
   * Leader only: how it is kept up to date. `probe`: the leader looks for where their logs part; `replicate`: it is sent
   * what is new; `snapshot`: it needs what the leader's log no longer holds, and is sent the whole state.
   */
  readonly replication: 'probe' | 'replicate' | 'snapshot' | null;
  /** Milliseconds since it was last heard by this peer. */
  readonly lastContactMs: number | null;
  readonly version: string | null;
}

interface AlarmView {
  /** Id of the peer that it is about. */
  readonly peer: string;
  readonly kind: 'corruption' | 'disk-full' | 'state-differs' | 'disk-stalled';
  /** What happened, and what to do. */
  readonly message: string;
  /** Since when, in milliseconds since 1970. */
  readonly sinceMs: number;
}

/** `GET /api/cluster`, answered from this peer's own knowledge alone. */
export interface ClusterView {
  readonly clusterId: string | null;
  readonly name: string;
  readonly self: string;
  readonly leader: string | null;
  readonly term: number;
  readonly commitIndex: number;
  readonly appliedIndex: number;
  readonly peers: readonly PeerView[];
  /** `have`: voters that the leader heard within an election time-out, itself included; null elsewhere. */
  readonly quorum: { readonly need: number; readonly have: number | null; readonly voters: number };
  /** This peer's own: entries up to `base` were cut off. */
  readonly log: { readonly base: number; readonly lastIndex: number; readonly bytes: number };
  /** What is wrong with any peer, as far as this one has heard of it. */
  readonly alarms: readonly AlarmView[];
}
