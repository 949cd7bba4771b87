// The receiver of snapshots: takes in a state that a leader offers because its log does not reach back far enough.
// Owns: the transfer that comes in, and what is staged. Does not own: whether the state is installed (the core), how (Installer).
//
// V1. One transfer at a time. An offer takes the place of an earlier one of the same sender; that of another, who leads by now,
//     only once the sender was silent for `limits.snapshotSilenceMs`: what comes in is committed whoever leads, and each
//     leader's state is another one, of which nothing has come. An offer of an older term is refused.
// V2. The core hears of a state only when it is whole, compared with its hash, and durable. From then on until the core has
//     decided nothing else is staged: it would take the place of what the core holds.
// V3. What was taken in before the link or a process broke is not sent again.
// V4. What the store does, it does one after the other. A failed disk ends the peer; anything else ends the transfer.
// V5. What is staged makes way when the disk is full, whether it still comes in or not: the log needs the room, and nothing
//     else might ever give it back. Only what the core holds stays: it takes the place of the state in use.

import type { RaftStatus } from '../../raft/status.ts';
import { asIndex, type Snapshot, type StoreId, type Term } from '../../raft/types.ts';
import { unreachable } from '../lib/assert.ts';
import type { Clock } from '../lib/clock.ts';
import { isOrionError, messageOf } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';
import type {
  SnapshotChunk,
  SnapshotReceiverMessage,
  SnapshotSenderMessage,
  SnapshotSink,
  SnapshotStore,
} from './snapshot-ports.ts';

const diskIsFull = 'the disk of the receiver is full';

type Offer = Extract<SnapshotSenderMessage, { kind: 'snapshotOffer' }>;

export interface SnapshotReceiverOptions {
  readonly store: Pick<SnapshotStore, 'stage' | 'discard'>;
  readonly clock: Clock;
  readonly status: () => RaftStatus;
  /** There is no room on the disk for another state. */
  readonly isFull: () => boolean;
  readonly send: (to: StoreId, message: SnapshotReceiverMessage) => boolean;
  /** V2. */
  readonly onReceived: (term: Term, snapshot: Snapshot) => void;
  readonly report: (fields: object, message: string) => void;
  readonly onFatal: (error: unknown) => void;
}

interface Receiving {
  readonly from: StoreId;
  readonly offer: Offer;
  /** Present once the store is ready for chunks. */
  sink: SnapshotSink | undefined;
  /** The number of the next chunk. */
  next: number;
  /** What waits for the store: the staging, chunks, the end. */
  waiting: number;
  /** The last word of the sender (monotonic ms). */
  heardMs: number;
}

type State =
  | { readonly kind: 'idle' }
  | { readonly kind: 'receiving'; readonly it: Receiving }
  /** The core has it, and decides. */
  | { readonly kind: 'handedOver' }
  | { readonly kind: 'stopped' };

export class SnapshotReceiver {
  readonly #options: SnapshotReceiverOptions;
  #state: State = { kind: 'idle' };
  /** V4. */
  #work: Promise<void> = Promise.resolve();

  constructor(options: SnapshotReceiverOptions) {
    this.#options = options;
  }

  /** How many chunks have come of the state that comes in. */
  get received(): number | undefined {
    return this.#state.kind === 'receiving' ? this.#state.it.next : undefined;
  }

  onMessage(from: StoreId, message: SnapshotSenderMessage): void {
    if (message.kind === 'snapshotOffer') return this.#onOffer(from, message);
    const it = this.#state.kind === 'receiving' ? this.#state.it : undefined;
    if (it?.from !== from || it.offer.transfer !== message.transfer) return;
    it.heardMs = this.#options.clock.monotonicMs();
    switch (message.kind) {
      case 'snapshotChunk':
        return this.#onChunk(it, message);
      case 'snapshotEnd':
        return this.#onEnd(it, message.chunks);
      case 'snapshotCancelled':
        return this.#leave(it);
      default:
        unreachable(message);
    }
  }

