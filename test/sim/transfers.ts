// Snapshots on their way from peer to peer, beside the messages: each takes a while, and may fail, arrive late, twice, or
// without its sender's ever hearing so.
// Owns: what is under way. Does not own: what a receiver makes of it.
//
// T1. A sender hears of the end of each once, or is gone by then.
// T2. A receiver says at the beginning whether it needs one; by the time it has arrived it may have what it stands for.

import type { LogIndex, StoreId, Term } from '../../raft/types.ts';
import type { Prng } from '../../src/lib/prng.ts';
import type { Counters } from './counters.ts';
import { drawFrom, type TransferFaults } from './faults.ts';
import type { StateImage } from './state-machine.ts';
import type { VirtualTime } from './virtual-time.ts';

export interface Sending {
  readonly from: StoreId;
  readonly to: StoreId;
  /** Of the sender. */
  readonly term: Term;
  readonly image: StateImage;
  /** `index`: the receiver holds everything up to there; absent: it could not be sent. */
  readonly onEnd: (index: LogIndex | undefined) => void;
}

interface SimTransfersOptions {
  readonly time: VirtualTime;
  readonly prng: Prng;
  readonly counters: Counters;
  readonly faults: TransferFaults;
  readonly isCut: (link: { readonly from: StoreId; readonly to: StoreId }) => boolean;
  /** Up to where the receiver holds the log, if it needs no such snapshot; nothing when it wants it. */
  readonly held: (sending: Sending) => LogIndex | undefined;
  readonly offer: (sending: Sending, settle: (index: LogIndex | undefined) => void) => void;
}

export class SimTransfers {
  readonly #options: SimTransfersOptions;
  #faults: TransferFaults;
  readonly #underWay = new Set<Sending>();

  constructor(options: SimTransfersOptions) {
    this.#options = options;
    this.#faults = options.faults;
  }

  /** Some are under way, to anyone. */
  get isBusy(): boolean {
    return this.#underWay.size > 0;
  }

  /** Where they go. */
  get receivers(): readonly StoreId[] {
    return [...this.#underWay].map(({ to }) => to);
  }

  send(sending: Sending): void {
    const { prng, counters } = this.#options;
    counters.add('snapshots sent');
    this.#underWay.add(sending);
    this.#carry(sending, (index) => this.#end(sending, index));
    if (!prng.chance(this.#faults.twiceChance)) return;
    counters.add('snapshots sent twice');
    this.#carry(sending, () => undefined);
  }

  heal(faults: TransferFaults): void {
    this.#faults = faults;
  }

  #carry(sending: Sending, settle: (index: LogIndex | undefined) => void): void {
    const { time, prng, isCut, held, offer } = this.#options;
    const index = held(sending);
    time.after(drawFrom(prng, this.#faults.ms), () => {
      if (index !== undefined) settle(index);
      else if (isCut(sending) || prng.chance(this.#faults.failChance)) settle(undefined);
      else offer(sending, settle);
    });
  }

  /** What the receiver said may be lost on its way back. */
  #end(sending: Sending, said: LogIndex | undefined): void {
    const { time, prng, counters } = this.#options;
    const index = prng.chance(this.#faults.failChance) ? undefined : said;
    if (index === undefined) counters.add('snapshots that could not be sent');
    this.#underWay.delete(sending);
    time.after(drawFrom(prng, this.#faults.answerMs), () => sending.onEnd(index));
  }
}
