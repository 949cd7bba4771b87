// The ports of a peer: what the driver needs from the outside, named by the driver and implemented by adapters.
// Every adapter passes the suite of its port (test/storage/log-store-suite.ts, …), the in-memory ones too.
//
// Callbacks never do work: they enqueue. A store that rejects has a disk that cannot be trusted: the peer stops.

import type {
  ClusterId,
  Configuration,
  Entry,
  Genesis,
  HardState,
  LogBase,
  LogIndex,
  Message,
  PeerId,
  PersistOperation,
  Snapshot,
  StoreId,
  Term,
} from '../../raft/types.ts';
import type { ErrorCode } from '../lib/errors.ts';
import type { LeaderRequest } from '../protocol/api.ts';
import type { Command } from '../protocol/command.ts';
import type { Row, RowKey } from '../state/row.ts';
import type { FiguresMessage } from './figures.ts';
import type { SnapshotReceiverMessage, SnapshotSenderMessage, SnapshotStore } from './snapshot-ports.ts';

// ── Log ──────────────────────────────────────────────────────────────────────────────────────────────────

/** From `from` on (up to the next run) entries have term `term`: the whole log's terms in a few numbers. */
export interface TermRun {
  readonly from: LogIndex;
  readonly term: Term;
}

/** What the disk says of this peer, durable before anyone hears it. */
export interface StoreIdentity {
  readonly peerId: PeerId;
  readonly storeId: StoreId;
  /** Rises by one with every start: a higher one from the same store means that the earlier process is gone. */
  readonly incarnation: number;
  /** Ids of the last runs, drawn at random: of this one, of the one numbered one less, and so on; '' where it is not known. */
  readonly runs: readonly string[];
  readonly clusterId: ClusterId | undefined;
  /** Raised by a recovery; 0 in a cluster that never needed one. */
  readonly epoch: number;
  /** The others know a later run of this store: an old copy of the disk was put in place, which takes part in nothing. */
  readonly retired: boolean;
}

/** What a log holds when it is opened. */
export interface RestoredLog {
  readonly hardState: HardState;
  /** Where the log begins. */
  readonly base: LogBase;
  /** `base.index` when no entry stands behind it; 0 when there never was one. */
  readonly lastIndex: LogIndex;
  /** From `base.index` on, or from 1 when nothing was cut off. */
  readonly termRuns: readonly TermRun[];
  /** The newest entries, contiguous up to `lastIndex`, as many as fit the bytes asked for (all, when few). */
  readonly tail: readonly Entry[];
  /** Kept when its entry is cut off. */
  readonly genesis: Genesis | undefined;
  /** Of every configuration entry behind `base`, in order. */
  readonly configurations: readonly Configuration[];
  /** Entries that may have been acknowledged were lost from this disk; this is a sound prefix. Until `mended`. */
  readonly impaired: boolean;
}

/**
 * The durable log. One `persist` is in flight at a time; each is all or nothing after a crash, but that a snapshot may be
 * installed without the entries that follow it in the same operation. Throws
 * `DIRECTORY_LOCKED`, `FORMAT_TOO_NEW`, `LOG_CORRUPT` or `DISK_FAILED` when it is opened or used.
 */
export interface LogStore {
  readonly identity: StoreIdentity;
  readonly restored: RestoredLog;
  /** Everything up to here is cut off. */
  readonly base: LogIndex;
  /** Resolves when the operation is durable. Never called while another is pending. */
  persist(operation: PersistOperation): Promise<void>;
  /**
   * Cuts off entries up to `upTo` or less, as {@link base} then tells; what goes is gone when it resolves. The state
   * holds durably what they did (R9). Never called while another is pending; a `persist` may be.
   */
  compact(upTo: LogIndex): Promise<void>;
  /**
   * Durable entries in `[from, to)`, at least one, stopping after about `bytesMax` bytes; none only if they are cut off,
   * maybe while they are read.
   */
  read(range: {
    readonly from: LogIndex;
    readonly to: LogIndex;
    readonly bytesMax: number;
  }): Promise<readonly Entry[]>;
  /** Durably records which cluster this store belongs to; refuses (`WRONG_CLUSTER`) to change it once past genesis. */
  joinCluster(clusterId: ClusterId): Promise<void>;
  /** Durably raises the epoch in {@link identity}; it never falls. Who begins anew in a higher one is retired no more. */
  raiseEpoch(epoch: number): Promise<void>;
  /** Durably; a `persist` may be pending, for long where it waits for room. */
  retire(): Promise<void>;
  /**
   * From now on `listener` hears that there is no room for entries (what is kept in reserve still takes term, vote and
   * compaction), and that there is again; at once if there is none now. It takes the place of the listener before. Undefined:
   * nobody listens any more, and what waits for room fails (`DISK_FAILED`).
   */
  onSpace(listener: ((full: boolean) => void) | undefined): void;
  stats(): LogStats;
  close(): Promise<void>;
}

