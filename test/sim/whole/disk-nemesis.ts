// Brings ruin over disks: lost, rotten, put back from an old copy. Never more than the cluster can survive: orion promises nothing
// beyond that.
// Owns: when which. Does not own: that lost disks are replaced (operator.ts).

import { membersOf } from '../../../raft/membership.ts';
import { present } from '../../../src/lib/assert.ts';
import type { Prng } from '../../../src/lib/prng.ts';
import { drawFrom, type Span } from '../faults.ts';
import type { WholeCluster } from './cluster.ts';
import { storesOf } from './ledger.ts';
import type { WholePlan } from './plan.ts';
import type { Survivors } from './survivors.ts';
import type { WholePeer } from './whole-peer.ts';

export class DiskNemesis {
  readonly #cluster: WholeCluster;
  readonly #survivors: Survivors;
  readonly #plan: WholePlan;
  readonly #prng: Prng;
  #stopped = false;

  constructor(options: { cluster: WholeCluster; survivors: Survivors; plan: WholePlan; prng: Prng }) {
    this.#cluster = options.cluster;
    this.#survivors = options.survivors;
    this.#plan = options.plan;
    this.#prng = options.prng;
  }

  start(): void {
    const { wipeEveryMs, damage, backupEveryMs } = this.#plan;
    if (wipeEveryMs !== undefined) this.#recur(wipeEveryMs, (victim) => this.#wipe(victim));
    if (damage !== undefined) this.#recur(damage.everyMs, (victim) => this.#rot(victim, damage.lastsMs));
    if (backupEveryMs === undefined) return;
    const chosen = this.#drawPeer(); // it takes several runs of one peer
    this.#recur(backupEveryMs, () => this.#ageOrGoBack(chosen));
  }

  stop(): void {
    this.#stopped = true;
  }

  /** Nothing is struck before the cluster is founded: until then founders may found anew. */
  #recur(everyMs: number, strike: (victim: WholePeer) => void): void {
    const { time, judge } = this.#cluster;
    time.after(drawFrom(this.#prng, { from: 0, to: 2 * everyMs }), () => {
      if (this.#stopped) return;
      if (judge.ledger.configuration !== undefined) strike(this.#drawPeer());
      this.#recur(everyMs, strike);
    });
  }

  #wipe(victim: WholePeer): void {
    const { situations, judge } = this.#cluster;
    if (!this.#survivors.canLose(victim.storeId)) return;
    const { configuration } = judge.ledger;
    const isMember = configuration !== undefined && storesOf(configuration).has(victim.storeId);
    const isChanging = this.#survivors
      .candidates()
      .some(({ index, outgoing }) => outgoing.length > 0 || index > (configuration?.index ?? 0));
    situations.add('disks wiped');
    if (isMember && isChanging) situations.add('disks wiped while a change is under way');
    victim.wipe({ joins: !victim.isFounder || this.#prng.chance(0.3) });
    this.#startLater(victim, { from: 1, to: 1_000 });
  }

  #rot(victim: WholePeer, downMs: Span): void {
    // What others remember of a disk that went back is what tells them so: that does not go as well.
    if (this.#cluster.peers.some((peer) => peer.isOutdated && !peer.isRetired)) return;
    if (!this.#survivors.canLose(victim.storeId)) return;
    victim.rot();
    this.#startLater(victim, downMs);
  }

  /**
   * An image is kept, the peer is started again, at least once, and then the image takes the place of its disk. A disk that
   * decides alone asks nobody, and is told nothing. Every other member must be able to tell, from what it remembers: who never
   * met a later run knows no better.
   */
  #ageOrGoBack(victim: WholePeer): void {
    const { judge, peers } = this.#cluster;
    const { storeId, imageOf } = victim;
    const isAlone = judge.votersBy(storeId) < 2;
    if (victim.isDown || victim.isOutdated || isAlone) return;
    if (imageOf === undefined) return victim.keepImage();
    const isOld = (known: number | undefined): boolean => (known ?? 0) > imageOf;
    if (!isOld(victim.incarnation)) return this.#startAnew(victim);
    const members = new Set(
      this.#survivors
        .candidates()
        .flatMap(membersOf)
        .map((member) => member.storeId),
    );
    const others = peers.filter((peer) => peer !== victim && members.has(peer.storeId));
    if (
      !this.#survivors.canLose(storeId) ||
      !others.every((peer) => isOld(peer.remembers(storeId)?.incarnation))
    )
      return;
    victim.goBack();
    this.#startLater(victim, { from: 1, to: 500 });
  }

  #startAnew(victim: WholePeer): void {
    victim.crash('killed');
    this.#startLater(victim, { from: 1, to: 30 });
  }

  #drawPeer(): WholePeer {
    const { peers } = this.#cluster;
    return present(peers[this.#prng.int({ from: 0, to: peers.length })], 'a cluster has peers');
  }

  #startLater(victim: WholePeer, downMs: Span): void {
    this.#cluster.time.after(drawFrom(this.#prng, downMs), () => {
      if (victim.isDown) victim.start();
    });
  }
}
