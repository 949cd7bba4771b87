// One transfer of a state to one peer, as the sender sees it: an offer, chunks from where the receiver wants them, an end.
// Owns: what is on its way. Does not own: the source, or when another transfer may begin.
//
// T1. It ends exactly once: with the index that the receiver holds, or with the reason why it came to nothing.
// T2. At most `limits.snapshotWindowChunks` chunks are sent and not taken; each waits for its turn in the pace of all.
// T3. A receiver that says nothing for `limits.snapshotSilenceMs` is given up.
// T4. What the log still reaches needs no state: a receiver that meanwhile has enough, from whom ever, is sent nothing.

import type { LogIndex, Term } from '../../raft/types.ts';
import { unreachable } from '../lib/assert.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';
import type { Pace } from './pace.ts';
import type { Lease } from './kept-snapshot.ts';
import type { SnapshotReceiverMessage, SnapshotSenderMessage } from './snapshot-ports.ts';

export type TransferEnd =
  | { readonly kind: 'held'; readonly index: LogIndex }
  | { readonly kind: 'failed'; readonly reason: string };

export interface TransferOptions {
  readonly transfer: number;
  /** That in which the sender leads. */
  readonly term: Term;
  /** A receiver that holds so much needs no state. */
  readonly atLeast: LogIndex;
  readonly source: Lease['source'];
  readonly clock: Clock;
  readonly pace: Pace;
  readonly send: (message: SnapshotSenderMessage) => boolean;
  readonly onEnd: (end: TransferEnd) => void;
}

type State =
  | { readonly kind: 'offered' }
  /** Chunks before `next` are sent, those before `taken` arrived. */
  | { readonly kind: 'sending'; next: number; taken: number }
  /** All are sent: the receiver looks whether they make up the state. */
  | { readonly kind: 'sent' }
  | { readonly kind: 'ended' };

export class SnapshotTransfer {
  readonly #options: TransferOptions;
  #state: State = { kind: 'offered' };
  #reading = false;
  #cancelSilence: () => void = () => undefined;
  #cancelPause: () => void = () => undefined;

  constructor(options: TransferOptions) {
    this.#options = options;
  }

  start(): void {
    const { transfer, term, source } = this.#options;
    this.#awaitWord();
    this.#send({ kind: 'snapshotOffer', transfer, term, snapshot: source.snapshot });
  }

  /** What the receiver says of this transfer. */
  onMessage(message: SnapshotReceiverMessage): void {
    if (this.#state.kind === 'ended') return;
    this.#awaitWord();
    switch (message.kind) {
      case 'snapshotAccept':
        if (this.#state.kind !== 'offered') return;
        if (message.from === undefined) return this.#end({ kind: 'held', index: message.index });
        if (message.index >= this.#options.atLeast) return this.#spare(message.index); // T4
        this.#state = { kind: 'sending', next: message.from, taken: message.from };
        return this.#pump();
      case 'snapshotChunkTaken':
        if (this.#state.kind !== 'sending' || message.number !== this.#state.taken) return;
        this.#state.taken += 1;
        return this.#pump();
      case 'snapshotTaken':
        return this.#end({ kind: 'held', index: message.index });
      case 'snapshotFailed':
        return this.#end({ kind: 'failed', reason: message.reason });
      default:
        unreachable(message);
    }
  }

  /** Gives up; the receiver is told. */
  stop(reason: string): void {
    if (this.#state.kind === 'ended') return;
    this.#cancel(reason);
    this.#end({ kind: 'failed', reason });
  }

  #spare(index: LogIndex): void {
    this.#cancel('the receiver holds enough');
    this.#end({ kind: 'held', index });
  }

  #cancel(reason: string): void {
    const { transfer, send } = this.#options;
    send({ kind: 'snapshotCancelled', transfer, reason: reason.slice(0, limits.linkTextCharsMax) });
  }

  /** Reads the next chunk if one may be sent, and sends it when its time has come. */
  #pump(): void {
    const state = this.#state;
    if (state.kind !== 'sending' || this.#reading) return;
    if (state.next - state.taken >= limits.snapshotWindowChunks) return; // T2
    this.#reading = true;
    const { transfer, source, pace, clock } = this.#options;
    source.read(state.next).then(
      (chunk) => {
        if (this.#state !== state) return;
        if (chunk === undefined) {
          this.#state = { kind: 'sent' };
          this.#send({ kind: 'snapshotEnd', transfer, chunks: state.next });
          return;
        }
        this.#cancelPause = clock.after(pace.take(chunk.bytes.length), () => {
          this.#reading = false;
          state.next += 1;
          this.#send({ kind: 'snapshotChunk', transfer, ...chunk });
          this.#pump();
        });
      },
      (error: unknown) => this.stop(`the state cannot be read: ${messageOf(error)}`),
    );
  }

  /** T3. */
  #awaitWord(): void {
    this.#cancelSilence();
    this.#cancelSilence = this.#options.clock.after(limits.snapshotSilenceMs, () =>
      this.stop('the receiver was silent for too long'),
    );
  }

  #send(message: SnapshotSenderMessage): void {
    if (this.#state.kind === 'ended' || this.#options.send(message)) return;
    this.#end({ kind: 'failed', reason: 'the link takes no more' });
  }

  #end(end: TransferEnd): void {
    if (this.#state.kind === 'ended') return;
    this.#state = { kind: 'ended' };
    this.#cancelSilence();
    this.#cancelPause();
    this.#options.onEnd(end);
  }
}
