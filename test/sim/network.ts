// The simulated network: messages between peers, each on a one-way link of its own.
// Owns: what is under way, which links are cut. Does not own: who listens.
//
// N1. What is delivered is a copy: nothing that a sender does later can change what was sent, nor may a receiver lean on
//     getting the very same object twice.
// N2. A cut loses what is sent while it lasts; what was under way before still arrives.

import type { Entry, Message, StoreId } from '../../raft/types.ts';
import type { Prng } from '../../src/lib/prng.ts';
import type { Counters } from './counters.ts';
import { drawFrom, type NetworkFaults } from './faults.ts';
import type { VirtualTime } from './virtual-time.ts';

/** Freezes what a core handed out: if it changes it later, that throws. */
export function freezeEntries(entries: readonly Entry[]): void {
  Object.freeze(entries);
  for (const entry of entries) {
    Object.freeze(entry.payload);
    Object.freeze(entry);
  }
}

function copyOf(message: Message): Message {
  if (message.kind !== 'appendRequest') return { ...message };
  return { ...message, entries: message.entries.map((entry) => ({ ...entry })) };
}

export class SimNetwork {
  readonly #time: VirtualTime;
  readonly #prng: Prng;
  readonly #counters: Counters;
  readonly #deliver: (message: Message) => void;
  #faults: NetworkFaults;
  readonly #cut = new Set<string>();
  /** When the latest message on each link arrives. */
  readonly #latest = new Map<string, number>();

  constructor(options: {
    time: VirtualTime;
    prng: Prng;
    counters: Counters;
    faults: NetworkFaults;
    deliver: (message: Message) => void;
  }) {
    this.#time = options.time;
    this.#prng = options.prng;
    this.#counters = options.counters;
    this.#faults = options.faults;
    this.#deliver = options.deliver;
  }

  send(message: Message): void {
    if (message.kind === 'appendRequest') freezeEntries(message.entries);
    Object.freeze(message);
    if (this.#cut.has(linkOf(message)) || this.#prng.chance(this.#faults.lossChance)) {
      this.#counters.add('messages lost');
      return;
    }
    this.#carry(message);
    if (!this.#prng.chance(this.#faults.duplicateChance)) return;
    this.#counters.add('messages duplicated');
    this.#carry(message);
  }

  /** Cuts the link from `from` to `to`, in that direction only. */
  cut(link: { readonly from: StoreId; readonly to: StoreId }): void {
    this.#cut.add(linkOf(link));
  }

  isCut(link: { readonly from: StoreId; readonly to: StoreId }): boolean {
    return this.#cut.has(linkOf(link));
  }

  mend(link: { readonly from: StoreId; readonly to: StoreId }): void {
    this.#cut.delete(linkOf(link));
  }

  /** From now on no link is cut, and messages fare as `faults` says. */
  heal(faults: NetworkFaults): void {
    this.#cut.clear();
    this.#faults = faults;
  }

  #carry(message: Message): void {
    const link = linkOf(message);
    const slow = this.#prng.chance(this.#faults.slowChance);
    const delayMs = drawFrom(this.#prng, slow ? this.#faults.slowMs : this.#faults.delayMs);
    const latest = this.#latest.get(link) ?? 0;
    let at = this.#time.now + delayMs;
    if (at < latest && !this.#faults.reorder) at = latest;
    if (at < latest) this.#counters.add('messages overtaken');
    this.#latest.set(link, Math.max(at, latest));
    this.#time.after(at - this.#time.now, () => this.#deliver(copyOf(message)));
  }
}

function linkOf(link: { readonly from: StoreId; readonly to: StoreId }): string {
  return `${link.from}>${link.to}`;
}
