// Brings a plan's faults about: crashes and restarts, stalls, cuts. Loss, delays and hangs are the parts' own.
// Owns: when which peer or link is struck. After `stop` nothing new is struck; what is down is started again.

import { assert, present } from '../../src/lib/assert.ts';
import type { StoreId } from '../../raft/types.ts';
import type { Prng } from '../../src/lib/prng.ts';
import { Ambushes, type Link } from './ambushes.ts';
import type { SimCluster } from './cluster.ts';
import { drawFrom, type FaultPlan, type Recurring } from './faults.ts';
import { MemberNemesis } from './member-nemesis.ts';
import type { SimPeer } from './peer.ts';

/** Of a crash, found out every few ms, while a snapshot is being installed. */
const installCrashChance = 0.3;

export class Nemesis {
  readonly #cluster: SimCluster;
  readonly #plan: FaultPlan;
  readonly #prng: Prng;
  readonly #members: MemberNemesis | undefined;
  readonly #ambushes: Ambushes;
  #stopped = false;

  constructor(options: { cluster: SimCluster; plan: FaultPlan; prng: Prng }) {
    this.#cluster = options.cluster;
    this.#plan = options.plan;
    this.#prng = options.prng;
    const { members: changes, raft } = options.plan;
    this.#members = changes === undefined ? undefined : new MemberNemesis({ ...options, changes });
    this.#ambushes = new Ambushes({
      ...options,
      electionMaxMs: raft.electionMaxMs,
      members: this.#members,
      cut: (links, lastsMs) => this.#cutAll(links, lastsMs),
      crash: (peer, downMs) => this.#crash(peer, downMs),
      isOver: () => this.#stopped,
    });
  }

  start(): void {
    const { crash, stall, cut, transferEveryMs, members, damage, distrust, fill, part, strand } = this.#plan;
    const { crashAtPersistChance, crashLeaderChance, crashInElectionChance, deafenLeaderChance } = this.#plan;
    const { isolateChance, deposeSenderChance, forgetChance, belateChance, crashReceiverChance } = this.#plan;
    if (crash !== undefined) this.#recur(crash, (ms) => this.#crashSome(ms));
    if (stall !== undefined) this.#recur(stall, (ms) => this.#stallSome(ms));
    if (cut !== undefined) this.#recur(cut, (ms) => this.#cutSome(ms));
    if (damage !== undefined) this.#recur(damage, (ms) => this.#damageSome(ms));
    if (damage !== undefined && forgetChance > 0) this.#watch(() => this.#ambushes.makeForget(forgetChance));
    if (belateChance > 0) this.#watch(() => this.#ambushes.belate(belateChance));
    if (crashReceiverChance > 0) this.#watch(() => this.#ambushes.crashReceiver(crashReceiverChance));
    if (isolateChance > 0) this.#watch(() => this.#ambushes.isolate(isolateChance));
    if (deposeSenderChance > 0) this.#watch(() => this.#ambushes.deposeSender(deposeSenderChance));
    if (distrust !== undefined) this.#recur(distrust, (ms) => this.#distrustSome(ms));
    if (fill !== undefined) this.#recur(fill, (ms) => this.#fillSome(ms));
    if (transferEveryMs !== undefined) this.#every(transferEveryMs, () => this.#transferSome());
    if (members !== undefined) this.#every(members.everyMs, () => this.#members?.strike());
    if (part !== undefined) this.#recur(part, (ms) => this.#ambushes.part(ms));
    if (strand !== undefined) this.#recur(strand, (ms) => this.#ambushes.strand(ms));
    if (deafenLeaderChance > 0) this.#watch(() => this.#ambushes.deafen(deafenLeaderChance));
    if (crashAtPersistChance > 0) this.#watch(() => this.#crashBusyDisks(crashAtPersistChance));
    if (crashLeaderChance > 0) this.#watch(() => this.#crashLeaders(crashLeaderChance));
    if (crashInElectionChance > 0) this.#watch(() => this.#crashVoters(crashInElectionChance));
  }

  /** Everything that is down comes up, and every disk has room. */
  stop(): void {
    this.#stopped = true;
    for (const peer of this.#cluster.peers) {
      peer.fill(false);
      peer.distrust(false);
      if (!peer.up && !this.#cluster.isRetired(peer)) peer.start();
    }
  }

  #recur(recurring: Recurring, strike: (lastsMs: number) => void): void {
    this.#every(recurring.everyMs, () => strike(drawFrom(this.#prng, recurring.lastsMs)));
  }

  #every(everyMs: number, strike: () => void): void {
    this.#cluster.time.after(drawFrom(this.#prng, { from: 0, to: 2 * everyMs }), () => {
      if (this.#stopped) return;
      strike();
      this.#every(everyMs, strike);
    });
  }

  /** Tells whoever leads to hand over: to whom it likes, or to somebody drawn, perhaps itself. */
  #transferSome(): void {
    const to = this.#prng.chance(0.5) ? undefined : this.#drawPeer().storeId;
    for (const peer of this.#cluster.peers) {
      if (peer.leads) peer.transfer(to);
    }
  }

  #crashSome(downMs: number): void {
    if (this.#prng.chance(0.1)) {
      this.#cluster.counters.add('crashes of all peers at once');
      for (const peer of this.#cluster.peers) this.#crash(peer, downMs);
    } else {
      this.#crash(this.#drawPeer(), downMs);
    }
  }

  #crash(peer: SimPeer, downMs: number): void {
    if (!peer.up) return;
    peer.crash();
    if (this.#plan.noticeDeaths) this.#tellOfDeath(peer);
    this.#cluster.time.after(downMs, () => {
      if (!peer.up && !this.#cluster.isRetired(peer)) peer.start();
    });
  }

  /** Its process dies, its disk loses something, and it comes back from what is left. Half of the time it is about to be a voter. */
  #damageSome(downMs: number): void {
    const leader = this.#cluster.peers.find(({ leads }) => leads);
    const joining = leader?.status?.configuration.learners.find(({ wants }) => wants === 'voter');
    const isJoining = joining !== undefined && this.#prng.chance(0.5);
    const peer = isJoining ? this.#cluster.peer(joining.storeId) : this.#drawPeer();
    if (this.#cluster.isRetired(peer) || !this.#cluster.mayBeDamaged()) return;
    if (peer.up) this.#crash(peer, downMs);
    peer.damage();
  }

  /** Half of the time whoever leads, for less than it takes to be given up. */
  #stallSome(ms: number): void {
    const leader = this.#cluster.peers.find(({ leads }) => leads);
    const { heartbeatMs, electionMinMs } = this.#plan.raft;
    if (leader === undefined || this.#prng.chance(0.5)) this.#drawPeer().stall(ms);
    else leader.stall(drawFrom(this.#prng, { from: heartbeatMs, to: electionMinMs }));
  }

  #distrustSome(lastsMs: number): void {
    const peer = this.#drawPeer();
    peer.distrust(true);
    this.#cluster.time.after(lastsMs, () => peer.distrust(false));
  }

  #fillSome(lastsMs: number): void {
    const peer = this.#drawPeer();
    peer.fill(true);
    this.#cluster.time.after(lastsMs, () => peer.fill(false));
  }

  /** The others notice, unless the peer is back before they do. */
  #tellOfDeath(dead: SimPeer): void {
    for (const peer of this.#cluster.peers) {
      if (peer === dead) continue;
      this.#cluster.time.after(drawFrom(this.#prng, { from: 0.2, to: 30 }), () => {
        if (dead.up) return;
        const isLeader = peer.status?.leader === dead.storeId;
        if (isLeader) this.#cluster.counters.add('deaths of a leader noticed by its followers');
        peer.onPeerLost(dead.storeId);
      });
    }
  }

  /** Looks often, and sometimes strikes. */
  #watch(look: () => void): void {
    this.#cluster.time.after(drawFrom(this.#prng, { from: 0, to: 10 }), () => {
      if (this.#stopped) return;
      look();
      this.#watch(look);
    });
  }

  #crashBusyDisks(chance: number): void {
    for (const peer of this.#cluster.peers) {
      if (!peer.diskBusy || !this.#prng.chance(peer.installing ? installCrashChance : chance)) continue;
      this.#crash(peer, drawFrom(this.#prng, { from: 1, to: this.#plan.raft.heartbeatMs }));
    }
  }

  /** What is under way when a leader dies is where elections must get it right (§5.4). */
  #crashLeaders(chance: number): void {
    for (const peer of this.#cluster.peers) {
      const { status } = peer;
      const isBusy = status?.role === 'leader' && status.commit < status.lastIndex;
      if (!isBusy || !this.#prng.chance(chance)) continue;
      this.#cluster.counters.add('crashes of a leader with entries under way');
      this.#crash(peer, drawFrom(this.#prng, { from: 1, to: 3 * this.#plan.raft.electionMaxMs }));
    }
  }

  #crashVoters(chance: number): void {
    const { peers, counters } = this.#cluster;
    const isElection = peers.some((peer) => peer.status?.role === 'candidate');
    if (!isElection || !this.#prng.chance(chance)) return;
    const peer = this.#drawPeer();
    if (!peer.up) return;
    counters.add('crashes during an election');
    this.#crash(peer, drawFrom(this.#prng, { from: 0, to: 3 }));
  }

  #cutSome(lastsMs: number): void {
    this.#cutAll(this.#drawLinks(), lastsMs);
  }

  #cutAll(links: readonly Link[], lastsMs: number): void {
    if (this.#stopped) return;
    this.#cluster.trace.note(this.#cluster.time.now, 'cut', ...links.map(({ from, to }) => `${from}>${to}`));
    for (const link of links) this.#cluster.network.cut(link);
    this.#cluster.time.after(lastsMs, () => {
      if (this.#stopped) return; // everything is mended
      for (const link of links) this.#cluster.network.mend(link);
    });
  }

  #drawLinks(): readonly Link[] {
    const ids = this.#drawOrder();
    const all = ids.flatMap((from) => ids.filter((to) => to !== from).map((to) => ({ from, to })));
    assert(all.length > 0, 'a cluster has links');
    if (this.#prng.chance(0.1)) {
      this.#cluster.counters.add('cuts of all links');
      return all;
    }
    if (this.#prng.chance(0.5)) {
      this.#cluster.counters.add('one-way cuts');
      const { from, to } = present(all[0], 'a cluster has links');
      return [this.#prng.chance(0.5) ? { from, to } : { from: to, to: from }];
    }
    const [some, other] = this.#drawSides(ids);
    return all.filter(
      ({ from, to }) =>
        (some.includes(from) && other.includes(to)) || (other.includes(from) && some.includes(to)),
    );
  }

  /** The peers in an order in which half of the time one that leads comes first: to hurt it hurts most. */
  #drawOrder(): readonly StoreId[] {
    const { peers } = this.#cluster;
    const leader = peers.findIndex((peer) => peer.leads);
    const drawn = this.#prng.int({ from: 0, to: peers.length });
    const first = leader >= 0 && this.#prng.chance(0.5) ? leader : drawn;
    const turned = [...peers.slice(first), ...peers.slice(0, first)].map((peer) => peer.storeId);
    const [head, ...rest] = turned;
    const others = this.#prng.chance(0.5) ? rest : rest.toReversed();
    return head === undefined ? others : [head, ...others];
  }

  /** Two groups that hear nothing of each other; between two single peers, everyone else hears both. */
  #drawSides(ids: readonly StoreId[]): readonly [readonly StoreId[], readonly StoreId[]] {
    const { counters } = this.#cluster;
    if (this.#prng.chance(0.4)) {
      counters.add('cuts between two peers');
      return [ids.slice(0, 1), ids.slice(1, 2)];
    }
    counters.add('splits');
    const size = this.#prng.int({ from: 1, to: ids.length });
    return [ids.slice(0, size), ids.slice(size)];
  }

  #drawPeer(): SimPeer {
    const { peers } = this.#cluster;
    return present(peers[this.#prng.int({ from: 0, to: peers.length })], 'a cluster has peers');
  }
}