  onLinkDown(storeId: StoreId): void {
    if (this.#state.kind === 'receiving' && this.#state.it.from === storeId) this.#leave(this.#state.it);
  }

  /** There is no room on the disk any more, or there is again (V5). */
  onSpace(full: boolean): void {
    const { kind } = this.#state;
    if (!full || kind === 'handedOver' || kind === 'stopped') return;
    if (this.#state.kind === 'receiving') this.#fail(this.#state.it, diskIsFull);
    this.#do(() => this.#options.store.discard());
  }

  /** The state was switched to what the core was given, and the log begins behind it. */
  onInstalled(): void {
    if (this.#state.kind === 'handedOver') this.#state = { kind: 'idle' };
  }

  /** The core has no use for what it was given. */
  onDiscarded(): void {
    this.#do(async () => {
      await this.#options.store.discard();
      if (this.#state.kind === 'handedOver') this.#state = { kind: 'idle' };
    });
  }

  /** Resolves when the store is left alone. */
  async stop(): Promise<void> {
    if (this.#state.kind === 'receiving') this.#leave(this.#state.it);
    this.#state = { kind: 'stopped' };
    await this.#work;
  }

  #onOffer(from: StoreId, offer: Offer): void {
    const { transfer, snapshot } = offer;
    const { term: ownTerm, commit, durable } = this.#options.status();
    const refusal = this.#refusal(from, offer, ownTerm);
    if (refusal !== undefined) {
      this.#options.send(from, { kind: 'snapshotFailed', transfer, reason: refusal });
      return;
    }
    const held = asIndex(Math.min(commit, durable));
    if (snapshot.index <= held) {
      this.#options.send(from, { kind: 'snapshotAccept', transfer, from: undefined, index: held });
      return;
    }
    if (this.#state.kind === 'receiving') this.#leave(this.#state.it); // V1
    const heardMs = this.#options.clock.monotonicMs();
    const it: Receiving = { from, offer, sink: undefined, next: 0, waiting: 1, heardMs };
    this.#state = { kind: 'receiving', it };
    this.#do(async () => {
      if (!this.#isCurrent(it)) return;
      it.sink = await this.#options.store.stage(snapshot);
      it.next = it.sink.received; // V3
      it.waiting -= 1;
      this.#options.report({ index: snapshot.index, parts: it.next }, 'a snapshot comes in');
      this.#say(it, { kind: 'snapshotAccept', transfer, from: it.next, index: held });
    }, it);
  }

  /** V1. */
  #refusal(from: StoreId, { term }: Offer, ownTerm: Term): string | undefined {
    if (this.#state.kind === 'stopped') return 'the receiver is stopping';
    if (this.#state.kind === 'handedOver') return 'the receiver is still busy with another state';
    const it = this.#state.kind === 'receiving' ? this.#state.it : undefined;
    const newest = Math.max(ownTerm, it?.offer.term ?? 0);
    if (term < newest) return `term ${term} is over: this is ${newest}`;
    if (it !== undefined && it.from !== from && this.#isAlive(it))
      return 'the state of another peer still comes in';
    return this.#options.isFull() ? diskIsFull : undefined;
  }

  /** It is not the sender that is waited for, or not for long. */
  #isAlive({ waiting, heardMs }: Receiving): boolean {
    return waiting > 0 || this.#options.clock.monotonicMs() - heardMs < limits.snapshotSilenceMs;
  }

  #onChunk(it: Receiving, chunk: SnapshotChunk): void {
    if (it.sink === undefined || chunk.number !== it.next || it.waiting >= limits.snapshotWindowChunks) {
      return this.#fail(it, `chunk ${chunk.number} came where ${it.next} was due`);
    }
    const { sink, offer } = it;
    const { number, bytes, checksum } = chunk;
    it.next += 1;
    it.waiting += 1;
    this.#do(async () => {
      if (!this.#isCurrent(it)) return;
      await sink.write({ number, bytes, checksum });
      it.waiting -= 1;
      this.#say(it, { kind: 'snapshotChunkTaken', transfer: offer.transfer, number });
    }, it);
  }

  #onEnd(it: Receiving, chunks: number): void {
    const { sink, offer } = it;
    if (sink === undefined || chunks !== it.next) {
      return this.#fail(it, `${chunks} chunks are all, but ${it.next} came`);
    }
    it.waiting += 1;
    this.#do(async () => {
      if (!this.#isCurrent(it)) return;
      await sink.finish();
      await this.#close(it);
      if (this.#isCurrent(it)) this.#handOver(it, offer);
    }, it);
  }

  /** V2. */
  #handOver(it: Receiving, { transfer, term, snapshot }: Offer): void {
    this.#state = { kind: 'handedOver' };
    this.#options.onReceived(term, snapshot);
    this.#options.send(it.from, { kind: 'snapshotTaken', transfer, index: snapshot.index });
  }

  #isCurrent(it: Receiving): boolean {
    return this.#state.kind === 'receiving' && this.#state.it === it;
  }

  #say(it: Receiving, message: SnapshotReceiverMessage): void {
    if (this.#isCurrent(it)) this.#options.send(it.from, message);
  }

  #fail(it: Receiving, reason: string): void {
    if (!this.#isCurrent(it)) return;
    const { transfer } = it.offer;
    this.#options.send(it.from, {
      kind: 'snapshotFailed',
      transfer,
      reason: reason.slice(0, limits.linkTextCharsMax),
    });
    this.#leave(it);
  }

  /** It is over; what is staged stays (V3, but for V5). */
  #leave(it: Receiving): void {
    this.#state = { kind: 'idle' };
    this.#do(() => this.#close(it));
  }

  async #close(it: Receiving): Promise<void> {
    const { sink } = it;
    it.sink = undefined;
    await sink?.close();
  }

  /** V4. `it`: whose transfer ends when `work` fails. */
  #do(work: () => Promise<void>, it?: Receiving): void {
    this.#work = this.#work.then(work).catch((error: unknown) => {
      const isFatal = it === undefined || !isOrionError(error) || error.code === 'DISK_FAILED';
      if (isFatal) return this.#options.onFatal(error);
      if (!this.#isCurrent(it)) return;
      this.#fail(it, messageOf(error));
      if (error.code === 'DISK_FULL') this.#do(() => this.#options.store.discard()); // V5
    });
  }
}
