// The sender of snapshots: a leader streams its state to followers that need what was cut from its log.
// Owns: the transfers, and those that wait for their turn. Does not own: who needs one (the core), which state is read
// (KeptSnapshot), how it becomes chunks (the store).
//
// N1. Each request is answered exactly once, by `onSent`: with the index that the follower holds, or undefined.
// N2. At most `limits.snapshotSendsMax` transfers at once; further requests wait in their order. All together send at most
//     `limits.snapshotBytesPerSecond`, so that writes go on.
// N3. A transfer ends with the link to its receiver, and all do when this peer stops. What waits for its turn ends when this
//     peer leads its term no more; what is on its way goes on: a state is committed, and stays so, whoever leads. If each
//     leader began anew, nobody would catch up while leaders change more often than a transfer takes.
// N4. Nor is a state sent on that is found to differ from the others': two that are wrong alike would pass for right.

import type { RaftStatus } from '../../raft/status.ts';
import type { LogIndex, SnapshotRequest, StoreId, Term } from '../../raft/types.ts';
import { assert } from '../lib/assert.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';
import { Pace } from './pace.ts';
import { KeptSnapshot, type Lease } from './kept-snapshot.ts';
import type { SnapshotReceiverMessage, SnapshotSenderMessage, SnapshotStore } from './snapshot-ports.ts';
import { SnapshotTransfer, type TransferEnd } from './snapshot-transfer.ts';

export interface SnapshotSenderOptions {
  readonly store: Pick<SnapshotStore, 'openSnapshot'>;
  readonly clock: Clock;
  readonly send: (to: StoreId, message: SnapshotSenderMessage) => boolean;
  /** N1. */
  readonly onSent: (to: StoreId, index: LogIndex | undefined) => void;
  readonly report: (fields: object, message: string) => void;
}

/** One request, from the moment it is asked. */
interface Sending {
  readonly atLeast: LogIndex;
  readonly term: Term;
  /** Absent while it waits for its turn or for the state. */
  transfer: { readonly id: number; readonly run: SnapshotTransfer } | undefined;
  lease: Lease | undefined;
}

export class SnapshotSender {
  readonly #options: SnapshotSenderOptions;
  readonly #pace: Pace;
  readonly #sendings = new Map<StoreId, Sending>();
  /** Those that have their turn. */
  readonly #running = new Set<StoreId>();
  readonly #kept: KeptSnapshot;
  #lastId = 0;

  constructor(options: SnapshotSenderOptions) {
    this.#options = options;
    this.#kept = new KeptSnapshot(options);
    this.#pace = new Pace({ clock: options.clock, bytesPerSecond: limits.snapshotBytesPerSecond });
  }

  /** `term`: that this peer leads. */
  request({ to, atLeast }: SnapshotRequest, term: Term): void {
    assert(!this.#sendings.has(to), 'N1: one is under way to each follower');
    this.#sendings.set(to, { atLeast, term, transfer: undefined, lease: undefined });
    this.#startNext();
  }

  onMessage(from: StoreId, message: SnapshotReceiverMessage): void {
    const transfer = this.#sendings.get(from)?.transfer;
    if (transfer?.id === message.transfer) transfer.run.onMessage(message);
  }

  onLinkDown(storeId: StoreId): void {
    this.#stopSending(storeId, 'the link is down');
  }

  /** N3. */
  onStatus({ role, term }: RaftStatus): void {
    for (const [to, sending] of this.#sendings) {
      const isOver = role !== 'leader' || sending.term !== term;
      if (isOver && sending.transfer === undefined) this.#stopSending(to, 'this peer leads no more');
    }
    if (role !== 'leader' && this.#sendings.size === 0) this.#kept.drop();
  }

  /** N4. The state of this peer differs. */
  onDiffers(): void {
    for (const to of this.#sendings.keys()) this.#stopSending(to, 'the state of this peer is not trusted');
    this.#kept.drop();
  }

  stop(): Promise<void> {
    for (const to of this.#sendings.keys()) this.#stopSending(to, 'this peer is stopping');
    return this.#kept.close();
  }

  #startNext(): void {
    for (const [to, sending] of this.#sendings) {
      if (this.#running.size >= limits.snapshotSendsMax) return; // N2
      if (this.#running.has(to)) continue;
      this.#running.add(to);
      void this.#start(to, sending);
    }
  }

  async #start(to: StoreId, sending: Sending): Promise<void> {
    try {
      const lease = await this.#kept.acquire(sending.atLeast);
      if (this.#sendings.get(to) !== sending) return lease.release();
      sending.lease = lease;
      this.#begin(to, sending, lease.source);
    } catch (error) {
      if (this.#sendings.get(to) === sending) this.#finish(to, { kind: 'failed', reason: messageOf(error) });
    }
  }

  #begin(to: StoreId, sending: Sending, source: Lease['source']): void {
    const { clock, send, report } = this.#options;
    this.#lastId += 1;
    const id = this.#lastId;
    const run = new SnapshotTransfer({
      transfer: id,
      term: sending.term,
      atLeast: sending.atLeast,
      source,
      clock,
      pace: this.#pace,
      send: (message) => send(to, message),
      onEnd: (end) => this.#finish(to, end),
    });
    sending.transfer = { id, run };
    report({ to, index: source.snapshot.index }, 'a snapshot is offered');
    run.start();
  }

  #stopSending(to: StoreId, reason: string): void {
    const sending = this.#sendings.get(to);
    if (sending?.transfer !== undefined) sending.transfer.run.stop(reason);
    else this.#finish(to, { kind: 'failed', reason });
  }

  #finish(to: StoreId, end: TransferEnd): void {
    const sending = this.#sendings.get(to);
    if (sending === undefined) return;
    this.#sendings.delete(to);
    this.#running.delete(to);
    sending.lease?.release();
    const { onSent, report } = this.#options;
    if (end.kind === 'held') report({ to, index: end.index }, 'a snapshot was taken in');
    else report({ to, reason: end.reason }, 'a snapshot was not taken in');
    onSent(to, end.kind === 'held' ? end.index : undefined);
    this.#startNext();
  }
}
