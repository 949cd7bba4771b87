// The running half of a peer: a Raft core with its driver, the applier, and all who wait for either.
// It exists from genesis on and is thrown away as a whole; the phases around it are in peer.ts.

import { membersOf } from '../../raft/membership.ts';
import type { RaftStatus } from '../../raft/status.ts';
import type { Snapshot, StoreId, Term } from '../../raft/types.ts';
import type { LeaderRequest } from '../protocol/api.ts';
import { limits } from '../lib/limits.ts';
import type { Standing } from './agreement.ts';
import { ownTroubles } from './alarms.ts';
import { Applier } from './applier.ts';
import { Barriers } from './barriers.ts';
import { Compactor } from './compactor.ts';
import type { CoreOptions } from './core-options.ts';
import { Driver } from './driver.ts';
import { Figures, statsOf } from './figures.ts';
import { answerForward } from './forwarding.ts';
import { MemberChanges } from './member-changes.ts';
import { Noting } from './noting.ts';
import type { CallAnswer, ForwardAnswer, PeerMessage } from './ports.ts';
import { Proposals } from './proposals.ts';
import { Questions } from './questions.ts';
import { Snapshots } from './snapshots.ts';
import { Transfers } from './transfers.ts';
import { Trust } from './trust.ts';
import type { Route, WriteParts } from './writer.ts';

export class Core implements WriteParts {
  readonly proposals: Proposals;
  /** Writes passed on to the leader. */
  readonly forwards: Questions<ForwardAnswer>;
  readonly members: MemberChanges;
  /** Asked of the leader: what only it can do. */
  readonly calls: Questions<CallAnswer>;
  readonly barriers: Barriers;
  readonly transfers: Transfers;
  readonly applier: Applier;
  readonly snapshots: Snapshots;
  readonly trust: Trust;
  readonly figures: Figures;
  readonly #options: CoreOptions;
  readonly #driver: Driver;
  readonly #compactor: Compactor;
  readonly #noting: Noting;
  #status: RaftStatus;
  #isFull = false;

