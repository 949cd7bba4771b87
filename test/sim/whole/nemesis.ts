// Brings faults over whole peers: kills, power cuts, shut-downs, stalls, clock jumps, cuts between two of them, nodes cut off.
// Owns: when whom. After `stop` nothing new is struck, and what is down is started again.

import { present } from '../../../src/lib/assert.ts';
import { limits } from '../../../src/lib/limits.ts';
import type { Prng } from '../../../src/lib/prng.ts';
import { drawFrom, type Recurring } from '../faults.ts';
import type { WholeCluster } from './cluster.ts';
import type { WholePlan } from './plan.ts';
import type { WholePeer } from './whole-peer.ts';

export class WholeNemesis {
  readonly #cluster: WholeCluster;
  readonly #plan: WholePlan;
  readonly #prng: Prng;
  #stopped = false;

  constructor(options: { cluster: WholeCluster; plan: WholePlan; prng: Prng }) {
    this.#cluster = options.cluster;
    this.#plan = options.plan;
    this.#prng = options.prng;
  }

  start(): void {
    const { crash, stall, cut, fill, crashAtPersistChance, flapEveryMs } = this.#plan;
    if (crash !== undefined) this.#recur(crash, (ms) => this.#crashSome(ms));
    if (stall !== undefined) this.#recur(stall, (ms) => this.#stallSome(ms));
    if (cut !== undefined) this.#recur(cut, (ms) => this.#cutSome(ms));
    if (fill !== undefined) this.#recur(fill, (ms) => this.#fillSome(ms));
    if (flapEveryMs !== undefined) this.#flap(this.#drawPeer(), flapEveryMs);
    if (crashAtPersistChance > 0) this.#watchDisks(crashAtPersistChance);
    if (this.#prng.chance(0.6)) this.#silenceAgent();
    if (this.#prng.chance(0.2)) {
      this.#recur({ everyMs: 1_000, lastsMs: { from: -100_000, to: 100_000 } }, (ms) =>
        this.#drawPeer().jump(ms),
      );
    }
  }

  /** Everything that is down comes up. */
  stop(): void {
    this.#stopped = true;
    for (const peer of this.#cluster.peers) if (peer.isDown) peer.start();
  }

  #recur(recurring: Recurring, strike: (lastsMs: number) => void): void {
    const { everyMs, lastsMs } = recurring;
    this.#cluster.time.after(drawFrom(this.#prng, { from: 0, to: 2 * everyMs }), () => {
      if (this.#stopped) return;
      strike(drawFrom(this.#prng, lastsMs));
      this.#recur(recurring, strike);
    });
  }

  /** Looks often, and sometimes strikes a peer that is writing. */
  #watchDisks(chance: number): void {
    this.#cluster.time.after(drawFrom(this.#prng, { from: 0, to: 10 }), () => {
      if (this.#stopped) return;
      for (const peer of this.#cluster.peers) {
        if (!peer.isBusy || !this.#prng.chance(chance)) continue;
        this.#crash(peer, this.#prng.chance(0.7) ? 'power' : 'killed', this.#plan.raft.heartbeatMs);
      }
      this.#watchDisks(chance);
    });
  }

  #crashSome(downMs: number): void {
    if (this.#prng.chance(0.1)) {
      this.#cluster.situations.add('power cuts of all peers at once');
      for (const peer of this.#cluster.peers) this.#crash(peer, 'power', downMs);
    } else if (this.#prng.chance(0.3)) {
      const leader = this.#cluster.peers.find(({ peer }) => peer?.controlTerm() !== undefined);
      (leader !== undefined && this.#prng.chance(0.5) ? leader : this.#drawPeer()).shutDown();
    } else {
      this.#crash(this.#drawPeer(), this.#prng.chance(0.5) ? 'power' : 'killed', downMs);
    }
  }

  /**
   * Some are back before anyone has missed them: what was on its way to the run before meets the new one. Whose disk has gone
   * back is left alone: with every start its run comes nearer to those that others remember.
   */
  #crash(peer: WholePeer, how: 'killed' | 'power', downMs: number): void {
    if (peer.isDown || peer.isOutdated) return;
    peer.crash(how);
    const delayMs = this.#prng.chance(0.3) ? drawFrom(this.#prng, { from: 1, to: 30 }) : downMs;
    this.#cluster.time.after(delayMs, () => {
      if (peer.isDown) peer.start();
    });
  }

  /** A leader for so long, often, that others elect another one meanwhile. */
  #stallSome(ms: number): void {
    const leader = this.#cluster.peers.find(({ peer }) => peer?.controlTerm() !== undefined);
    if (leader === undefined || this.#prng.chance(0.5)) this.#drawPeer().stall(ms);
    else leader.stall(ms + this.#prng.fraction() * 2 * this.#plan.raft.electionMaxMs);
  }

  #fillSome(lastsMs: number): void {
    const peer = this.#drawPeer();
    peer.fill(true);
    this.#cluster.time.after(lastsMs, () => peer.fill(false));
  }

  /** One peer does not come to rest: killed, and back at once, again and again. */
  #flap(peer: WholePeer, everyMs: number): void {
    const { time } = this.#cluster;
    time.after(drawFrom(this.#prng, { from: everyMs / 2, to: everyMs * 1.5 }), () => {
      if (this.#stopped) return;
      this.#crash(peer, 'killed', 1);
      this.#flap(peer, everyMs);
    });
  }

  /** Long enough for its replicas to be given up, and started elsewhere. */
  #silenceAgent(): void {
    const { agents, time, situations } = this.#cluster;
    const agent = present(agents[this.#prng.int({ from: 0, to: agents.length })], 'there are agents');
    time.after(drawFrom(this.#prng, { from: 500, to: 4_000 }), () => {
      if (this.#stopped) return;
      situations.add('nodes cut off');
      agent.silence(limits.nodeDownMs + drawFrom(this.#prng, { from: 2_000, to: 7_000 }));
    });
  }

  #cutSome(lastsMs: number): void {
    const { peers, links, situations, time } = this.#cluster;
    const lonely = this.#drawPeer();
    const others = peers.filter((peer) => peer !== lonely);
    const cut = this.#prng.chance(0.5) ? others : others.slice(0, 1);
    situations.add('cuts between two peers', cut.length);
    for (const other of cut) links.cut(lonely.name, other.name);
    time.after(lastsMs, () => {
      for (const other of cut) links.mend(lonely.name, other.name);
    });
  }

  #drawPeer(): WholePeer {
    const { peers } = this.#cluster;
    return present(peers[this.#prng.int({ from: 0, to: peers.length })], 'a cluster has peers');
  }
}
