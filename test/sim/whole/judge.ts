// Judges a run of whole peers: what their ports show, what their states changed, what their users were told.
// Owns: the invariants, and the first one that was broken. Does not own: what happens.
//
// V1. What ports show is judged by the invariants of the cores' simulation: a leader's commit is what it says of it.
// V2. At most one peer may control at any moment.

import {
  asIndex,
  asTerm,
  type Configuration,
  type LogIndex,
  type Message,
  type StoreId,
  type Term,
} from '../../../raft/types.ts';
import type { Peer } from '../../../src/peer/peer.ts';
import { assert } from '../../../src/lib/assert.ts';
import type { RaftConfig } from '../../../raft/config.ts';
import type { Command } from '../../../src/protocol/command.ts';
import { createCommandCodec } from '../../../src/storage/codec.ts';
import { State } from '../../../src/state/state.ts';
import type { RowChange, View } from '../../../src/state/view.ts';
import { Checker } from '../checker.ts';
import { CommittedDurable } from '../invariants/committed-durable.ts';
import { Electable } from '../invariants/electable.ts';
import { Elected } from '../invariants/elected.ts';
import { HonestPromises } from '../invariants/honest-promises.ts';
import { Impaired } from '../invariants/impaired.ts';
import { LeaderCompleteness } from '../invariants/leader-completeness.ts';
import { LogMatching } from '../invariants/log-matching.ts';
import { OneLeader } from '../invariants/one-leader.ts';
import { Reached } from '../invariants/reached.ts';
import { Snapshots } from '../invariants/snapshots.ts';
import { StateHash } from '../invariants/state-hash.ts';
import { Votes } from '../invariants/votes.ts';
import { type Observation, Violation } from '../observation.ts';
import { Commands } from './commands.ts';
import { Ledger } from './ledger.ts';
import { MemberAnswers } from './member-answers.ts';
import { MemberSituations } from './member-situations.ts';
import { Queues } from './queues.ts';
import type { Registers } from './registers.ts';
import type { Situations } from './situations.ts';
import type { WholePeer } from './whole-peer.ts';

export class WholeJudge {
  readonly ledger = new Ledger();
  readonly answers = new MemberAnswers();
  /** What broke, first. */
  broken: unknown;
  readonly #situations: Situations;
  readonly #registers: Registers;
  readonly #checker: Checker;
  readonly #members: MemberSituations;
  readonly #queues: Queues;
  /** Whose log grew since it was last looked at. */
  readonly #grown = new Set<StoreId>();
  readonly #commands = new Commands(createCommandCodec());
  /** Indices of entries that changed rows. */
  readonly #changed = new Set<number>();
  /** By store: how far its state was when last looked at. */
  readonly #reached = new Map<StoreId, number>();

