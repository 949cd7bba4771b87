// Simulated peers with their disks and clients on one network, under one clock: everything but the faults' timing.
// Owns: the parts and what ties them together. Does not own: when something breaks (Nemesis), what a run must show.
//
// C1. Founders start together; whoever joins later starts with an empty disk, but for genesis.
// C2. Who was removed for good may be retired: it is never started again.

import { asTerm, type Configuration, type Entry, type Message, type StoreId } from '../../raft/types.ts';
import { assert, present } from '../../src/lib/assert.ts';
import { Prng } from '../../src/lib/prng.ts';
import { allInvariants, Checker } from './checker.ts';
import { SimClient } from './client.ts';
import { makeRaft, type MakeCore } from './core.ts';
import { Counters } from './counters.ts';
import { SimDisk, type SimDiskOptions } from './disk.ts';
import { SimDriver } from './driver.ts';
import { calmDisk, calmNetwork, calmTransfers, type FaultPlan } from './faults.ts';
import type { Invariant } from './invariants/invariant.ts';
import { firstEntryOf, memberOf, storeAt } from './members.ts';
import { SimNetwork } from './network.ts';
import type { Observation, ObservedStatus } from './observation.ts';
import { type MakeDriver, SimPeer } from './peer.ts';
import { emptyState } from './state-machine.ts';
import type { Trace } from './trace.ts';
import { SimTransfers } from './transfers.ts';
import { VirtualTime } from './virtual-time.ts';

/** The parts that a test may replace by broken ones, to prove that they are found. */
export interface Parts {
  readonly makeCore: MakeCore;
  readonly makeDisk: (options: SimDiskOptions) => SimDisk;
  readonly makeDriver: MakeDriver;
  readonly makeInvariants: () => readonly Invariant[];
}

export const soundParts: Parts = {
  makeCore: makeRaft,
  makeDisk: (options) => new SimDisk(options),
  makeDriver: (...args) => new SimDriver(...args),
  makeInvariants: allInvariants,
};

export class SimCluster {
  readonly time = new VirtualTime();
  readonly counters = new Counters();
  readonly trace: Trace;
  readonly network: SimNetwork;
  readonly transfers: SimTransfers;
  readonly #options: { readonly prng: Prng; readonly plan: FaultPlan; readonly parts: Parts };
  readonly #checker: Checker;
  readonly #firstEntry: Entry;
  readonly #byStore = new Map<StoreId, SimPeer>();
  readonly #peers: SimPeer[] = [];
  readonly #disks: SimDisk[] = [];
  readonly #retired = new Set<SimPeer>();
  readonly #clients: readonly SimClient[];
  /** The newest that somebody applied. */
  #configuration: Configuration | undefined;
  #steps = 0;
  #numbers = 0;

