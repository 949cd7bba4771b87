// What a peer offers to those who work through it: API, gateway and controllers see this and the view, nothing else.

import type { ClusterView, MemberRequest, MembersAnswer, TransferAnswer } from '../protocol/api.ts';
import type { BackupChunk, BackupHeader } from '../protocol/backup.ts';
import type { CommandBody, CommandResult, Origin } from '../protocol/command.ts';
import type { LeaderStats } from '../protocol/watch.ts';
import type { RowChange, View } from '../state/view.ts';

export type { ClusterView, PeerView } from '../protocol/api.ts';
export type { LeaderStats } from '../protocol/watch.ts';

/** A command that was applied. A refusal by the state is a result like any other. */
export interface Applied {
  /** Log index at which it was applied, the first time if it was sent again: the resourceVersion of what it changed. */
  readonly index: number;
  readonly result: CommandResult;
}

/** What a command would do. */
export interface Trial {
  readonly result: CommandResult;
  readonly changes: readonly RowChange[];
}

export interface Freshness {
  readonly index: number;
  readonly leader: string | undefined;
  /** Milliseconds since a leader was last heard; 0 on the leader, undefined if never. */
  readonly lastContactMs: number | undefined;
}

/** A state on its way out. To be closed. */
export interface BackupSource {
  readonly header: BackupHeader;
  readonly chunks: AsyncIterable<BackupChunk>;
  close(): Promise<void>;
}

export interface ControlPlane {
  readonly view: View;
  /** Of the cluster: raised by each recovery. */
  readonly epoch: number;

  /**
   * Has a user's command applied, by way of the leader, within `withinMs` (default `limits.requestMs`): once, however often `origin.operation`
   * comes. Throws `NO_LEADER`, `NO_QUORUM` or `BUSY` when it is certain that it was not and will not be applied;
   * `OUTCOME_UNKNOWN` when it may have been.
   */
  propose(body: CommandBody, origin: Origin, withinMs?: number): Promise<Applied>;

  /**
   * What `propose` would answer and change, judged on this peer's state once that is linearizable; nothing is written.
   * Throws as `readBarrier` does.
   */
  dryRun(body: CommandBody, withinMs?: number): Promise<Trial>;

  /**
   * Has a controller's command applied by this peer as the leader of `term`; never forwarded. Throws as `propose`
   * does, at the latest when this peer stops leading that term.
   */
  proposeAsLeader(term: number, body: CommandBody): Promise<Applied>;

  /** Throws `NO_LEADER` while this peer's state differs from the others', so that nobody may read it, however stale. */
  assertReadable(): void;

  /**
   * Resolves once reading `view` is linearizable: it holds every write acknowledged before the call. Throws
   * `NO_LEADER`, `NO_QUORUM` or `BUSY` within `limits.requestMs`.
   */
  readBarrier(): Promise<void>;

  /**
   * Has the leader change who belongs to the cluster: an operation of `origin` once it is committed. Throws `NOT_FOUND`, `ALREADY_MEMBER`, `REMOVED`, `LAGGING`,
   * `LAST_VOTER`, `QUORUM_AT_RISK`, `CHANGE_IN_PROGRESS`, `CONFLICT`, `NO_LEADER`, `NO_QUORUM` or `BUSY`, with nothing
   * changed; `OUTCOME_UNKNOWN` when it may still come true.
   */
  changeMembers(request: MemberRequest, origin: Origin): Promise<MembersAnswer>;

  /**
   * Has the leader hand over to the voter called `to`, or to the one that holds most; resolves once another leads. Throws
   * `NOT_FOUND`, `LAGGING`, `CHANGE_IN_PROGRESS`, `CONFLICT`, `NO_LEADER` or `NO_QUORUM`, with nothing changed;
   * `OUTCOME_UNKNOWN` when it may still come true. Written down afterwards as an operation of `origin`, by way of who leads
   * then: it may be missing, if this peer or that leader dies at once.
   */
  transferLeadership(to: string | undefined, origin: Origin): Promise<TransferAnswer>;

  /**
   * The state as it is on disk now, with at least what this peer has applied when it is asked, to be read at leisure.
   * Throws `NO_LEADER` before this peer has a state, `BUSY` when too many are open.
   */
  openBackup(): Promise<BackupSource>;

  /**
   * The leader's view of the cluster, from the leader. Throws `NO_LEADER`, `NO_QUORUM` or `OUTCOME_UNKNOWN` within
   * `limits.requestMs`.
   */
  stats(): Promise<LeaderStats>;
  /** Whoever knows what nodes use offers it here, to be read when somebody looks at this peer as the leader. */
  offerNodeStats(read: () => LeaderStats['nodes']): void;

  freshness(): Freshness;
  cluster(): ClusterView;
  /** Why this peer cannot serve yet, in sentences; empty when it is ready. */
  notReady(): readonly string[];

  /** URL of the leader's API, when one is known and it is not this peer. */
  leaderApi(): string | undefined;
  /** URLs of every peer's API, this one's first. */
  peerApis(): readonly string[];

  /**
   * The term in which this peer may decide for the cluster (own no-op applied, quorum held); undefined while it may
   * not. Ask again after every await.
   */
  controlTerm(): number | undefined;
  /** Called at once and on every change of `controlTerm`. The answer unsubscribes. */
  onControlTerm(listener: (term: number | undefined) => void): () => void;
  /** Called after each entry that changed rows, in order, with the index applied. The answer unsubscribes. */
  onChanges(listener: (index: number, changes: readonly RowChange[]) => void): () => void;
  /**
   * Called when another state has taken the place of the one in `view`, as of `index`: whoever follows changes looks at
   * everything anew. Never while this peer may control. The answer unsubscribes.
   */
  onReset(listener: (index: number) => void): () => void;
}
