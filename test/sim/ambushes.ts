// Faults that wait for their moment: schedules that chance alone would hardly ever bring about, each around a leader.
// Owns: when the moment has come, and who is struck. Does not own: cuts and crashes themselves (nemesis.ts).

import type { StoreId } from '../../raft/types.ts';
import { present } from '../../src/lib/assert.ts';
import type { Prng } from '../../src/lib/prng.ts';
import type { SimCluster } from './cluster.ts';
import type { Situation } from './counters.ts';
import { drawFrom } from './faults.ts';
import type { MemberNemesis } from './member-nemesis.ts';
import type { SimPeer } from './peer.ts';

export interface Link {
  readonly from: StoreId;
  readonly to: StoreId;
}

interface AmbushOptions {
  readonly cluster: SimCluster;
  readonly prng: Prng;
  readonly electionMaxMs: number;
  readonly members: MemberNemesis | undefined;
  readonly cut: (links: readonly Link[], lastsMs: number) => void;
  readonly crash: (peer: SimPeer, downMs: number) => void;
  /** Nobody is struck any more. */
  readonly isOver: () => boolean;
}

/** What a leader that is cut off is still told to write: its log grows into what will be another's. */
const strandedWrites = 20;

/** For so long what a peer says is held back, and so much later it arrives: later than its next run is heard. In virtual ms. */
const belatedMs = { from: 10, to: 100 };
const belatedByMs = { from: 40, to: 90 };

export class Ambushes {
  readonly #options: AmbushOptions;
  /** Whose word is held back. */
  readonly #belated = new Set<SimPeer>();

  constructor(options: AmbushOptions) {
    this.#options = options;
  }

  /** A leader and one of the others hear nothing of each other; everyone else hears both. */
  part(lastsMs: number): void {
    const leader = this.#leader;
    const other = this.#drawOf(this.#others(leader));
    if (leader !== undefined && other !== undefined) this.#options.cut(bothWays(leader, [other]), lastsMs);
  }

  /** Whoever leads has just begun to change the members, and to write, when nobody hears it any more. */
  strand(lastsMs: number): void {
    const leader = this.#leader;
    if (leader === undefined) return;
    const { cluster, prng, members, cut } = this.#options;
    cluster.counters.add('leaders cut off as they change the members');
    const isOneOfTwo = leader.status?.configuration.voters.length === 2; // neither leads without the other's word
    const isLeaving = prng.chance(isOneOfTwo ? 0.8 : 0.3);
    if (isLeaving) members?.askToLeave(leader);
    else members?.ask(leader);
    const writes = prng.chance(0.3) ? 5 * strandedWrites : strandedWrites;
    for (let written = 0; written < writes; written += 1) {
      leader.write(cluster.nextNumber(), 8, () => undefined);
    }
    const others = this.#others(leader);
    const unheard = others.map((peer) => linkOf(leader, peer)); // it still hears that the joint configuration has arrived
    const links = isLeaving ? unheard : bothWays(leader, others);
    cluster.time.after(drawFrom(prng, { from: 0, to: 3 }), () => cut(links, lastsMs));
  }

