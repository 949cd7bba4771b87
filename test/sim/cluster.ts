// Three or five simulated peers with their disks and clients on one network, under one clock: everything but the faults' timing.
// Owns: the parts and what ties them together. Does not own: when something breaks (Nemesis), what a run must show.

import {
  asClusterId,
  asIndex,
  asPeerId,
  asStoreId,
  asTerm,
  type Entry,
  type Genesis,
  type Member,
  type Message,
  type StoreId,
} from '../../raft/types.ts';
import { present } from '../../src/lib/assert.ts';
import { Prng } from '../../src/lib/prng.ts';
import { allInvariants, Checker } from './checker.ts';
import { SimClient } from './client.ts';
import { makeRaft, type MakeCore } from './core.ts';
import { Counters } from './counters.ts';
import { SimDisk, type SimDiskOptions } from './disk.ts';
import { calmDisk, calmNetwork, type FaultPlan } from './faults.ts';
import type { Invariant } from './invariants/invariant.ts';
import { SimNetwork } from './network.ts';
import type { Observation } from './observation.ts';
import { SimPeer, type SimPeerOptions } from './peer.ts';
import { emptyState } from './state-machine.ts';
import type { Trace } from './trace.ts';
import { VirtualTime } from './virtual-time.ts';

/** The parts that a test may replace by broken ones, to prove that they are found. */
export interface Parts {
  readonly makeCore: MakeCore;
  readonly makeDisk: (options: SimDiskOptions) => SimDisk;
  readonly makePeer: (options: SimPeerOptions) => SimPeer;
  readonly makeInvariants: () => readonly Invariant[];
}

export const soundParts: Parts = {
  makeCore: makeRaft,
  makeDisk: (options) => new SimDisk(options),
  makePeer: (options) => new SimPeer(options),
  makeInvariants: allInvariants,
};

const membersMax = 5;

const possibleMembers: readonly Member[] = Array.from({ length: membersMax }, (_, i) => ({
  storeId: asStoreId(String.fromCharCode(97 + i)), // a, b, c…: short, for reading traces
  peerId: asPeerId(`sim-${i + 1}`),
  api: `http://127.0.0.1:${6_060 + i}`,
  raft: `127.0.0.1:${7_060 + i}`,
}));

function firstEntryOf(founders: readonly Member[]): Entry {
  const genesis: Genesis = { clusterId: asClusterId('5'.repeat(32)), name: 'sim', founders };
  return { index: asIndex(1), term: asTerm(1), time: 1_000_000, payload: { kind: 'genesis', genesis } };
}

export class SimCluster {
  readonly time = new VirtualTime();
  readonly counters = new Counters();
  readonly trace: Trace;
  readonly peers: readonly SimPeer[];
  readonly network: SimNetwork;
  readonly #checker: Checker;
  readonly #disks: readonly SimDisk[];
  readonly #clients: readonly SimClient[];
  #steps = 0;
  #numbers = 0;

  constructor(options: { prng: Prng; plan: FaultPlan; trace: Trace; parts: Parts }) {
    const { prng, plan, trace, parts } = options;
    const fork = (): Prng => new Prng(prng.next());
    const { time, counters } = this;
    const members = possibleMembers.slice(0, plan.peers);
    const firstEntry = firstEntryOf(members);
    this.trace = trace;
    this.#checker = new Checker(
      members.map((member) => member.storeId),
      parts.makeInvariants(),
    );
    this.network = new SimNetwork({
      time,
      prng: fork(),
      counters,
      faults: plan.network,
      deliver: (message) => this.peer(message.to).receive(message),
    });
    this.#disks = members.map(({ storeId }) =>
      parts.makeDisk({
        time,
        prng: fork(),
        counters,
        faults: plan.disk,
        electionMaxMs: plan.raft.electionMaxMs,
        initial: { hardState: { term: asTerm(1), vote: undefined }, log: [firstEntry], state: emptyState },
        onStalled: () => this.peer(storeId).onDiskStalled(),
        onSynced: (operation) => {
          trace.note(time.now, 'synced', storeId, operation.operation);
          this.observe({ kind: 'synced', peer: storeId, operation });
        },
      }),
    );
    this.peers = members.map(({ storeId }, i) =>
      parts.makePeer({
        storeId,
        time,
        prng: fork(),
        counters,
        trace,
        plan,
        disk: present(this.#disks[i], 'every member has a disk'),
        makeCore: parts.makeCore,
        send: (message) => this.network.send(message),
        observe: (observation) => this.observe(observation),
      }),
    );
    this.#clients = Array.from({ length: plan.clients }, () => this.#makeClient(fork(), plan));
  }

  /** Steps of all cores so far. */
  get steps(): number {
    return this.#steps;
  }

  /** The highest index that is committed anywhere. */
  get commit(): number {
    return this.#checker.evidence.commit;
  }

  peer(storeId: StoreId): SimPeer {
    return present(
      this.peers.find((peer) => peer.storeId === storeId),
      'messages go to members',
    );
  }

  nextNumber(): number {
    this.#numbers += 1;
    return this.#numbers;
  }

  /** Takes in what happened; throws a Violation when that must not happen. */
  observe(observation: Observation): void {
    if (observation.kind === 'stepped') this.#steps += 1;
    if (observation.kind === 'sent') this.#countOrder(observation.message);
    const { evidence } = this.#checker;
    const before = evidence.commit;
    this.#checker.observe(observation);
    for (let index = before + 1; index <= evidence.commit; index += 1) {
      const committed = present(evidence.committedAt(index), 'committed entries are known');
      if (committed.term < committed.by) this.counters.add('old-term entries committed through a no-op');
    }
  }

  #countOrder(message: Message): void {
    if (message.kind !== 'timeoutNow') return;
    this.counters.add('orders to campaign sent');
    if (this.peer(message.from).diskBusy) this.counters.add('orders to campaign sent while a disk was busy');
  }

  /** From now on nothing goes wrong by itself, and clients fall silent. Peers that are down stay down. */
  heal(): void {
    this.network.heal(calmNetwork);
    for (const disk of this.#disks) disk.heal(calmDisk);
    for (const client of this.#clients) client.stop();
  }

  #makeClient(prng: Prng, plan: FaultPlan): SimClient {
    return new SimClient({
      time: this.time,
      prng,
      peers: this.peers,
      thinkMs: plan.thinkMs,
      readChance: plan.readChance,
      nextNumber: () => this.nextNumber(),
      onReadStarted: (read) => this.observe({ kind: 'readStarted', read }),
    });
  }
}
