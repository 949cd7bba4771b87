// What it takes to lead whole peers into one course of events, step by step: who hears whom, what is written, and waiting for what
// the next step needs.
// Owns: when a course begins, and its end: once it is stopped, no step begins. Does not own: the steps (courses/).

import type { Prng } from '../../../src/lib/prng.ts';
import { drawFrom } from '../faults.ts';
import type { WholeCluster } from './cluster.ts';
import type { WholePeer } from './whole-peer.ts';

/** Less than any message takes: nobody hears of a new leader before it is cut off. */
const lookMs = 0.2;

/** When a course begins, in virtual ms. */
const beginsMs = { from: 500, to: 1_500 };

const bursts = 5;
const burstMs = 60;

export class Stage {
  readonly cluster: WholeCluster;
  readonly fillMs = bursts * burstMs;
  #stopped = false;

  constructor(cluster: WholeCluster) {
    this.cluster = cluster;
  }

  stop(): void {
    this.#stopped = true;
  }

  /** Begins with the first leader there is after `delayMs`, and the other founders. */
  begin(delayMs: number, act: (leader: WholePeer, others: readonly WholePeer[]) => void): void {
    const { founders, time } = this.cluster;
    time.after(delayMs, () => {
      const leader = founders.find(leads);
      if (this.#stopped) return;
      if (leader === undefined) return this.begin(50, act);
      act(
        leader,
        founders.filter((peer) => peer !== leader),
      );
    });
  }

  /** Goes on with what `look` finds, if it finds something within `withinMs`. */
  once<Found>(withinMs: number, look: () => Found | undefined | false, act: (found: Found) => void): void {
    const { time } = this.cluster;
    const end = time.now + withinMs;
    const again = (): void => {
      const found = look();
      if (this.#stopped) return;
      if (found !== undefined && found !== false) act(found);
      else if (time.now < end) time.after(lookMs, again);
      else this.joinAll();
    };
    again();
  }

  after(delayMs: number, act: () => void): void {
    this.cluster.time.after(delayMs, () => {
      if (!this.#stopped) act();
    });
  }

  /** A client writes so often through `target`, all at once. */
  write(target: WholePeer, times: number): void {
    const { clients, onBroken } = this.cluster;
    target.enter(() => {
      if (target.peer === undefined) return;
      for (let count = 0; count < times; count += 1) clients[0]?.write(target).catch(onBroken);
    });
  }

  part(some: readonly WholePeer[], others: readonly WholePeer[]): void {
    for (const one of some) for (const other of others) this.cluster.links.cut(one.name, other.name);
  }

  /** What was under way between them is lost. */
  sever(some: readonly WholePeer[], others: readonly WholePeer[]): void {
    for (const one of some) for (const other of others) this.cluster.links.sever(one.name, other.name);
  }

  join(some: readonly WholePeer[], others: readonly WholePeer[]): void {
    for (const one of some)
      for (const other of others) if (one !== other) this.cluster.links.mend(one.name, other.name);
  }

  joinAll(): void {
    this.join(this.cluster.founders, this.cluster.founders);
  }

  /** Its process dies, and is back after `downMs`. */
  kill(peer: WholePeer, downMs: number, how: 'killed' | 'power' = 'killed'): void {
    peer.crash(how);
    this.cluster.time.after(downMs, () => {
      if (peer.isDown) peer.start();
    });
  }

  /** `victim` hears none of `others` until the log of `leader`, one of them, begins behind all that it holds. */
  leaveBehind(
    { victim, leader, others }: { victim: WholePeer; leader: WholePeer; others: readonly WholePeer[] },
    act: () => void,
  ): void {
    const { judge } = this.cluster;
    this.sever([victim], others);
    this.fillLogs(leader);
    this.once(
      1_500,
      () => (leader.run?.logBase() ?? 0) > judge.lastIndex(victim.storeId),
      () => {
        this.join([victim], others);
        act();
      },
    );
  }

  /** Acts in the moment in which `victim` has taken in a snapshot, before it is installed. */
  onTaken(victim: WholePeer, act: () => void): void {
    const receives = (): boolean => this.cluster.receives(victim.storeId);
    this.once(1_500, receives, () => this.once(1_500, () => !receives(), act));
  }

  /** Within {@link fillMs} so much is written that the log grows by several segments. */
  fillLogs(leader: WholePeer): void {
    for (let burst = 0; burst < bursts; burst += 1) this.after(burst * burstMs, () => this.write(leader, 20));
  }
}

export const leads = ({ peer }: WholePeer): boolean =>
  peer?.freshness().lastContactMs === 0 && peer.leaderApi() === undefined;

/** A course of events around whoever leads first. One that does not come about ends, and leaves all links mended. */
export abstract class Course {
  protected readonly stage: Stage;
  protected readonly prng: Prng;

  constructor({ cluster, prng }: { readonly cluster: WholeCluster; readonly prng: Prng }) {
    this.stage = new Stage(cluster);
    this.prng = prng;
  }

  start(): void {
    this.stage.begin(drawFrom(this.prng, beginsMs), (leader, others) => this.play(leader, others));
  }

  stop(): void {
    this.stage.stop();
  }

  /** `others`: the founders beside the leader. */
  protected abstract play(leader: WholePeer, others: readonly WholePeer[]): void;
}
