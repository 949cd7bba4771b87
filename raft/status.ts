// What a core shows of itself: for people, metrics, the barrier of the controllers and the compaction of logs.

import type { Configuration, LogIndex, StoreId, Term } from './types.ts';

type Role = 'follower' | 'preCandidate' | 'candidate' | 'leader';

/** What a leader knows of one member's log. */
export interface MemberProgress {
  readonly kind: 'probe' | 'replicate' | 'snapshot';
  /** It holds everything up to here, durable. */
  readonly match: LogIndex;
  /** The lowest index of which it may still be sent the entry. */
  readonly needs: LogIndex;
  /** When it last answered anything (monotonic ms). */
  readonly lastHeardMs: number | undefined;
}

/** A look at the core, for people, metrics and the barrier; never a way to change it. */
export interface RaftStatus {
  readonly role: Role;
  readonly term: Term;
  readonly leader: StoreId | undefined;
  readonly commit: LogIndex;
  readonly applied: LogIndex;
  readonly lastIndex: LogIndex;
  /** Entries at and below it were cut from the log; 0 when none were. */
  readonly base: LogIndex;
  /** The highest index that is durable here. */
  readonly durable: LogIndex;
  /** This disk lost entries that it may have acknowledged: this peer neither votes nor counts until it is mended. */
  readonly impaired: boolean;
  /** The newest in the log; committed once `commit` has reached its index. */
  readonly configuration: Configuration;
  /**
   * A leader only: its own no-op is applied and a quorum answered recently enough that no other can have been
   * elected. What decides on behalf of the cluster (controllers, the agents' gateway) works only while it holds.
   */
  readonly mayControl: boolean;
  /** Until when that is proven (monotonic ms): who looks later has to ask the core again. */
  readonly controlUntilMs: number | undefined;
  /** A leader only: how far each member is, this one included. */
  readonly progress: ReadonlyMap<StoreId, MemberProgress>;
  /** A follower only: when a leader was last heard (monotonic ms). */
  readonly leaderHeardMs: number | undefined;
}
