// The simulated network: messages between peers, each on a one-way link of its own.
// Owns: what is under way, which links are cut. Does not own: who listens.
//
// N1. What is sent is frozen, and its entries are: nothing that anyone does later can change it. (Why no copy: copies of
//     frozen objects took a tenth of a run.)
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

/** One direction between two peers. */
interface OneWay {
  isCut: boolean;
  /** When the latest message on it arrives. */
  latest: number;
  /** What is sent on it before `until` takes `laterMs` more than usual. */
  held: { readonly until: number; readonly laterMs: number };
}

export class SimNetwork {
  readonly #time: VirtualTime;
  readonly #prng: Prng;
  readonly #counters: Counters;
  readonly #deliver: (message: Message) => void;
  #faults: NetworkFaults;
  /** By sender and receiver. */
  readonly #links = new Map<StoreId, Map<StoreId, OneWay>>();

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
    const link = this.#linkOf(message);
    if (link.isCut || this.#prng.chance(this.#faults.lossChance)) {
      this.#counters.add('messages lost');
      return;
    }
    this.#carry(message, link);
    if (!this.#prng.chance(this.#faults.duplicateChance)) return;
    this.#counters.add('messages duplicated');
    this.#carry(message, link);
  }

  /** Cuts the link from `from` to `to`, in that direction only. */
  cut(link: { readonly from: StoreId; readonly to: StoreId }): void {
    this.#linkOf(link).isCut = true;
  }

  isCut(link: { readonly from: StoreId; readonly to: StoreId }): boolean {
    return this.#linkOf(link).isCut;
  }

  mend(link: { readonly from: StoreId; readonly to: StoreId }): void {
    this.#linkOf(link).isCut = false;
  }

  /** What is sent on the link during the next `ms` arrives `laterMs` later than it would; what is sent after that may overtake it. */
  hold(link: { readonly from: StoreId; readonly to: StoreId }, ms: number, laterMs: number): void {
    this.#linkOf(link).held = { until: this.#time.now + ms, laterMs };
  }

  /** From now on no link is cut, and messages fare as `faults` says. */
  heal(faults: NetworkFaults): void {
    for (const links of this.#links.values()) for (const link of links.values()) link.isCut = false;
    this.#faults = faults;
  }

  #carry(message: Message, link: OneWay): void {
    const slow = this.#prng.chance(this.#faults.slowChance);
    const delayMs = drawFrom(this.#prng, slow ? this.#faults.slowMs : this.#faults.delayMs);
    const { now } = this.#time;
    let at = now + delayMs + (now < link.held.until ? link.held.laterMs : 0);
    if (at < link.latest && !this.#faults.reorder) at = link.latest;
    if (at < link.latest) this.#counters.add('messages overtaken');
    link.latest = Math.max(at, link.latest);
    this.#time.after(at - now, () => this.#deliver(message));
  }

  #linkOf({ from, to }: { readonly from: StoreId; readonly to: StoreId }): OneWay {
    const links = this.#links.get(from) ?? new Map<StoreId, OneWay>();
    if (!this.#links.has(from)) this.#links.set(from, links);
    const known = links.get(to);
    if (known !== undefined) return known;
    const link = { isCut: false, latest: 0, held: { until: 0, laterMs: 0 } };
    links.set(to, link);
    return link;
  }
}
