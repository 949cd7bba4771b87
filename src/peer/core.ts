// The running half of a peer: a Raft core with its driver, the applier, and all who wait for either.
// It exists from genesis on and is thrown away as a whole; the phases around it are in peer.ts.

import { type Raft } from '../../raft/raft.ts';
import type { RaftStatus } from '../../raft/status.ts';
import type { StoreId, Term } from '../../raft/types.ts';
import { unreachable } from '../lib/assert.ts';
import type { Clock } from '../lib/clock.ts';
import type { LeaderRequest } from '../protocol/api.ts';
import type { State } from '../state/state.ts';
import { limits } from '../lib/limits.ts';
import type { RowChange } from '../state/view.ts';
import { Applier } from './applier.ts';
import { Barriers } from './barriers.ts';
import { Driver } from './driver.ts';
import { answerForward } from './forwarding.ts';
import { MemberChanges } from './member-changes.ts';
import type {
  CallAnswer,
  CommandCodec,
  ForwardAnswer,
  LogStore,
  PeerMessage,
  StateStore,
  Transport,
} from './ports.ts';
import { Proposals } from './proposals.ts';
import { Questions } from './questions.ts';
import { Transfers } from './transfers.ts';
import type { Route, WriteParts } from './writer.ts';

export interface CoreOptions {
  readonly raft: Raft;
  readonly log: LogStore;
  readonly state: State;
  readonly stateStore: StateStore;
  readonly codec: CommandCodec;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly onStatus: (status: RaftStatus) => void;
  readonly onChanges: (index: number, changes: readonly RowChange[]) => void;
  readonly onDiskStalled: () => void;
  readonly onStall: (ms: number) => void;
  /** Does what only a leader can; this peer leads `term`. */
  readonly onCall: (request: LeaderRequest) => Promise<CallAnswer>;
  readonly onFatal: (error: unknown) => void;
}

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
  readonly #driver: Driver;
  readonly #transport: Transport;
  readonly #codec: CommandCodec;
  readonly #onCall: CoreOptions['onCall'];
  #status: RaftStatus;

  constructor(options: CoreOptions) {
    const { raft, log, state, stateStore, codec, transport, clock, onFatal } = options;
    this.#transport = transport;
    this.#codec = codec;
    this.#onCall = options.onCall;
    this.#status = raft.status();
    this.#driver = new Driver({
      raft,
      log,
      clock,
      events: {
        send: (message) => void transport.send(message.to, { kind: 'raft', message }),
        apply: (entry) => this.applier.apply(entry),
        onProposal: (outcome) => this.proposals.onOutcome(outcome),
        onTransfer: (outcome) => this.transfers.onOutcome(outcome),
        onChange: (outcome) => this.members.onOutcome(outcome),
        onRead: (outcome) => this.barriers.onRead(outcome),
        onStatus: (status) => {
          this.#status = status;
          options.onStatus(status);
        },
        onDiskStalled: options.onDiskStalled,
        onStall: options.onStall,
        onFatal,
      },
    });
    this.proposals = new Proposals({
      clock,
      push: (requestId, time, data) => this.#driver.tryPush({ kind: 'propose', requestId, time, data }),
    });
    const link = {
      clock,
      incarnation: log.identity.incarnation,
      send: (to: StoreId, message: PeerMessage) => transport.send(to, message),
    };
    this.forwards = new Questions({ ...link, waitingMax: limits.proposalsMax });
    this.calls = new Questions({ ...link, waitingMax: limits.callsMax });
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
        },
        onChanges: options.onChanges,
        onFatal,
      },
    });
  }

  /** As of the end of the last batch of inputs. */
  get status(): RaftStatus {
    return this.#status;
  }

  start(): void {
    this.#driver.start();
  }

  async stop(): Promise<void> {
    this.#driver.stop();
    this.proposals.stop();
    this.forwards.stop();
    this.members.stop();
    this.calls.stop();
    this.barriers.stop();
    this.transfers.stop();
    await this.applier.stop();
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
    this.#driver.tryPush({ kind: 'peerLost', storeId });
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
      case 'snapshotOffer':
      case 'snapshotAccept':
      case 'snapshotChunk':
      case 'snapshotChunkTaken':
      case 'snapshotEnd':
      case 'snapshotTaken':
      case 'snapshotFailed':
      case 'stateHash':
      case 'alarms':
        return;
      default:
        unreachable(message);
    }
  }

  /** The link to `storeId` is down: whoever waits for an answer from there gets none. */
  onLinkDown(storeId: StoreId): void {
    this.forwards.onLinkDown(storeId);
    this.calls.onLinkDown(storeId);
  }

  async #answerCall(from: StoreId, requestId: number, term: Term, request: LeaderRequest): Promise<void> {
    const leads = this.#status.role === 'leader' && this.#status.term === term;
    const answer: CallAnswer = leads ? await this.#onCall(request) : { kind: 'refused' };
    this.#transport.send(from, { kind: 'callAnswer', requestId, answer });
  }

  async #answer(from: StoreId, requestId: number, term: Term, data: Uint8Array): Promise<void> {
    const leadsTerm = this.#status.role === 'leader' ? this.#status.term : undefined;
    const answer = this.applier.lagging
      ? ({ kind: 'refused', reason: 'BUSY' } as const)
      : await answerForward({ proposals: this.proposals, codec: this.#codec, leadsTerm, term, data });
    this.#transport.send(from, { kind: 'forwardAnswer', requestId, answer });
  }
}
