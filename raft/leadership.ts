// One term of leading: proposals in, commit out, and proof after proof that the term is not over.
// Owns: commit (§5.4.2), heartbeats, check-quorum and the barrier for controllers. Does not own: role changes (roles.ts),
// handing over (transfer.ts).
// K1. Commit advances only to an entry of this term that a quorum holds durably; this disk counts like any other (R5).
//     The first such entry is the no-op, so that nothing is counted before it (R6).
// K2. No quorum answered a heartbeat *sent* within `electionMaxMs`: the term is over, whatever this disk does.
// K3. Deciding for the cluster needs an answer to one sent within `electionMinMs`, sent after the last late tick, and
//     the no-op applied; never while it hands over (T1).
// K4. Reads wait for the no-op's commit and for a round begun after them (R12).
// K5. A leader that its own entry removes leads until that is committed, without counting itself (§4.2.2). It takes no
//     proposals behind that entry: nobody would tell it what becomes of them.

import { assert } from '../src/lib/assert.ts';
import { MemberChanges } from './member-changes.ts';
import { Mending } from './mending.ts';
import { Reads, type Reader } from './reads.ts';
import { Replication } from './replication.ts';
import { Rounds } from './rounds.ts';
import type { Shared } from './shared.ts';
import type { RaftStatus } from './status.ts';
import { Transfer } from './transfer.ts';
import {
  asIndex,
  type Entry,
  type EntryPayload,
  type Input,
  type LogIndex,
  type Message,
  sound,
  type StoreId,
  type Term,
} from './types.ts';

export class Leadership {
  readonly #shared: Shared;
  readonly #term: Term;
  readonly #noopIndex: LogIndex;
  readonly #mending: Mending;
  readonly #replication: Replication;
  readonly #rounds: Rounds;
  readonly #reads: Reads;
  readonly #members: MemberChanges;
  readonly #transfer: Transfer;
  readonly #electedMs: number;
  /** Check-quorum counts from here until a quorum has answered a later round: the election, or a late tick (E2). */
  #graceFromMs: number;
  /** Rounds before it prove nothing to controllers (K3). */
  #leaseFromRound = 0;
  #heartbeatDueMs: number;
  /** Something changed that may permit sending. */
  #isDirty = true;