export interface LogStats {
  /** Of the segments on disk. */
  readonly bytes: number;
  readonly segments: number;
  /** Bytes written since the start, into all files of the log. */
  readonly bytesWritten: number;
  /** Syncs since the start, of all files of the log and of their directories. */
  readonly syncs: number;
  /** Of the last 1,000 writes of entries or hard state, the 99th percentile, in milliseconds; undefined before the first. */
  readonly syncP99Ms: number | undefined;
  /** Bytes free on the disk when last looked at; undefined when nobody looks. */
  readonly free: number | undefined;
}

// ── State ────────────────────────────────────────────────────────────────────────────────────────────────

/** Up to where a state has applied the log; its store names the content (`hash`) itself. */
export type FlushPoint = Omit<Snapshot, 'hash'>;

/** One write-behind flush: every row changed since the last one, and what they add up to. */
export interface StateFlush {
  readonly snapshot: FlushPoint;
  /** `undefined`: the row was deleted. */
  readonly rows: ReadonlyMap<RowKey, Row | undefined>;
}

export interface LoadedState {
  /** As of the last flush; undefined for an empty state. */
  readonly snapshot: Snapshot | undefined;
  readonly rows: ReadonlyMap<RowKey, Row>;
  /** What was on disk did not match its checksums and was moved aside: the state is empty, though it was not once. */
  readonly discarded: boolean;
  /** `install` put it here, and nothing was flushed since: the log may still have to begin behind it. */
  readonly installed: boolean;
}

/** The tables on disk: for restarts, and for peers that need a whole state. Reads are served from memory. */
export interface StateStore extends SnapshotStore {
  /** What a restart would load now: of the last flush that ended, or of what was loaded or installed after it. */
  readonly snapshot: Snapshot | undefined;
  /** Everything as it was found on disk; the same until the first flush. */
  load(): Promise<LoadedState>;
  /**
   * One synced batch, all or nothing; its index never falls. Never called while another is pending. When it rejects with
   * `DISK_FULL` it may be called again, with its rows and newer ones; any other rejection is the last word of this disk.
   */
  flush(flush: StateFlush): Promise<void>;
  close(): Promise<void>;
}

/** Commands as bytes in the log. The same command gives the same bytes on every peer and in every run. */
export interface CommandCodec {
  encode(command: Command): Uint8Array;
  /** Throws on bytes that are no command of a known version: such a peer must stop, never skip. */
  decode(data: Uint8Array): Command;
}

// ── Transport ────────────────────────────────────────────────────────────────────────────────────────────

/** What each end of a peer link says of itself before anything else. */
export interface PeerIdentity {
  readonly peerId: PeerId;
  readonly storeId: StoreId;
  readonly incarnation: number;
  /** As in {@link StoreIdentity}. */
  readonly runs: readonly string[];
  /** The cluster's name and founders as its file lists them (sorted `peerId=raft`), to tell two set-ups apart. */
  readonly clusterName: string;
  readonly founders: readonly string[];
  /** The addresses at which this peer wants to be known. */
  readonly api: string;
  readonly raft: string;
  /** Present once its log has one. */
  readonly genesis: Genesis | undefined;
  /** True once it voted or acknowledged under that genesis: it will not drop it for another any more. */
  readonly settled: boolean;
  /** Raised by a recovery; 0 in a cluster that never needed one. */
  readonly epoch: number;
  readonly version: string;
}

