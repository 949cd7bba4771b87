// A course of events that chance hardly ever brings about, led step by step: a leader of five loses entries that one other peer
// holds, leads again and writes in their place; and then that other peer leads and commits them. Whoever still waits for those
// entries must not have been told that they will never be (P3 of src/peer/proposals.ts).
// Owns: who hears whom meanwhile. Does not own: anything else that goes wrong; its plan leaves that out (plan.ts).

import type { Prng } from '../../../src/lib/prng.ts';
import { drawFrom } from '../faults.ts';
import type { WholeCluster } from './cluster.ts';
import type { WholePeer } from './whole-peer.ts';

/** Less than any message takes: nobody hears of a new leader before it is cut off. */
const lookMs = 0.2;
/** How many writes a leader is given that it cannot have committed. */
const writes = 6;
/** A step that does not come about in this time ends it all. */
const stepMs = 600;

export class Overtaking {
  readonly #cluster: WholeCluster;
  readonly #prng: Prng;
  #stopped = false;

  constructor({ cluster, prng }: { cluster: WholeCluster; prng: Prng }) {
    this.#cluster = cluster;
    this.#prng = prng;
  }

  start(): void {
    this.#cluster.time.after(drawFrom(this.#prng, { from: 500, to: 1_500 }), () => this.#begin());
  }

  stop(): void {
    this.#stopped = true;
  }

  #begin(): void {
    const { founders, time, judge } = this.#cluster;
    const leader = founders.find(leads);
    const [holder, ...others] = founders.filter((peer) => peer !== leader);
    if (leader === undefined || holder === undefined) return time.after(50, () => this.#begin());
    const term = judge.lastTerm(leader.storeId);
    this.#part([leader, holder], others);
    this.#write(leader);
    this.#once(
      () => others.find(leads),
      (usurper) => {
        const voters = others.filter((peer) => peer !== usurper);
        this.#part([usurper], voters);
        this.#part([leader], [holder]);
        this.#join([usurper], [leader]);
        this.#once(
          () => judge.lastTerm(leader.storeId) > term,
          () => this.#leadAgain({ leader, usurper, holder, voters }),
        );
      },
    );
  }

  /** The leader has lost its entries to the usurper, which nobody else has heard. */
  #leadAgain(
    parts: Record<'leader' | 'usurper' | 'holder', WholePeer> & { voters: readonly WholePeer[] },
  ): void {
    const { leader, usurper, holder, voters } = parts;
    const { founders, situations, time } = this.#cluster;
    this.#part([usurper], [leader]);
    this.#join([leader], voters);
    this.#once(
      () => leads(leader),
      () => {
        this.#part([leader], voters);
        this.#write(leader);
        this.#join([holder], voters);
        this.#once(
          () => leads(holder),
          () => {
            situations.add('leaders that wrote in the place of what another committed');
            time.after(100, () => this.#join(founders, founders));
          },
        );
      },
    );
  }

  /** Goes on with what `look` finds, once it finds something. */
  #once<Found>(look: () => Found | undefined | false, act: (found: Found) => void): void {
    const { time, founders } = this.#cluster;
    const end = time.now + stepMs;
    const again = (): void => {
      const found = look();
      if (this.#stopped) return;
      if (found !== undefined && found !== false) act(found);
      else if (time.now < end) time.after(lookMs, again);
      else this.#join(founders, founders);
    };
    again();
  }

  #write(leader: WholePeer): void {
    const { clients, onBroken } = this.#cluster;
    leader.enter(() => {
      for (let count = 0; count < writes; count += 1) clients[0]?.write(leader).catch(onBroken);
    });
  }

  #part(some: readonly WholePeer[], others: readonly WholePeer[]): void {
    for (const one of some) for (const other of others) this.#cluster.links.cut(one.name, other.name);
  }

  #join(some: readonly WholePeer[], others: readonly WholePeer[]): void {
    for (const one of some)
      for (const other of others) if (one !== other) this.#cluster.links.mend(one.name, other.name);
  }
}

const leads = ({ peer }: WholePeer): boolean =>
  peer?.freshness().lastContactMs === 0 && peer.leaderApi() === undefined;
