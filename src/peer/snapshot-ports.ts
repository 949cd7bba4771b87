// The port of snapshots: what a state store offers beside the flushes of its own peer (ports.ts), so that a state can
// take the place of a log's beginning on another one (§5.1).

import type { LogIndex, Snapshot, Term } from '../../raft/types.ts';
import type { Row, RowKey } from '../state/row.ts';

/** How a state travels from peer to peer, and takes the place of another. */
export interface SnapshotStore {
  /** A consistent view of the last flush, of which there is one; later flushes do not change it. */
  openSnapshot(): Promise<SnapshotSource>;
  /**
   * Takes in the chunks of a state, beside the one in use: goes on with what is staged if that is of the same index,
   * term and hash, else drops it and starts anew. One sink is open at a time.
   */
  stage(snapshot: Snapshot): Promise<SnapshotSink>;
  /**
   * Switches to the staged state, which was finished; the one before is gone. Durable, and repeatable: switching to the
   * state in use answers its rows again. No flush is pending. Sources that are open end.
   */
  install(snapshot: Snapshot): Promise<{ readonly rows: ReadonlyMap<RowKey, Row> }>;
  /** Drops what is staged, if anything is. No sink is used any more. */
  discard(): Promise<void>;
}

/**
 * What the peer that has a state says to the one that needs it. `transfer` names one course of it within a run of the
 * sender, in the answers too.
 */
export type SnapshotSenderMessage =
  /** `term`: that in which the sender leads. */
  | {
      readonly kind: 'snapshotOffer';
      readonly transfer: number;
      readonly term: Term;
      readonly snapshot: Snapshot;
    }
  | ({ readonly kind: 'snapshotChunk'; readonly transfer: number } & SnapshotChunk)
  /** All `chunks` were sent. */
  | { readonly kind: 'snapshotEnd'; readonly transfer: number; readonly chunks: number }
  /** It gives up. */
  | { readonly kind: 'snapshotCancelled'; readonly transfer: number; readonly reason: string };

export type SnapshotReceiverMessage =
  /** It holds the chunks before `from`. Undefined: it needs none, since it holds everything up to `index`. */
  | {
      readonly kind: 'snapshotAccept';
      readonly transfer: number;
      readonly from: number | undefined;
      readonly index: LogIndex;
    }
  | { readonly kind: 'snapshotChunkTaken'; readonly transfer: number; readonly number: number }
  /** It holds everything up to `index`. */
  | { readonly kind: 'snapshotTaken'; readonly transfer: number; readonly index: LogIndex }
  | { readonly kind: 'snapshotFailed'; readonly transfer: number; readonly reason: string };

/** A part of a state on its way: rows in the order of their keys, the same for the same index and hash on every peer. */
export interface SnapshotChunk {
  /** From 0. */
  readonly number: number;
  /** About `limits.snapshotChunkBytes`. */
  readonly bytes: Uint8Array;
  /** CRC-32 of `bytes`. */
  readonly checksum: number;
}

export interface SnapshotSource {
  readonly snapshot: Snapshot;
  /** Undefined past the end. Chunks may be read in any order; in their own order is fast. */
  read(chunk: number): Promise<SnapshotChunk | undefined>;
  close(): Promise<void>;
}

export interface SnapshotSink {
  /** Chunks that it holds, over restarts too: the next one to write has this number. */
  readonly received: number;
  /**
   * Durable when it resolves. Refuses (`MALFORMED`) a chunk out of order, or one that does not match its checksum. After
   * any other rejection the sink is only closed; `stage` tells again what was received.
   */
  write(chunk: SnapshotChunk): Promise<void>;
  /**
   * Every chunk is there: compares the rows on disk with the snapshot's hash, and syncs them, so that `install` can
   * follow, after a restart too. Rows of another hash are dropped, and refused (`MALFORMED`).
   */
  finish(): Promise<void>;
  /** What was taken in stays, to go on with. */
  close(): Promise<void>;
}

/** All chunks of a source, in their order. */
export async function* chunksOf(source: SnapshotSource): AsyncGenerator<SnapshotChunk, void, undefined> {
  for (let number = 0; ; number += 1) {
    const chunk = await source.read(number);
    if (chunk === undefined) return;
    yield chunk;
  }
}