/** What peers say to each other beside Raft: a write or a question passed on to the leader. */
export type PeerMessage =
  | { readonly kind: 'raft'; readonly message: Message }
  /** A command for the leader of `term`. Any other peer refuses it, definitely. */
  | { readonly kind: 'forward'; readonly requestId: number; readonly term: Term; readonly data: Uint8Array }
  | { readonly kind: 'forwardAnswer'; readonly requestId: number; readonly answer: ForwardAnswer }
  /** What only the leader of `term` can do. Any other peer refuses it, definitely. */
  | {
      readonly kind: 'call';
      readonly requestId: number;
      readonly term: Term;
      readonly request: LeaderRequest;
    }
  | { readonly kind: 'callAnswer'; readonly requestId: number; readonly answer: CallAnswer }
  | SnapshotSenderMessage
  | SnapshotReceiverMessage
  /** The sender's state at `index`: one that `limits.stateHashEvery` divides, or any while states differ or are compared anew. */
  | { readonly kind: 'stateHash'; readonly index: LogIndex; readonly hash: string }
  /** What the sender has found wrong with itself or with others, whole, whenever it changes. */
  | { readonly kind: 'alarms'; readonly alarms: readonly Alarm[] }
  | FiguresMessage;

/** Something wrong that people must see to, or that a peer gets over by itself in time. */
export interface Alarm {
  /** Whom it is about. */
  readonly peer: PeerId;
  /**
   * `corruption`: entries were lost from its disk; it neither votes nor counts until it is mended. `disk-full`: it takes no
   * new entries until there is room. `state-differs`: its state is not that of the others, and it does not serve.
   * `disk-stalled`: a write to its log takes too long.
   */
  readonly kind: 'corruption' | 'disk-full' | 'state-differs' | 'disk-stalled';
  /** What happened, and what to do. */
  readonly message: string;
  /** Wall clock of who raised it, in milliseconds since 1970. */
  readonly sinceMs: number;
}

/** How a call to the leader ended. */
export type CallAnswer =
  | { readonly kind: 'done'; readonly value: unknown }
  /** Without effect, for a reason that the caller is told. */
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly message: string }
  /** Without effect: another peer may do it. */
  | { readonly kind: 'refused' }
  | { readonly kind: 'unknown' };

export type ForwardAnswer =
  /** Applied by the leader at `index`, with the result encoded as msgpack. */
  | { readonly kind: 'applied'; readonly index: LogIndex; readonly result: unknown }
  /** Never appended anywhere, or overtaken by another term's committed entry: certainly not applied. */
  | { readonly kind: 'refused'; readonly reason: WriteRefusal }
  | { readonly kind: 'unknown' };

/** Why a write was certainly not applied. `OVERTAKEN`: by another term's entry; `UNKNOWN_COMMAND`: the leader is older. */
export type WriteRefusal = 'NOT_LEADER' | 'BUSY' | 'OVERTAKEN' | 'UNKNOWN_COMMAND';

/** One process of a peer, from its start to its end. */
export interface PeerRun {
  readonly peerId: PeerId;
  readonly storeId: StoreId;
  readonly incarnation: number;
}

interface TransportEvents {
  /** All connections to a peer stand and the handshake was accepted by both sides. */
  onUp(identity: PeerIdentity): void;
  onDown(peer: PeerRun): void;
  /** The process of a link that was up is dead: nobody listens there, or a later run came. Before that one's `onUp`. */
  onLost(peer: PeerRun): void;
  onMessage(from: StoreId, message: PeerMessage): void;
  /** A peer was refused, or refused us; told once for each peer and reason until it changes. */
  onRefused(peerId: PeerId | undefined, reason: string, identity?: PeerIdentity): void;
}

/** Where a peer is reached; one that is named several times is tried at each address in turn. */
export interface PeerAddress {
  readonly peerId: PeerId;
  /** `host:port`. */
  readonly raft: string;
  /** It may not know this peer: it is dialled even if by the order of the ids it should dial. Default false. */
  readonly isNew?: boolean;
}

export interface Transport {
  /** Starts listening and dialling. `self` is asked at each handshake, so that it is never stale. */
  start(options: {
    readonly self: () => PeerIdentity;
    readonly peers: readonly PeerAddress[];
    /** Whether a peer that is not listed is let in. Default: none is. */
    readonly isWelcome?: (identity: PeerIdentity) => boolean;
    /** A reason to refuse this peer, or undefined. */
    readonly refuse: (identity: PeerIdentity) => string | undefined;
    readonly events: TransportEvents;
  }): Promise<void>;
  /** The peers from now on. Links to others are not ended, and not made again. */
  setPeers(peers: readonly PeerAddress[]): void;
  /** Queued, or dropped and false: no link, or its queue is full. Raft messages are resent by Raft. */
  send(to: StoreId, message: PeerMessage): boolean;
  /** Ends every connection, so that both sides handshake anew with what is true now. */
  reconnect(): void;
  stop(): Promise<void>;
}