  constructor(options: CoreOptions) {
    const { raft, log, state, stateStore, codec, transport, clock, onFatal } = options;
    this.#options = options;
    this.#status = raft.status();
    this.#driver = new Driver({
      raft,
      log,
      clock,
      events: {
        send: (message) => void transport.send(message.to, { kind: 'raft', message }),
        apply: (entry) => this.applier.apply(entry),
        sendSnapshot: (request, term) => this.snapshots.request(request, term),
        install: (snapshot) => this.#install(snapshot),
        onInstalled: () => this.snapshots.onInstalled(),
        discard: () => this.snapshots.onDiscarded(),
        onProposal: (outcome) => this.proposals.onOutcome(outcome),
        onTransfer: (outcome) => this.transfers.onOutcome(outcome),
        onChange: (outcome) => this.members.onOutcome(outcome),
        onRead: (outcome) => this.barriers.onRead(outcome),
        onStatus: (status) => this.#onStatus(status),
        onDiskStalled: (stalls) => this.#raise('disk-stalled', stalls),
        onStall: options.onStall,
        onFatal,
      },
    });
    this.proposals = new Proposals({
      clock,
      push: (requestId, time, data) => this.#driver.tryPush({ kind: 'propose', requestId, time, data }),
    });
    const send = (to: StoreId, message: PeerMessage): boolean => transport.send(to, message);
    const { incarnation } = log.identity;
    const questions = { clock, incarnation, send };
    this.forwards = new Questions({ ...questions, waitingMax: limits.proposalsMax });
    this.calls = new Questions({ ...questions, waitingMax: limits.callsMax });
    this.transfers = new Transfers({ clock, push: (input) => this.#driver.tryPush(input) });
    this.members = new MemberChanges({ clock, push: (input) => this.#driver.tryPush(input) });
    this.barriers = new Barriers({
      clock,
      push: (requestId) => this.#driver.tryPush({ kind: 'read', requestId }),
      appliedIndex: () => state.appliedIndex,
    });
    this.applier = new Applier({
      state,
      store: stateStore,
      codec,
      clock,
      events: {
        onApplied: (entry, result) => {
          this.proposals.onApplied(entry, result);
          this.members.onApplied(entry);
          this.barriers.onApplied();
          this.trust.onApplied();
        },
        onChanges: options.onChanges,
        onFlushed: (index) => this.#compactor.onFlushed(index),
        onFatal,
      },
    });
    this.snapshots = new Snapshots({
      store: stateStore,
      clock,
      status: () => this.#driver.status(),
      isFull: () => this.#isFull,
      send,
      onSent: (storeId, index) => this.#driver.tell({ kind: 'snapshotSent', storeId, index }),
      onReceived: (term, snapshot) => this.#driver.tell({ kind: 'snapshotReceived', term, snapshot }),
      report: options.report,
      onFatal,
    });
    this.#compactor = new Compactor({
      bounds: options.compaction,
      log,
      clock,
      tell: (base) => this.#driver.tell({ kind: 'compacted', base }),
      onFatal,
    });
    this.#noting = new Noting(options);
    this.trust = new Trust({
      self: options.self,
      clock,
      state,
      configuration: () => this.#status.configuration,
      linked: options.linked,
      send,
      alarms: options.alarms,
      doubts: options.doubts,
      onStanding: (standing) => this.#onStanding(standing),
    });
    this.figures = new Figures({
      self: options.self.peerId,
      own: () => statsOf(log, state),
      linked: options.linked,
      members: () => membersOf(this.#status.configuration),
      send,
    });
  }

  /** As of the end of the last batch of inputs. */
  get status(): RaftStatus {
    return this.#status;
  }

  start(): void {
    this.#driver.start();
    this.trust.start();
  }

  /** The disk has no room for entries, or has room again. */
  onSpace(full: boolean): void {
    this.#isFull = full;
    this.#driver.tell({ kind: 'diskFull', full });
    this.snapshots.onSpace(full);
    this.#raise('disk-full', full);
  }

  /** Nothing more is sent, written or applied from now on, and whoever waits hears that nobody can tell any more. */
  halt(): void {
    this.#driver.stop();
    this.proposals.stop();
    this.forwards.abandon();
    this.members.stop();
    this.calls.abandon();
    this.barriers.stop();
    this.transfers.stop();
    this.trust.stop();
    this.#noting.stop();
  }

  /** Halts, and writes down what is applied. A write to the log that is under way, and may wait for room, ends by itself. */
  async stop(): Promise<void> {
    this.halt();
    await this.snapshots.stop();
    await this.applier.stop();
    await this.#compactor.stop();
  }

  /** Where a user's write can go now; `isUp` says whether a store has a live link. */
  route(isUp: (storeId: StoreId) => boolean): Route {
    const { role, leader, term } = this.#status;
    if (role === 'leader') return { kind: 'here' };
    if (leader === undefined || !isUp(leader)) return { kind: 'nowhere' };
    return { kind: 'leader', storeId: leader, term };
  }

  /** The process of that store is dead. */
  onPeerLost(storeId: StoreId): void {
    this.#driver.tell({ kind: 'peerLost', storeId });
  }

  onMessage(from: StoreId, message: PeerMessage): void {
    switch (message.kind) {
      case 'raft':
        if (message.message.from === from)
          this.#driver.tryPush({ kind: 'receive', message: message.message });
        return;
      case 'forward':
        void this.#answer(from, message.requestId, message.term, message.data);
        return;
      case 'forwardAnswer':
        this.forwards.onAnswer(from, message.requestId, message.answer);
        return;
      case 'call':
        void this.#answerCall(from, message.requestId, message.term, message.request);
        return;
      case 'callAnswer':
        this.calls.onAnswer(from, message.requestId, message.answer);
        return;
      case 'stateHash':
        this.trust.onTold(from, message.index, message.hash);
        return;
      case 'alarms':
        this.#options.alarms.onMessage(from, message.alarms);
        return;
      case 'figures':
        this.figures.onMessage(from, message);
        return;
      default:
        this.snapshots.onMessage(from, message);
    }
  }

  onLinkUp(storeId: StoreId): void {
    this.trust.onLinkUp(storeId);
  }

  /** The link to `storeId` is down: whoever waits for an answer from there gets none. */
  onLinkDown(storeId: StoreId): void {
    this.forwards.onLinkDown(storeId);
    this.calls.onLinkDown(storeId);
    this.snapshots.onLinkDown(storeId);
    this.figures.onLinkDown(storeId);
  }

  #onStatus(status: RaftStatus): void {
    const { leader, term } = this.#status;
    this.#status = status;
    const isLedAnew = status.leader !== undefined && (status.leader !== leader || status.term !== term);
    if (isLedAnew) this.forwards.abandon(); // the new leader can tell how they ended, the old one maybe never
    this.#raise('corruption', status.impaired);
    this.snapshots.onStatus(status);
    if (this.trust.standing.kind === 'differs') this.snapshots.onDiffers();
    this.#compactor.onStatus(status);
    this.#options.onStatus(status);
  }

  /** In the order of R10: the state first, then the log, which the driver writes when this has resolved. */
  async #install(snapshot: Snapshot): Promise<void> {
    const { clusterId, onReset, report } = this.#options;
    await this.applier.install(snapshot, clusterId);
    report({ index: snapshot.index }, 'a snapshot took the place of the state');
    this.proposals.onJump(snapshot);
    this.members.onJump(snapshot);
    this.barriers.onApplied();
    this.#compactor.onInstalled(snapshot.index);
    onReset(snapshot.index);
  }

  #onStanding(standing: Standing): void {
    const { onStanding } = this.#options;
    const differs = standing.kind === 'differs';
    this.#driver.tell({ kind: 'distrusted', distrusted: differs });
    onStanding(standing);
    if (standing.kind !== 'undecided') this.#noting.note(differs);
  }

  #raise(kind: keyof typeof ownTroubles, stands: boolean): void {
    const { alarms, self } = this.#options;
    alarms.set(kind, self.peerId, stands ? ownTroubles[kind] : undefined);
  }

  async #answerCall(from: StoreId, requestId: number, term: Term, request: LeaderRequest): Promise<void> {
    const leads = this.#status.role === 'leader' && this.#status.term === term;
    const answer: CallAnswer = leads ? await this.#options.onCall(request) : { kind: 'refused' };
    this.#options.transport.send(from, { kind: 'callAnswer', requestId, answer });
  }

  async #answer(from: StoreId, requestId: number, term: Term, data: Uint8Array): Promise<void> {
    const { codec, transport } = this.#options;
    const mayWrite = this.#status.role === 'leader' && this.trust.standing.kind === 'trusted';
    const leadsTerm = mayWrite ? this.#status.term : undefined;
    const answer = this.applier.lagging
      ? ({ kind: 'refused', reason: 'BUSY' } as const)
      : await answerForward({ proposals: this.proposals, codec, leadsTerm, term, data });
    transport.send(from, { kind: 'forwardAnswer', requestId, answer });
  }
}