  constructor(options: { prng: Prng; plan: FaultPlan; trace: Trace; parts: Parts }) {
    const { plan, trace, parts } = options;
    const { time, counters } = this;
    this.#options = options;
    const founders = Array.from({ length: plan.peers }, (_, place) => memberOf(storeAt(place)));
    this.#firstEntry = firstEntryOf(founders);
    this.trace = trace;
    this.#checker = new Checker(
      founders.map((member) => member.storeId),
      parts.makeInvariants(),
    );
    this.network = new SimNetwork({
      time,
      prng: this.#fork(),
      counters,
      faults: plan.network,
      deliver: (message) => this.peer(message.to).receive(message),
    });
    this.transfers = new SimTransfers({
      time,
      prng: this.#fork(),
      counters,
      faults: plan.transfers,
      isCut: (link) => this.network.isCut(link),
      held: (sending) => this.peer(sending.to).heldOf(sending),
      offer: (sending, settle) => this.peer(sending.to).offer(sending, settle),
    });
    for (const { storeId } of founders) this.#makePeer(storeId);
    this.#clients = Array.from({ length: plan.clients }, () => this.#makeClient(this.#fork()));
  }

  /** Everyone, retired or not. */
  get peers(): readonly SimPeer[] {
    return this.#peers;
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
    return present(this.#byStore.get(storeId), 'messages go to peers');
  }

  nextNumber(): number {
    this.#numbers += 1;
    return this.#numbers;
  }

  /** One that belongs to no cluster yet (C1), running. */
  addPeer(): SimPeer {
    const peer = this.#makePeer(storeAt(this.#peers.length));
    peer.start();
    return peer;
  }

  /** Whether one more disk may be damaged, so that a sound majority is left. Where members change, one at a time. */
  mayBeDamaged(): boolean {
    const { evidence } = this.#checker;
    const { plan } = this.#options;
    const impaired = this.#peers.filter((peer) => !this.isRetired(peer) && evidence.isImpaired(peer.storeId));
    return plan.members === undefined ? 2 * (impaired.length + 1) < plan.peers : impaired.length === 0;
  }

  /** Its disk has lost entries, and is not mended yet. */
  isImpaired(peer: SimPeer): boolean {
    return this.#checker.evidence.isImpaired(peer.storeId);
  }

  /** A committed configuration says that it left. */
  wasRemoved(storeId: StoreId): boolean {
    return this.#configuration?.removed.includes(storeId) === true;
  }

  isRetired(peer: SimPeer): boolean {
    return this.#retired.has(peer);
  }

  /** C2. */
  retire(peer: SimPeer): void {
    assert(this.wasRemoved(peer.storeId), 'whoever may be needed is not retired');
    this.#retired.add(peer);
    if (peer.up) peer.crash();
  }

  /** Takes in what happened; throws a Violation when that must not happen. */
  observe(observation: Observation): void {
    if (observation.kind === 'stepped') this.#steps += 1;
    if (observation.kind === 'sent') this.#countOrder(observation.message);
    if (observation.kind === 'stepped') this.#countStep(observation.peer, observation.status);
    if (observation.kind === 'applied') this.#onApplied(observation.entry);
    const { evidence } = this.#checker;
    const before = evidence.commit;
    this.#checker.observe(observation);
    for (let index = before + 1; index <= evidence.commit; index += 1) {
      const committed = present(evidence.committedAt(index), 'committed entries are known');
      if (committed.term < committed.by) this.counters.add('old-term entries committed through a no-op');
    }
  }

  /** From now on nothing goes wrong by itself, and clients fall silent. Peers that are down stay down. */
  heal(): void {
    this.network.heal(calmNetwork);
    this.transfers.heal(calmTransfers);
    for (const disk of this.#disks) disk.heal(calmDisk);
    for (const client of this.#clients) client.stop();
  }

  #countStep(peer: StoreId, { role, configuration }: ObservedStatus): void {
    const before = this.#checker.evidence.status(peer);
    const isElected = role === 'leader' && before?.role !== 'leader';
    if (isElected && this.#hasImpairedVoter(configuration)) {
      this.counters.add('elections while a voter is impaired');
    }
    if (!this.transfers.isBusy) return;
    if (isElected) this.counters.add('snapshots in flight while the leader changes');
    const isJoint = (configuration?.outgoing.length ?? 0) > 0 && configuration !== before?.configuration;
    if (isJoint) this.counters.add('snapshots in flight in a joint configuration');
  }

  #hasImpairedVoter(configuration: Configuration | undefined): boolean {
    const { evidence } = this.#checker;
    return configuration?.voters.some(({ storeId }) => evidence.isImpaired(storeId)) === true;
  }

  #onApplied({ index, payload }: Entry): void {
    if (payload.kind !== 'configuration' || index <= (this.#configuration?.index ?? 0)) return;
    this.#configuration = { ...payload.membership, index };
  }

  #countOrder(message: Message): void {
    if (message.kind !== 'timeoutNow') return;
    this.counters.add('orders to campaign sent');
    if (this.peer(message.from).diskBusy) this.counters.add('orders to campaign sent while a disk was busy');
  }

  #makePeer(storeId: StoreId): SimPeer {
    const { plan, parts } = this.#options;
    const disk = this.#makeDisk(storeId);
    const peer = new SimPeer({
      storeId,
      time: this.time,
      prng: this.#fork(),
      counters: this.counters,
      trace: this.trace,
      plan: this.#planOf(this.#peers.length),
      disk,
      makeCore: parts.makeCore,
      makeDriver: parts.makeDriver,
      priority: this.#peers.length < plan.lowPriority ? 'low' : 'normal',
      send: (message) => this.network.send(message),
      sendSnapshot: (sending) => this.transfers.send(sending),
      observe: (observation) => this.observe(observation),
    });
    this.#disks.push(disk);
    this.#peers.push(peer);
    this.#byStore.set(storeId, peer);
    return peer;
  }

  /** The plan of the founder, or later peer, of that number: some apply slowly. */
  #planOf(place: number): FaultPlan {
    const { plan } = this.#options;
    const isLaggard = place < plan.peers && place >= plan.peers - plan.laggards;
    if (!isLaggard) return plan;
    return { ...plan, applyMs: plan.laggardMs, raft: { ...plan.raft, applyingMax: 1 } };
  }

  #makeDisk(storeId: StoreId): SimDisk {
    const { plan, parts } = this.#options;
    const log = [this.#firstEntry];
    return parts.makeDisk({
      time: this.time,
      prng: this.#fork(),
      counters: this.counters,
      faults: plan.disk,
      electionMaxMs: plan.raft.electionMaxMs,
      initial: { hardState: { term: asTerm(1), vote: undefined }, log, state: emptyState },
      onStalled: () => this.peer(storeId).onDiskStalled(),
      onSynced: (operation) => {
        this.trace.note(this.time.now, 'synced', storeId, operation.operation);
        this.observe({ kind: 'synced', peer: storeId, operation });
      },
    });
  }

  #makeClient(prng: Prng): SimClient {
    const { plan } = this.#options;
    return new SimClient({
      time: this.time,
      prng,
      peers: () => this.#peers,
      thinkMs: plan.thinkMs,
      readChance: plan.readChance,
      nextNumber: () => this.nextNumber(),
      onReadStarted: (read) => this.observe({ kind: 'readStarted', read }),
    });
  }

  #fork(): Prng {
    return new Prng(this.#options.prng.next());
  }
}
