// The life of a peer, from an empty disk to a member of a running cluster.
// Owns: the phases, the links, who is heard. Does not own: Raft (Core), what others ask of the peer (Peer).
//
// Phases: founding (empty log: waits to hear every founder, or to be added) → running (genesis in the log) → stopped.
//         founding → foreign (a cluster exists that knows this name by another disk): serves what needs no log.
// E1. Raft speaks only with stores that handshook under the same genesis.
// E2. A genesis is dropped for another only before this store voted or acknowledged anything (raft/genesis.ts).
// E3. Who hears that its cluster goes on in a higher epoch takes no further part in it; who promised nothing yet follows.
// E4. Nor does who hears that its disk has gone back in time, nor any later start of it: it talks to nobody any more.

import { Raft } from '../../raft/raft.ts';
import { asIndex, type Genesis, type Member, type PeerId, type StoreId } from '../../raft/types.ts';
import { present, unreachable } from '../lib/assert.ts';
import type { State } from '../state/state.ts';
import { Alarms } from './alarms.ts';
import { committedRemovals, factsOf, isWelcome, refusalOf, supersededReason } from './admission.ts';
import type { LifecycleEvents } from './core-options.ts';
import { Core } from './core.ts';
import { Founding, isOfLeader, isPristine } from './founding.ts';
import { handOver } from './hand-over.ts';
import { identityOf } from './identity.ts';
import { Leadership } from './leadership.ts';
import { Links } from './links.ts';
import { catchUp, type Phase, type Running } from './phase.ts';
import type { PeerOptions } from './peer-options.ts';
import type { PeerIdentity, PeerMessage, PeerRun, RestoredLog } from './ports.ts';
import { Roster } from './roster.ts';
import { noteRun, retire, staleReason, tellsStale } from './stale.ts';

export class Lifecycle {
  readonly self: Member;
  readonly links = new Links();
  readonly leadership: Leadership;
  readonly roster: Roster;
  readonly alarms: Alarms;
  readonly #options: PeerOptions;
  readonly #state: State;
  readonly #founding: Founding;
  readonly #events: LifecycleEvents;
  #phase: Phase = { kind: 'founding', reason: 'it has heard nobody yet' };
  /** While genesis is being written: what is heard meanwhile is judged again after it. */
  #writing: Promise<void> | undefined;
  #isDiskFull = false;
  /** Of a leader that sends to this store though it has no log yet. */
  #followed: Genesis | undefined;