  constructor(options: {
    founders: readonly StoreId[];
    raft: RaftConfig;
    situations: Situations;
    registers: Registers;
  }) {
    const { founders, raft, situations } = options;
    this.#situations = situations;
    this.#registers = options.registers;
    this.#queues = new Queues(raft);
    this.#members = new MemberSituations(situations);
    this.#checker = new Checker(founders, [
      new OneLeader(),
      new Elected(),
      new LogMatching(),
      new LeaderCompleteness(),
      new CommittedDurable(),
      new Electable(),
      new StateHash(),
      new Impaired(),
      new Snapshots(),
      new Votes(),
      new HonestPromises(),
      new Reached(),
    ]);
  }

  /** The configurations by which somebody may decide whose disk is one of `stores`. */
  candidates(stores: readonly StoreId[]): readonly Configuration[] {
    return this.ledger.candidates(stores, this.#checker.evidence);
  }

  /** Its disk lost something, and the others have not mended that yet. */
  isImpaired(storeId: StoreId): boolean {
    return this.#checker.evidence.isImpaired(storeId);
  }

  /** How many decide, by the log of that store; the fewest where a joint configuration has two sets. */
  votersBy(storeId: StoreId): number {
    return Math.min(...this.#checker.evidence.issued(storeId).electorate.sets.map(({ length }) => length));
  }

  /** Of the last entry on its disk. */
  lastTerm(storeId: StoreId): number {
    return this.#checker.evidence.synced(storeId).lastTerm;
  }

  /** Of its disk. */
  lastIndex(storeId: StoreId): number {
    return this.#checker.evidence.synced(storeId).lastIndex;
  }

  /** A violation is kept rather than thrown: it would end in somebody's promise. */
  guard(check: () => void): void {
    try {
      check();
    } catch (error) {
      this.broken ??= error;
    }
  }

  observe(observation: Observation): void {
    this.guard(() => {
      this.ledger.observe(observation);
      if (observation.kind === 'issued') this.#grown.add(observation.peer);
      if (observation.kind === 'started') this.#reached.set(observation.peer, observation.applied);
      this.#checker.observe(observation);
    });
  }

  sent(message: Message): void {
    this.observe({ kind: 'sent', message });
    this.guard(() => this.#queues.sent(message));
    if (message.kind !== 'appendRequest' && message.kind !== 'heartbeatRequest') return;
    this.#observeCommit(message.from, message.term, message.commit); // V1
  }

  changed(index: number, changes: readonly RowChange[]): void {
    if (this.#changed.has(index)) return;
    this.#changed.add(index);
    this.#count(changes);
    const entry = this.ledger.committedAt(index);
    if (entry !== undefined) this.guard(() => this.#commands.changed(entry));
  }

  /** A snapshot took the place of the state. */
  installed(storeId: StoreId, view: View): void {
    this.#reached.set(storeId, view.appliedIndex);
    this.observe({ kind: 'installed', peer: storeId, ...stateOf(view) });
  }

  /** Looks at the peers as they are between two events. */
  look(peers: readonly WholePeer[]): void {
    for (const { peer, storeId, isOutdated } of peers) {
      if (!isOutdated && peer !== undefined && peer.view.appliedIndex !== this.#reached.get(storeId))
        this.#lookAt(storeId, peer);
    }
    for (const storeId of this.#grown) {
      const behind = this.ledger.behindCommit(storeId, this.#checker.evidence);
      this.guard(() => this.#queues.held(storeId, behind));
    }
    this.#grown.clear();
    this.#checkControl(peers);
  }

  /**
   * What a leader has applied it has committed, whether or not it has told anyone. (One that was just removed is not known
   * as a leader any more: what it applied is judged once others take it for committed.)
   */
  #lookAt(storeId: StoreId, peer: Peer): void {
    const { self, leader, term } = peer.cluster();
    const state = stateOf(peer.view);
    if (leader === self) this.#observeCommit(storeId, asTerm(term), state.applied);
    if (state.applied > this.#checker.evidence.commit) return;
    this.#reached.set(storeId, state.applied);
    this.observe({ kind: 'reached', peer: storeId, ...state });
  }

  #observeCommit(peer: StoreId, term: Term, commit: LogIndex): void {
    const status = { role: 'leader', term, commit, applied: commit, lastIndex: commit } as const;
    this.observe({ kind: 'stepped', peer, status });
    this.guard(() => {
      for (const entry of this.ledger.advance(this.#checker.evidence)) {
        const { repeats } = this.#commands;
        this.#onCommand(this.#commands.committed(entry));
        this.#situations.add('operations written again', this.#commands.repeats - repeats);
        if (this.#changed.has(entry.index)) this.#commands.changed(entry);
        this.answers.committed(entry);
        this.#members.committed(entry, peer);
      }
    });
  }

  #onCommand(command: Command | undefined): void {
    if (command?.kind === 'setting.put') this.#registers.committed(command.data);
  }

  #count(changes: readonly RowChange[]): void {
    for (const { before, after } of changes) {
      if (after?.kind !== 'Assignment') continue;
      if (before === undefined) this.#situations.add('replicas placed');
      else if (after.status.state === 'lost') this.#situations.add('replicas lost with their node');
    }
  }

  /** V2. */
  #checkControl(peers: readonly WholePeer[]): void {
    const controlling = peers.filter(({ peer }) => peer?.controlTerm() !== undefined);
    if (controlling.length <= 1) return;
    const names = controlling.map(({ name, peer }) => `${name} (term ${peer?.controlTerm()})`);
    this.broken ??= new Violation(`control: ${names.join(' and ')} may control at one moment`);
  }
}

/** A state tells its hash to whoever knows that it is one. */
function stateOf(view: View): { readonly applied: LogIndex; readonly stateHash: number } {
  assert(view instanceof State, 'a peer shows its state');
  return { applied: asIndex(view.appliedIndex), stateHash: hashNumber(view.hash()) };
}

/** As much of a hash as a number holds. */
export const hashNumber = (hash: string): number => Number.parseInt(hash.slice(0, 13), 16);
