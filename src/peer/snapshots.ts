// Snapshots of a running peer: what it sends as a leader, and what it takes in as a follower.
// Owns: which of both a message is for. Does not own: either.

import type { RaftStatus } from '../../raft/status.ts';
import type { LogIndex, Snapshot, SnapshotRequest, StoreId, Term } from '../../raft/types.ts';
import { unreachable } from '../lib/assert.ts';
import type { Clock } from '../lib/clock.ts';
import type { SnapshotReceiverMessage, SnapshotSenderMessage, SnapshotStore } from './snapshot-ports.ts';
import { SnapshotReceiver } from './snapshot-receiver.ts';
import { SnapshotSender } from './snapshot-sender.ts';

export interface SnapshotsOptions {
  readonly store: SnapshotStore;
  readonly clock: Clock;
  readonly status: () => RaftStatus;
  /** There is no room on the disk for another state. */
  readonly isFull: () => boolean;
  readonly send: (to: StoreId, message: SnapshotReceiverMessage | SnapshotSenderMessage) => boolean;
  readonly onSent: (storeId: StoreId, index: LogIndex | undefined) => void;
  readonly onReceived: (term: Term, snapshot: Snapshot) => void;
  readonly report: (fields: object, message: string) => void;
  readonly onFatal: (error: unknown) => void;
}

export class Snapshots {
  readonly #sender: SnapshotSender;
  readonly #receiver: SnapshotReceiver;

  constructor(options: SnapshotsOptions) {
    this.#sender = new SnapshotSender(options);
    this.#receiver = new SnapshotReceiver(options);
  }

  /** Chunks that came so far of a state that is taken in; undefined when none is. */
  get received(): number | undefined {
    return this.#receiver.received;
  }

  /** The core wants a state sent; this peer leads `term`. */
  request(request: SnapshotRequest, term: Term): void {
    this.#sender.request(request, term);
  }

  onMessage(from: StoreId, message: SnapshotReceiverMessage | SnapshotSenderMessage): void {
    switch (message.kind) {
      case 'snapshotAccept':
      case 'snapshotChunkTaken':
      case 'snapshotTaken':
      case 'snapshotFailed':
        return this.#sender.onMessage(from, message);
      case 'snapshotOffer':
      case 'snapshotChunk':
      case 'snapshotEnd':
      case 'snapshotCancelled':
        return this.#receiver.onMessage(from, message);
      default:
        unreachable(message);
    }
  }

  onLinkDown(storeId: StoreId): void {
    this.#sender.onLinkDown(storeId);
    this.#receiver.onLinkDown(storeId);
  }

  onStatus(status: RaftStatus): void {
    this.#sender.onStatus(status);
  }

  /** The state of this peer is found to differ from the others'. */
  onDiffers(): void {
    this.#sender.onDiffers();
  }

  /** There is no room on the disk any more, or there is again. */
  onSpace(full: boolean): void {
    this.#receiver.onSpace(full);
  }

  /** The state was switched to the one that the core was given, and the log begins behind it. */
  onInstalled(): void {
    this.#receiver.onInstalled();
  }

  /** The core has no use for the one that it was given. */
  onDiscarded(): void {
    this.#receiver.onDiscarded();
  }

  /** Resolves when the store is left alone. */
  async stop(): Promise<void> {
    await Promise.all([this.#sender.stop(), this.#receiver.stop()]);
  }
}
