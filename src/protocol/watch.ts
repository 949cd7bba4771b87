// What a watch tells (`GET /api/watch`, docs/interface.md), shared by the peers, which write it, and the client, which
// reads it. Over server-sent events `event` and `id` are fields of their own, and `data` is JSON; over a WebSocket each
// message is one JSON text.

import type { ClusterView, Problem } from './api.ts';
import type { OrionObject } from './objects.ts';

/** One object that an entry changed, as a watcher with that selection sees it; one that went is as it was last. */
export interface WatchChange {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: OrionObject;
}

/** Everything that one log entry changed. */
export interface WatchChanges {
  readonly resourceVersion: string;
  readonly changes: readonly WatchChange[];
}

export type WatchMessage =
  | { readonly event: 'change'; readonly id: string; readonly data: WatchChanges }
  /** Nothing of what is watched has changed up to here: a watch may go on from this `id`. */
  | { readonly event: 'bookmark'; readonly id: string; readonly data: { readonly resourceVersion: string } }
  | { readonly event: 'stats'; readonly data: Stats }
  /** Why the watch ends; the last message. */
  | { readonly event: 'error'; readonly data: Problem };

interface DiskStats {
  /** 99th percentile of the last syncs of the log, in milliseconds; null before the first. */
  readonly fsyncP99Ms: number | null;
  /** Size of the log. */
  readonly logBytes: number;
}

export interface PeerStats extends DiskStats {
  readonly appliedIndex: number;
}

/** What a node uses, as its agent told last. */
export interface NodeStats {
  /** Cores. */
  readonly cpu: number;
  /** Bytes. */
  readonly memory: number;
  /** When it was heard, in milliseconds since 1970 by the leader's clock. */
  readonly atMs: number;
}

/** The leader's view. */
export interface LeaderStats {
  /** When the leader looked, in milliseconds since 1970 by its clock. */
  readonly at: number;
  readonly cluster: ClusterView;
  /** The leader's. */
  readonly disk: DiskStats;
  /** By id: every peer that the leader has heard of. */
  readonly peers: Readonly<Record<string, PeerStats>>;
  /** By name: every node with a session. */
  readonly nodes: Readonly<Record<string, NodeStats>>;
}

export interface Stats extends LeaderStats {
  /** Milliseconds since this peer got them. */
  readonly ageMs: number;
}