  constructor(options: { peer: PeerOptions; state: State; events: LifecycleEvents }) {
    this.#options = options.peer;
    this.#state = options.state;
    this.#events = options.events;
    const { peerId, joins, log, clock, founders, clusterName, hash, transport } = options.peer;
    const { epoch } = log.identity;
    const listed = founders.find((founder) => founder.peerId === peerId);
    this.self = { ...present(listed, 'the file lists this peer'), storeId: log.identity.storeId };
    this.alarms = new Alarms({
      clock,
      linked: () => this.links.storeIds(),
      send: (to, message) => transport.send(to, message),
      report: options.peer.report,
    });
    this.leadership = new Leadership(clock);
    this.roster = new Roster({ self: this.self, listed: founders, founds: !joins, epoch, transport });
    this.#founding = new Founding({
      name: clusterName,
      founders: joins ? [] : founders.map((founder) => founder.peerId),
      self: this.self,
      log,
      links: this.links,
      hash,
    });
  }

  get phase(): Phase {
    return this.#phase;
  }

  get core(): Core | undefined {
    return this.#phase.kind === 'running' ? this.#phase.core : undefined;
  }

  get genesis(): Genesis | undefined {
    return this.#phase.kind === 'running' ? this.#phase.genesis : undefined;
  }

  /** A committed configuration removed this store. */
  get isRemoved(): boolean {
    return committedRemovals(this.core?.status).includes(this.self.storeId);
  }

  async start(): Promise<void> {
    const { log, transport } = this.#options;
    const { genesis } = log.restored;
    if (log.identity.retired) return void (this.#phase = { kind: 'superseded', reason: staleReason }); // E4
    log.onSpace((full) => {
      this.#isDiskFull = full;
      this.core?.onSpace(full);
    });
    if (genesis !== undefined) {
      await log.joinCluster(genesis.clusterId);
      this.#run(genesis, log.restored);
    }
    await transport.start({
      self: () => identityOf(this.#options, this),
      peers: this.roster.peers,
      isWelcome: (identity) => isWelcome(factsOf(this.#options, this), identity),
      refuse: (identity) => this.#refusal(identity),
      events: {
        onUp: (identity) => this.#onUp(identity),
        onDown: (peer) => this.#onDown(peer),
        onLost: (peer) => this.#onLost(peer),
        onMessage: (from, message) => this.#onMessage(from, message),
        onRefused: (...refusal) => this.#onRefused(...refusal),
      },
    });
    this.roster.start();
    void this.#maybeFound();
  }

  /**
   * Hands over what it leads, then stops deciding, talking and writing, in that order. Whoever waits for an outcome
   * hears that it is unknown.
   */
  async stop(): Promise<void> {
    const { core, leadership, links } = this;
    if (core !== undefined) await handOver({ core, leadership, links, clock: this.#options.clock });
    const phase = this.#phase;
    this.#phase = { kind: 'stopped' };
    this.leadership.stop();
    await this.#options.transport.stop();
    this.#options.log.onSpace(undefined); // nobody waits for room any more
    await this.#writing;
    if (phase.kind === 'running') await phase.core.stop();
  }

  #run(genesis: Genesis, restored: RestoredLog): void {
    const { log, stateStore, doubts, codec, transport, clock, raftConfig, seed, compaction, report } =
      this.#options;
    const raft = new Raft({
      storeId: this.self.storeId,
      config: raftConfig,
      seed,
      now: clock.monotonicMs(),
      restored: { ...restored, genesis },
      applied: asIndex(this.#state.appliedIndex),
    });
    const core: Core = new Core({
      raft,
      self: this.self,
      clusterId: genesis.clusterId,
      log,
      state: this.#state,
      stateStore,
      doubts,
      codec,
      transport,
      clock,
      compaction,
      alarms: this.alarms,
      linked: () => this.links.storeIds(),
      onStatus: (status) => {
        this.leadership.onStatus(status);
        this.roster.onConfiguration(status.configuration, genesis);
      },
      ...this.#events,
      onStanding: (standing) => this.leadership.onStanding(standing),
      onStall: (ms) => report({ ms }, 'this process stood still'),
      report,
      onFatal: (error) => void this.#fail(error),
    });
    const phase: Running = { kind: 'running', genesis, core, caughtUp: false };
    this.#phase = phase;
    this.roster.onConfiguration(core.status.configuration, genesis);
    core.start();
    if (this.#isDiskFull) core.onSpace(true);
    void catchUp(phase, this.leadership, () => this.#phase === phase);
  }

  async #maybeFound(): Promise<void> {
    const isOver = this.#phase.kind === 'stopped' || this.#phase.kind === 'superseded';
    if (this.#writing !== undefined || isOver || !isPristine(this.core?.status)) return;
    const decision = this.#founding.decide({ own: this.genesis, pristine: true, followed: this.#followed });
    switch (decision.kind) {
      case 'settled':
        return;
      case 'wait':
        return this.#wait({ kind: 'founding', reason: decision.reason });
      case 'foreign':
        return this.#wait({ kind: 'foreign', reason: decision.reason });
      case 'write':
        return this.#found(this.#founding.make(decision.founders));
      case 'adopt':
        return this.#found(decision.genesis);
      default:
        unreachable(decision);
    }
  }

  #wait(phase: Phase & { kind: 'founding' | 'foreign' }): void {
    if (this.#phase.kind === phase.kind && this.#phase.reason === phase.reason) return;
    this.#phase = phase;
    this.#options.report({ reason: phase.reason }, 'this peer has no part in a cluster yet');
  }

  #found(genesis: Genesis, epoch = this.links.epochOf(genesis.clusterId)): Promise<void> {
    this.#writing = this.#writeGenesis(genesis, epoch).finally(() => {
      if (this.#phase.kind !== 'superseded') this.#writing = undefined;
    });
    return this.#writing;
  }

  async #writeGenesis(genesis: Genesis, epoch: number): Promise<void> {
    try {
      const replaced = this.core;
      const phase: Phase = { kind: 'founding', reason: 'writing the genesis record' };
      this.#phase = phase;
      await replaced?.stop();
      await this.#founding.write(genesis, replaced !== undefined);
      await this.#options.log.raiseEpoch(Math.max(epoch, this.#options.log.identity.epoch));
      if (this.#phase !== phase) return; // it stopped meanwhile
      this.#options.report({ clusterId: genesis.clusterId }, 'genesis written');
      this.#run(genesis, this.#founding.restored(genesis));
      this.#options.transport.reconnect();
    } catch (error) {
      await this.#fail(error);
    }
  }

  async #fail(error: unknown): Promise<void> {
    if (this.#phase.kind === 'stopped') return;
    this.leadership.stop();
    this.core?.halt();
    this.#phase = { kind: 'stopped' };
    await this.#options.transport.stop();
    this.#options.onFatal(error);
  }

  #refusal(identity: PeerIdentity): string | undefined {
    const reason = refusalOf(factsOf(this.#options, this), identity);
    if (reason === supersededReason) this.#onSuperseded(identity.epoch);
    return reason;
  }

  /** E3. */
  #onSuperseded(epoch: number): void {
    const phase = this.#phase;
    if (phase.kind !== 'running' || this.#writing !== undefined) return;
    if (isPristine(phase.core.status)) return void this.#found(phase.genesis, epoch);
    this.#leave(supersededReason);
  }

  #onRefused(peer: PeerId | undefined, reason: string, identity: PeerIdentity | undefined): void {
    if (identity !== undefined) this.#refusal(identity);
    if (peer !== undefined) this.links.refused(peer, reason);
    this.#options.report({ peer, reason }, 'peer link refused');
    if (tellsStale(this.#options.log.identity.clusterId, reason, identity)) this.#leave(staleReason); // E4
  }

  #leave(reason: string): void {
    if (this.#phase.kind === 'stopped' || this.#phase.kind === 'superseded') return;
    this.leadership.stop();
    if (this.core !== undefined) this.#writing = this.core.stop();
    this.#phase = { kind: 'superseded', reason };
    this.#options.report({}, reason);
    this.#writing = retire(this.#options, this.#writing).catch((error: unknown) => this.#fail(error));
  }

  #onUp(identity: PeerIdentity): void {
    this.links.up(identity, this.#options.clock.monotonicMs());
    void noteRun(this.#options, identity).catch((error: unknown) => this.#fail(error));
    this.leadership.wake();
    this.alarms.onLinkUp(identity.storeId);
    this.core?.onLinkUp(identity.storeId);
    void this.#maybeFound();
  }

  #onLost(peer: PeerRun): void {
    this.#options.report({ peer: peer.peerId }, 'the process of a peer is dead');
    this.core?.onPeerLost(peer.storeId);
  }

  #onDown(peer: PeerRun): void {
    if (!this.links.down(peer.storeId, peer.incarnation)) return;
    this.core?.onLinkDown(peer.storeId);
    this.alarms.onLinkDown(peer.storeId);
    void this.#maybeFound();
  }

  #onMessage(from: StoreId, message: PeerMessage): void {
    const genesis = this.genesis;
    const theirs = this.links.identity(from)?.genesis;
    if (genesis === undefined && theirs !== undefined && isOfLeader(message)) {
      this.#followed = theirs;
      void this.#maybeFound();
    }
    if (genesis === undefined || theirs?.clusterId !== genesis.clusterId) return; // E1
    this.links.heard(from, this.#options.clock.monotonicMs());
    this.core?.onMessage(from, message);
  }
}
