// Changes who belongs to the cluster, as operators would that know too little: whoever leads, or believes so, is told to
// add, promote, replace and remove members, itself too, by a view of the configuration that may be old.
// Owns: what is asked for. Does not own: when (nemesis.ts).
//
// M1. A store that was removed for good is sometimes switched off, never one that may be needed.

import type { MemberChange } from '../../raft/change.ts';
import { asIndex, type Configuration, type Member, type StoreId } from '../../raft/types.ts';
import type { Prng } from '../../src/lib/prng.ts';
import type { SimCluster } from './cluster.ts';
import type { MemberChanges } from './faults.ts';
import { memberOf } from './members.ts';
import type { SimPeer } from './peer.ts';

/** So many stores join at most in one run: each is a peer to simulate. */
const storesMax = 14;

export class MemberNemesis {
  readonly #cluster: SimCluster;
  readonly #changes: MemberChanges;
  readonly #prng: Prng;

  constructor(options: { cluster: SimCluster; changes: MemberChanges; prng: Prng }) {
    this.#cluster = options.cluster;
    this.#changes = options.changes;
    this.#prng = options.prng;
  }

  strike(): void {
    const { peers } = this.#cluster;
    const leaders = this.#prng.chance(0.95) ? peers.filter(({ leads }) => leads) : peers;
    for (const leader of leaders) this.ask(leader);
    if (this.#prng.chance(0.2)) this.#retireSome();
  }

  /** Tells one of them to change something. */
  ask(leader: SimPeer): void {
    const configuration = leader.status?.configuration;
    if (configuration === undefined) return;
    const change = this.#drawChange(leader.storeId, configuration);
    if (change === undefined) return;
    const isOld = this.#prng.chance(0.05);
    leader.changeMembers(change, isOld ? asIndex(configuration.index - 1) : configuration.index);
  }

  /** Tells a leader to remove itself. */
  askToLeave(leader: SimPeer): void {
    const configuration = leader.status?.configuration;
    if (configuration === undefined || configuration.voters.length <= this.#changes.votersMin) return;
    leader.changeMembers({ kind: 'remove', storeId: leader.storeId }, configuration.index);
  }

  #drawChange(leader: StoreId, configuration: Configuration): MemberChange | undefined {
    const { voters, learners } = configuration;
    const { add, replace, remove, promote } = this.#changes.weights;
    const drawn = this.#prng.fraction() * (add + replace + remove + promote);
    if (drawn < add) return this.#drawAdd(configuration);
    if (drawn < add + replace) return this.#drawReplace(configuration);
    if (drawn < add + replace + remove) return this.#drawRemove(leader, configuration);
    const storeId = this.#drawOf([...learners, ...voters])?.storeId;
    return storeId === undefined ? undefined : { kind: 'promote', storeId };
  }

  #drawAdd(configuration: Configuration): MemberChange | undefined {
    if (membersOf(configuration).length >= this.#changes.membersMax) return undefined;
    const store = this.#freshStore(configuration);
    if (store === undefined) return undefined;
    return { kind: 'add', member: memberOf(store), wants: this.#prng.chance(0.85) ? 'voter' : 'learner' };
  }

  #drawReplace(configuration: Configuration): MemberChange | undefined {
    const { voters, learners } = configuration;
    if (voters.length + learners.length > this.#changes.membersMax) return undefined;
    const old = this.#drawOf([...voters, ...learners]);
    const store = this.#freshStore(configuration);
    if (old === undefined || store === undefined) return undefined;
    return { kind: 'replace', old: old.storeId, member: { ...memberOf(store), peerId: old.peerId } };
  }

  /** Half of the time the leader itself; sometimes a store that is no member, or the last voter. */
  #drawRemove(leader: StoreId, { voters, learners }: Configuration): MemberChange | undefined {
    const drawn = this.#drawOf([...voters, ...learners, ...learners])?.storeId ?? leader;
    const storeId = this.#prng.chance(0.5) ? leader : drawn;
    const isVoter = voters.some((voter) => voter.storeId === storeId);
    if (voters.length > 1 && isVoter && voters.length <= this.#changes.votersMin) return undefined;
    return { kind: 'remove', storeId };
  }

  /** One that is no member: new, or asked for before in vain. Sometimes one that is a member, or was. */
  #freshStore(configuration: Configuration): StoreId | undefined {
    const { peers } = this.#cluster;
    if (this.#prng.chance(0.05)) return this.#drawOf(peers)?.storeId;
    const used = new Set([...membersOf(configuration), ...configuration.removed]);
    const idle = peers.find((peer) => !used.has(peer.storeId) && !this.#cluster.isRetired(peer));
    if (idle !== undefined) return idle.storeId;
    return peers.length < storesMax ? this.#cluster.addPeer().storeId : undefined;
  }

  /** M1. */
  #retireSome(): void {
    const peer = this.#drawOf(this.#cluster.peers);
    if (peer?.up === true && this.#cluster.wasRemoved(peer.storeId)) this.#cluster.retire(peer);
  }

  #drawOf<T>(items: readonly T[]): T | undefined {
    return items[this.#prng.int({ from: 0, to: items.length })];
  }
}

const membersOf = ({ voters, outgoing, learners }: Configuration): readonly StoreId[] => [
  ...new Set([...voters, ...outgoing, ...learners].map(({ storeId }: Member) => storeId)),
];