  /** A joint configuration is in the log of its leader, and hardly anywhere else; then others lead, and later it does again. */
  isolate(chance: number): void {
    const { cluster, prng, electionMaxMs, cut } = this.#options;
    for (const leader of cluster.peers.filter(({ leads }) => leads)) {
      const { configuration, commit } = present(leader.status, 'whoever leads is up');
      if (configuration.outgoing.length === 0 || configuration.index <= commit || !prng.chance(chance))
        continue;
      cluster.counters.add('leaders cut off with a joint configuration');
      const lastsMs = drawFrom(prng, { from: electionMaxMs, to: 3 * electionMaxMs });
      cut(bothWays(leader, this.#others(leader)), lastsMs);
      const laterMs = lastsMs + drawFrom(prng, { from: 1, to: electionMaxMs });
      cluster.time.after(laterMs, () => this.#leader?.transfer(leader.storeId));
    }
  }

  /** Who takes in a snapshot hears of another term while it comes, and may still be writing that down when it has come. */
  deposeSender(chance: number): void {
    const { cluster, prng, electionMaxMs } = this.#options;
    if (!cluster.transfers.isBusy || !prng.chance(chance)) return;
    cluster.counters.add('leaders told to hand over while a snapshot is under way');
    this.#leader?.transfer(undefined);
    if (prng.chance(0.5)) return;
    for (const storeId of cluster.transfers.receivers) {
      cluster.peer(storeId).hangDisk(drawFrom(prng, { from: 0, to: electionMaxMs }));
    }
  }

  /** From the moment at which somebody else campaigns a leader hears nobody, or only one, and goes on speaking. */
  deafen(chance: number): void {
    const { cluster, prng, electionMaxMs, cut } = this.#options;
    const isContested = cluster.peers.some(({ status }) => status?.role.endsWith('andidate') === true);
    const leader = this.#leader;
    if (leader === undefined || !isContested || !prng.chance(chance)) return;
    cluster.counters.add('leaders gone deaf while another campaigns');
    const others = this.#others(leader);
    const heard = prng.chance(0.5) ? this.#drawOf(others) : undefined;
    const links = others.filter((peer) => peer !== heard).map((peer) => linkOf(peer, leader));
    cut(links, drawFrom(prng, { from: 10, to: electionMaxMs }));
  }

  /**
   * While two peers lead, one of the others loses its disk and comes back at once, where only the older leader hears it: it
   * has forgotten that it elected the newer one.
   */
  makeForget(chance: number): void {
    const { cluster, prng, electionMaxMs, cut, crash } = this.#options;
    const leaders = cluster.peers.filter(({ leads }) => leads);
    const newest = leaders.toSorted((a, b) => (b.status?.term ?? 0) - (a.status?.term ?? 0))[0];
    const victim = this.#drawOf(cluster.peers.filter((peer) => !peer.leads && peer.up));
    if (leaders.length < 2 || victim === undefined || newest === undefined) return;
    if (!cluster.mayBeDamaged() || !prng.chance(chance)) return;
    cluster.counters.add('peers that forgot whom they elected');
    const older = leaders.filter((leader) => leader !== newest);
    for (const link of bothWays(victim, older)) cluster.network.mend(link);
    cut(bothWays(newest, [victim, ...older]), electionMaxMs);
    crash(victim, drawFrom(prng, { from: 0, to: 3 }));
    victim.damage();
  }

  /**
   * What a follower says arrives late, and before it does its disk has lost what it said of it. Half of the others' words are not
   * heard meanwhile: the leader needs that one's. A learner about to be a voter is struck when it is impaired already.
   */
  belate(chance: number): void {
    const { cluster, prng, electionMaxMs, cut } = this.#options;
    const leader = this.#leader;
    const { configuration } = leader?.status ?? {};
    if (leader === undefined || configuration === undefined) return;
    const learner = configuration.learners.find(({ wants }) => wants === 'voter');
    const joining = learner === undefined ? undefined : cluster.peer(learner.storeId);
    if (joining?.up === true && cluster.isImpaired(joining)) {
      if (prng.chance(chance))
        this.#belate(joining, leader, 'learners that forgot what they are still saying');
      return;
    }
    if (configuration.voters.length !== 3 || configuration.outgoing.length > 0) return;
    const victim = this.#drawOf(this.#others(leader).filter(({ up }) => up));
    if (victim === undefined || this.#belated.size > 0) return;
    if (!cluster.mayBeDamaged() || !prng.chance(chance)) return;
    const unheard = this.#others(leader).filter((peer) => peer !== victim);
    cut(bothWays(leader, unheard), electionMaxMs);
    this.#belate(victim, leader, 'peers that forgot what they are still saying');
  }

  #belate(victim: SimPeer, leader: SimPeer, situation: Situation): void {
    const { cluster, prng, crash, isOver } = this.#options;
    const ms = drawFrom(prng, belatedMs);
    cluster.network.hold(linkOf(victim, leader), ms, drawFrom(prng, belatedByMs));
    this.#belated.add(victim);
    cluster.time.after(ms, () => {
      this.#belated.delete(victim);
      if (isOver() || !victim.up || !(cluster.mayBeDamaged() || cluster.isImpaired(victim))) return;
      cluster.counters.add(situation);
      crash(victim, drawFrom(prng, { from: 0, to: 3 }));
      victim.damage();
    });
  }

  /** Whoever takes in a snapshot dies before that is in the place of its log. */
  crashReceiver(chance: number): void {
    const { cluster, prng, crash } = this.#options;
    for (const peer of cluster.peers.filter(({ takesIn }) => takesIn)) {
      if (!prng.chance(chance)) continue;
      cluster.counters.add('crashes of whoever takes in a snapshot');
      crash(peer, drawFrom(prng, { from: 1, to: 30 }));
    }
  }

  get #leader(): SimPeer | undefined {
    return this.#options.cluster.peers.find(({ leads }) => leads);
  }

  #others(leader: SimPeer | undefined): readonly SimPeer[] {
    return this.#options.cluster.peers.filter((peer) => peer !== leader);
  }

  #drawOf(peers: readonly SimPeer[]): SimPeer | undefined {
    return peers[this.#options.prng.int({ from: 0, to: peers.length })];
  }
}

const linkOf = (from: SimPeer, to: SimPeer): Link => ({ from: from.storeId, to: to.storeId });

const bothWays = (peer: SimPeer, others: readonly SimPeer[]): readonly Link[] =>
  others.flatMap((other) => [linkOf(peer, other), linkOf(other, peer)]);
