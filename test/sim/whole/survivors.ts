// Which members still have their disks, and what the cluster can go on without now (survival.ts): asked before anyone is removed
// and before any disk is lost.
// Owns: requests to remove somebody that may still come true.

import type { Configuration, Member, StoreId } from '../../../raft/types.ts';
import type { WholeCluster } from './cluster.ts';
import { canDecide } from './survival.ts';
import type { WholePeer } from './whole-peer.ts';

/** After so long a request that nobody has written yet is forgotten everywhere, in virtual milliseconds. */
const oblivionMs = 10_000;

export class Survivors {
  readonly #cluster: WholeCluster;
  #removals: { readonly id: string; readonly untilMs: number }[] = [];

  constructor(cluster: WholeCluster) {
    this.#cluster = cluster;
  }

  /** The machine with that disk. */
  holderOf(storeId: StoreId): WholePeer | undefined {
    return this.#cluster.peers.find((peer) => peer.storeId === storeId);
  }

  /** Its disk is there, and holds what it promised. */
  isAlive({ storeId }: Member): boolean {
    const holder = this.holderOf(storeId);
    return holder !== undefined && !holder.isOutdated && !this.#cluster.judge.isImpaired(storeId);
  }

  /** Whether the peer called `id` may be asked to leave; then it counts as leaving for a while. */
  mayLeave(id: string): boolean {
    const isPossible = canDecide(this.candidates(), [...this.#leaving(), id], (member) =>
      this.isAlive(member),
    );
    if (isPossible) this.#removals.push({ id, untilMs: this.#cluster.time.now + oblivionMs });
    return isPossible;
  }

  canLose(storeId: StoreId): boolean {
    return canDecide(
      this.candidates(),
      this.#leaving(),
      (voter) => voter.storeId !== storeId && this.isAlive(voter),
    );
  }

  /** The configurations by which somebody may decide. */
  candidates(): readonly Configuration[] {
    return this.#cluster.judge.candidates(this.#cluster.peers.map(({ storeId }) => storeId));
  }

  #leaving(): readonly string[] {
    const { now } = this.#cluster.time;
    this.#removals = this.#removals.filter(({ untilMs }) => untilMs > now);
    return this.#removals.map(({ id }) => id);
  }
}