  constructor(shared: Shared, term: Term) {
    this.#shared = shared;
    this.#term = term;
    this.#mending = new Mending(shared, term);
    const counts = (voter: StoreId): boolean => this.#mending.counts(voter);
    this.#replication = new Replication(shared, term, this.#mending);
    this.#rounds = new Rounds({ self: shared.self, quorum: shared.quorum, counts });
    this.#reads = new Reads(shared, term);
    this.#members = new MemberChanges({
      shared,
      replication: this.#replication,
      append: (payload, time) => {
        const entry = this.#append(payload, time);
        this.#replication.onConfiguration();
        return entry;
      },
      isHeldUp: () => !this.#mayAppend,
    });
    this.#transfer = new Transfer(shared, term, this.#replication);
    this.#electedMs = this.#graceFromMs = shared.timer.now;
    this.#heartbeatDueMs = shared.timer.now + shared.config.heartbeatMs;
    this.#noopIndex = this.#append({ kind: 'noop' }, 0).index;
    this.#beginRound();
  }

  get isDirty(): boolean {
    return this.#isDirty;
  }

  /** A quorum has confirmed this leader so recently that nobody else can be wanted (§4.2.3). */
  get isSticky(): boolean {
    const { timer, config } = this.#shared;
    const confirmedMs = Math.max(this.#electedMs, this.#rounds.quorumSentMs(timer.now));
    return timer.now - confirmedMs < config.electionMinMs;
  }

  /** K2, T2. */
  get isOver(): boolean {
    const { timer, config } = this.#shared;
    if (this.#transfer.isTermOver) return true;
    const confirmedMs = Math.max(this.#graceFromMs, this.#rounds.quorumSentMs(timer.now));
    return timer.now - confirmedMs >= config.electionMaxMs;
  }

  /** K3, as of the last tick: until when this leader may control; undefined when it may not. */
  get controlUntilMs(): number | undefined {
    const { log, timer, config } = this.#shared;
    if (this.#transfer.isUnderWay) return undefined;
    if (log.applied < this.#noopIndex || this.#rounds.quorumRound < this.#leaseFromRound) return undefined;
    const untilMs = this.#rounds.quorumSentMs(timer.now) + config.electionMinMs;
    return timer.now < untilMs ? untilMs : undefined;
  }

  get progress(): RaftStatus['progress'] {
    const { self, log, timer } = this.#shared;
    const needs = asIndex(log.lastIndex + 1);
    const own = { kind: 'replicate', match: log.durable, needs, lastHeardMs: timer.now } as const;
    return new Map([[self, own], ...this.#replication.progress]);
  }

  /** K5. */
  get isRemoved(): boolean {
    return this.#members.isRemoved;
  }

  /** Whether `storeId` is sent entries: everyone who belongs to the cluster, and who is on the way out. */
  serves(storeId: StoreId): boolean {
    return this.#replication.has(storeId);
  }

  propose(input: Extract<Input, { kind: 'propose' }>): void {
    const { outbox } = this.#shared;
    const { requestId, data, time } = input;
    const reason = this.#refusal(data.byteLength);
    if (reason !== undefined) return outbox.answerProposal({ kind: 'refused', requestId, reason });
    const { index } = this.#append({ kind: 'command', data }, time);
    outbox.answerProposal({ kind: 'appended', requestId, index, term: this.#term });
  }

  /** Why a proposal of so many bytes is not taken now. */
  #refusal(bytes: number): 'TRANSFERRING' | 'NOT_LEADER' | 'BUSY' | undefined {
    const { self, log, config, quorum, disk } = this.#shared;
    if (this.#transfer.isUnderWay || disk.isDistrusted) return 'TRANSFERRING'; // T4
    if (!quorum.has(self)) return 'NOT_LEADER'; // K5
    const isOver = log.unappliedBytes + bytes > config.uncommittedBytesMax;
    const isFull = log.unapplied >= config.uncommittedMax || isOver;
    return disk.isFull || (isFull && log.unapplied > 0) ? 'BUSY' : undefined;
  }

  changeMembers(input: Extract<Input, { kind: 'changeMembers' }>): void {
    const { requestId } = input;
    const judged = this.#members.judge(input, this.#isNoopCommitted);
    this.#shared.outbox.answerChange(
      typeof judged === 'string'
        ? { kind: 'refused', requestId, reason: judged }
        : { kind: 'appended', requestId, index: judged.index, term: this.#term },
    );
  }

  read(reader: Reader): void {
    this.#reads.add(reader);
    this.#isDirty = true;
  }

  transfer(input: Extract<Input, { kind: 'transfer' }>): void {
    this.#transfer.request(input);
    this.#isDirty = true;
  }

  /** This disk hangs. False when nobody can take over: the term is over. */
  onDiskStalled(): boolean {
    this.#isDirty = true;
    return this.#transfer.onDiskStalled();
  }

  onAppendResponse(message: Extract<Message, { kind: 'appendResponse' }>): void {
    if (!this.serves(message.from) || !this.#mending.believes(message)) return;
    this.#replication.onAppendResponse(message);
    this.#maybeCommit();
    this.#isDirty = true;
  }

  onHeartbeatResponse(message: Extract<Message, { kind: 'heartbeatResponse' }>): void {
    if (!this.serves(message.from)) return;
    const isNews = this.#mending.onHeartbeatResponse(message, this.#rounds.current);
    if (isNews) this.#replication.onImpaired(message.from);
    if (message.impairment === sound) this.#rounds.onAnswer(message.from, message.round);
    this.#replication.onHeartbeatResponse(message);
    this.#maybeCommit(); // what it holds may count now
    this.#isDirty = true;
  }

  /** This disk holds more (R5). */
  onPersisted(): void {
    this.#maybeCommit();
    this.#isDirty = true;
  }

  onLoaded(storeId: StoreId, entries: readonly Entry[]): void {
    this.#replication.onLoaded(storeId, entries);
    this.#isDirty = true;
  }

  /** A snapshot to it has ended, in one way or another. */
  onSnapshotSent(storeId: StoreId, index: LogIndex | undefined): void {
    this.#replication.onSnapshotSent(storeId, index);
    this.#isDirty = true;
  }

  /** Nothing proven before counts; there is time to prove it anew, but once only until a quorum has answered (E2). */
  onLateTick(): void {
    if (this.#rounds.quorumRound >= this.#leaseFromRound) this.#graceFromMs = this.#shared.timer.now;
    this.#leaseFromRound = this.#rounds.current + 1;
  }

  tick(late: boolean): void {
    const { timer, config } = this.#shared;
    this.#rounds.forget(timer.now - config.electionMaxMs);
    this.#transfer.tick();
    if (this.#replication.tick()) this.#isDirty = true;
    if (late || timer.now >= this.#heartbeatDueMs) {
      this.#heartbeatDueMs = timer.now + config.heartbeatMs; // however many rounds reads began meanwhile
      this.#members.onBeat(this.#isNoopCommitted);
      this.#beatMending();
      this.#beginRound();
    }
  }

  /** Sends what may be sent, in batches: called once for all that came since the last time. */
  flush(): void {
    if (!this.#isDirty) return;
    this.#isDirty = false;
    this.#reads.confirm(this.#rounds.quorumRound);
    if (this.#reads.wantRound && this.#isNoopCommitted) {
      this.#beginRound();
      this.#reads.confirm(this.#rounds.quorumRound); // a quorum of one needs no answer
    }
    this.#replication.flush(this.#rounds.current);
    this.#transfer.flush();
    for (const follower of this.#replication.uninformed()) this.#heartbeat(follower);
  }

  /** Says the last word of a leader that was removed. */
  resign(): void {
    this.flush();
    this.#transfer.appoint();
  }

  /** The term is over: every read that waits is refused. */
  end(): void {
    this.#transfer.end();
    this.#reads.end();
  }

  get #isNoopCommitted(): boolean {
    return this.#shared.log.commit >= this.#noopIndex;
  }

  #append(payload: EntryPayload, time: number): Entry {
    const { log } = this.#shared;
    const index = asIndex(log.lastIndex + 1);
    const entry = { index, term: this.#term, time: Math.max(time, log.lastTime), payload };
    log.append(entry);
    this.#isDirty = true;
    return entry;
  }

  /** This disk has room, and no successor would lack what is appended now. */
  get #mayAppend(): boolean {
    return !this.#transfer.isUnderWay && !this.#shared.disk.isFull;
  }

  /** What an impaired follower waits for; a leader that is removed appends nothing any more (K5). */
  #beatMending(): void {
    const { self, quorum } = this.#shared;
    const mayAppend = this.#mayAppend && quorum.has(self);
    const append = (): LogIndex => this.#append({ kind: 'noop' }, 0).index;
    this.#mending.onBeat(this.#replication, mayAppend ? append : undefined);
  }

  /** K1. */
  #maybeCommit(): void {
    const { self, log, quorum } = this.#shared;
    const held = quorum.reached((voter) =>
      voter === self ? log.durable : this.#replication.countedMatchOf(voter),
    );
    const index = asIndex(held);
    if (index <= log.commit || log.termAt(index) !== this.#term) return;
    assert(index >= this.#noopIndex, 'R6: the no-op is the first entry of its term');
    log.advanceCommit(index);
    this.#members.onCommitted();
  }

  #beginRound(): void {
    const round = this.#rounds.begin(this.#shared.timer.now);
    if (this.#isNoopCommitted) this.#reads.onRound(round, this.#shared.log.commit);
    for (const follower of this.#replication.followers) this.#heartbeat(follower);
    this.#transfer.onRound();
    this.#isDirty = true;
  }

  #heartbeat(to: StoreId): void {
    const commit = this.#replication.tellCommit(to);
    const [from, round] = [this.#shared.self, this.#rounds.current];
    this.#shared.outbox.send({ kind: 'heartbeatRequest', from, to, term: this.#term, round, commit });
  }
}
