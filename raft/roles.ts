// The roles of a peer: follower, pre-candidate, candidate, leader, and the messages that move it between them (§3.3, §3.4).
// Owns: the role, and with it who leads; every change of term. Does not own: the log, time, what a leader does (leadership.ts).
// M1. A message of a higher term is obeyed, except that a pre-vote never raises a term (§9.6) and that no request for a
//     vote is even heard while a leader is (§4.2.3), unless that leader handed over or is dead (succession.ts).
// M2. A message of a lower term changes nothing; its sender is told the term if it asked something.
// M3. Whatever says a term to someone who did not know it leaves when that term is durable here.

import { assert, unreachable } from '../src/lib/assert.ts';
import type { Basis } from './durability.ts';
import { Ballot, campaign, deservesVote, judgePreVote, voteRequests, type VoteRequest } from './election.ts';
import { answerInstalled, answerLeader, staleAnswer } from './follower.ts';
import type { ForwardedReads } from './forwarded-reads.ts';
import { Leadership } from './leadership.ts';
import type { Shared } from './shared.ts';
import { Succession } from './succession.ts';
import { asTerm, type Input, type Message, type RequestId, type StoreId, type Term } from './types.ts';

export type RoleState =
  | { readonly kind: 'follower'; readonly leader: StoreId | undefined }
  | { readonly kind: 'preCandidate'; readonly ballot: Ballot }
  | { readonly kind: 'candidate'; readonly ballot: Ballot }
  | { readonly kind: 'leader'; readonly leadership: Leadership };

export class Roles {
  readonly #shared: Shared;
  readonly #forwardedReads: ForwardedReads;
  readonly #succession = new Succession();
  #role: RoleState = { kind: 'follower', leader: undefined };

  constructor(shared: Shared, forwardedReads: ForwardedReads) {
    this.#shared = shared;
    this.#forwardedReads = forwardedReads;
  }

  get role(): RoleState {
    return this.#role;
  }

  get term(): Term {
    return this.#shared.durability.hardState.term;
  }

  get leader(): StoreId | undefined {
    if (this.#role.kind === 'leader') return this.#shared.self;
    return this.#role.kind === 'follower' ? this.#role.leader : undefined;
  }

  /** `flush` may have something to do. */
  get isDirty(): boolean {
    return this.#role.kind === 'leader' ? this.#role.leadership.isDirty : this.#forwardedReads.hasWaiting;
  }

  tick(now: number): void {
    const { late, electionDue } = this.#shared.timer.tick(now);
    this.#forwardedReads.expire(now);
    if (this.#role.kind === 'leader') {
      if (late) this.#role.leadership.onLateTick();
      if (this.#role.leadership.isOver) return this.#becomeFollower(this.term, undefined);
      this.#role.leadership.tick(late);
    } else if (electionDue && this.#mayCampaign) {
      this.#becomePreCandidate();
    }
  }

  propose(input: Extract<Input, { kind: 'propose' }>): void {
    if (this.#role.kind === 'leader') return this.#role.leadership.propose(input);
    this.#shared.outbox.answerProposal({ kind: 'refused', requestId: input.requestId, reason: 'NOT_LEADER' });
  }

  changeMembers(input: Extract<Input, { kind: 'changeMembers' }>): void {
    if (this.#role.kind === 'leader') return this.#role.leadership.changeMembers(input);
    this.#shared.outbox.answerChange({ kind: 'refused', requestId: input.requestId, reason: 'NOT_LEADER' });
  }

  read(requestId: RequestId): void {
    const { outbox } = this.#shared;
    if (this.#role.kind === 'leader') return this.#role.leadership.read({ kind: 'local', requestId });
    const isAsked = this.leader !== undefined && this.#forwardedReads.tryAdd(requestId);
    const reason = this.leader === undefined ? 'NO_LEADER' : 'BUSY';
    if (!isAsked) outbox.answerRead({ kind: 'refused', requestId, reason });
  }

  transfer(input: Extract<Input, { kind: 'transfer' }>): void {
    if (this.#role.kind === 'leader') return this.#role.leadership.transfer(input);
    this.#shared.outbox.answerTransfer({ kind: 'refused', requestId: input.requestId, reason: 'NOT_LEADER' });
  }

  /** U2: only the death of the leader that this peer follows matters. */
  peerLost(storeId: StoreId): void {
    if (this.#role.kind !== 'follower' || this.#role.leader !== storeId) return;
    this.#becomeFollower(this.term, undefined);
    this.#succession.onLost({ leader: storeId, term: this.term });
    this.#shared.timer.onLeaderLost();
  }

  diskStalled(): void {
    if (!this.#shared.durability.isWriting) return;
    this.#shared.disk.onStalled();
    if (this.#role.kind === 'leader' && this.#role.leadership.onDiskStalled()) return;
    if (this.#role.kind !== 'follower') this.#becomeFollower(this.term, undefined);
  }

  /** Whether this peer should lead has changed: whoever should not does not ask for it any more. */
  onFitness(): void {
    const campaigns = this.#role.kind !== 'leader' && this.#role.kind !== 'follower';
    if (campaigns && !this.#shared.disk.mayTakeOver) this.#becomeFollower(this.term, undefined);
  }

  /** A state that holds what is committed has arrived, whole. Whoever lacks some of that has nothing to campaign with. */
  snapshotReceived({ term, snapshot }: Extract<Input, { kind: 'snapshotReceived' }>): void {
    if (term > this.term) this.#becomeFollower(term, undefined); // M1
    if (!this.#shared.snapshots.receive(snapshot, this.#role.kind === 'leader')) return;
    if (this.#role.kind !== 'follower') this.#becomeFollower(this.term, undefined);
    if (this.leader !== undefined) this.#answer(answerInstalled(this.leader, this.#shared), 'log');
  }

  /** `released`: messages that waited for what is durable now. Those of an older term have nothing to say any more. */
  onPersisted(released: readonly Message[]): void {
    for (const message of released) {
      if (message.kind === 'voteRequest' && this.#role.kind !== 'candidate') continue;
      if (message.term !== this.term) continue;
      if (message.to === this.#shared.self) this.#dispatch(message);
      else this.#shared.outbox.send(message);
    }
    if (this.#role.kind === 'leader') this.#role.leadership.onPersisted();
    this.#maybeResign();
  }

  /** What gathers until the driver takes it: appends, rounds for reads, forwarded reads. */
  flush(): void {
    if (this.#role.kind === 'leader') this.#role.leadership.flush();
    else if (this.leader !== undefined) this.#forwardedReads.flush(this.leader);
  }

  receive(message: Message): void {
    if (message.to !== this.#shared.self || message.from === this.#shared.self) return; // misrouted
    if (message.kind === 'voteRequest') return this.#onVoteRequest(message);
    const isPreVote = message.kind === 'voteResponse' && message.preVote && message.granted;
    if (message.term > this.term && !isPreVote) this.#becomeFollower(message.term, undefined); // M1
    if (message.term < this.term) return this.#answerStale(message);
    this.#dispatch(message);
  }

  /** Handles a message of this term (or the grant of a pre-vote for the next). */
  #dispatch(message: Message): void {
    switch (message.kind) {
      case 'voteRequest':
        return this.#onVoteRequest(message);
      case 'voteResponse':
        return this.#onVoteResponse(message);
      case 'appendRequest':
      case 'heartbeatRequest': {
        this.#follow(message.from);
        const answered = answerLeader(message, this.#shared);
        if (answered !== undefined) this.#answer(answered.answer, answered.basis); // R4
        return;
      }
      case 'appendResponse':
        if (this.#role.kind === 'leader') this.#role.leadership.onAppendResponse(message);
        return this.#maybeResign();
      case 'heartbeatResponse':
        if (this.#role.kind === 'leader') this.#role.leadership.onHeartbeatResponse(message);
        return this.#maybeResign();
      case 'mended':
        return this.#shared.disk.onMended(message, this.#shared.log);
      case 'timeoutNow':
        if (this.#role.kind !== 'candidate' && this.#mayCampaign && this.#shared.disk.mayTakeOver)
          this.#becomeCandidate({ kind: 'transfer' });
        return;
      case 'readRequest':
        return this.#onReadRequest(message);
      case 'readResponse':
        if (message.from === this.leader) this.#forwardedReads.onAnswer(message.requestId, message.index);
        return;
      default:
        return unreachable(message);
    }
  }

  #onVoteRequest(message: VoteRequest): void {
    const { self, durability, timer } = this.#shared;
    const { preVote, from } = message;
    const isStale = message.term < this.term;
    if (!isStale && this.#isSticky && !this.#succession.excuses(message, this.term)) return; // M1
    if (!preVote && message.term > this.term) this.#becomeFollower(message.term, undefined);
    if (preVote) {
      const judged = judgePreVote(message, this.#shared, this.#role.kind === 'preCandidate');
      if (judged === 'givesWay') {
        this.#becomeFollower(this.term, undefined);
        timer.restart();
      }
      const granted = judged !== 'refused';
      const term = granted ? message.term : this.term;
      const answer: Message = { kind: 'voteResponse', from: self, to: from, term, preVote, granted };
      return granted ? this.#shared.outbox.send(answer) : this.#answer(answer, 'term');
    }
    const granted = !isStale && deservesVote(message, this.#shared);
    if (granted) {
      if (durability.hardState.vote === undefined) durability.hardState = { term: this.term, vote: from };
      timer.restart();
    }
    this.#answer({ kind: 'voteResponse', from: self, to: from, term: this.term, preVote, granted }, 'term'); // R1
  }

  #onVoteResponse(message: Extract<Message, { kind: 'voteResponse' }>): void {
    const { preVote, granted, from, term } = message;
    const role = this.#role;
    if (role.kind === 'follower' || role.kind === 'leader') return;
    if (preVote !== (role.kind === 'preCandidate')) return;
    if (preVote && granted && term !== this.term + 1) return; // for an earlier campaign
    this.#onTally(role.ballot.count(from, granted));
  }

  #onReadRequest(message: Extract<Message, { kind: 'readRequest' }>): void {
    const { requestId, from: storeId } = message;
    if (this.#role.kind !== 'leader') return this.#answerStale(message);
    if (this.#role.leadership.serves(storeId))
      this.#role.leadership.read({ kind: 'follower', storeId, requestId });
  }

  #answerStale(message: Exclude<Message, VoteRequest>): void {
    const answer = staleAnswer(message, this.term, this.#shared);
    if (answer !== undefined) this.#answer(answer, 'term'); // M2
  }

  get #isSticky(): boolean {
    return (this.#role.kind === 'leader' ? this.#role.leadership : this.#shared.timer).isSticky;
  }

  get #mayCampaign(): boolean {
    return this.#shared.log.configurations.mayCampaign(this.#shared.self) && this.#shared.disk.mayCampaign;
  }

  /** `leader` proved that it leads this term. */
  #follow(leader: StoreId): void {
    assert(this.#role.kind !== 'leader', 'a term has one leader');
    this.#shared.timer.onLeaderHeard();
    this.#succession.onLeader();
    if (this.leader === leader) return;
    assert(this.leader === undefined, 'a term has one leader');
    this.#becomeFollower(this.term, leader);
  }

  #becomeFollower(term: Term, leader: StoreId | undefined): void {
    const { durability, timer } = this.#shared;
    assert(term >= this.term, 'terms never fall');
    if (term > this.term) durability.hardState = { term, vote: undefined };
    this.#forwardedReads.refuseAll();
    if (this.#role.kind === 'leader') {
      this.#role.leadership.end();
      timer.restart();
    }
    this.#role = { kind: 'follower', leader };
  }

  /** A leader that was removed has told everyone of the commit that removed it, and goes (§4.2.2). */
  #maybeResign(): void {
    if (this.#role.kind !== 'leader' || !this.#role.leadership.isRemoved) return;
    this.#role.leadership.resign();
    this.#becomeFollower(this.term, undefined);
  }

  /** Asks whether an election could be won, before anyone's term is raised for it (§9.6). */
  #becomePreCandidate(): void {
    this.#forwardedReads.refuseAll();
    this.#shared.timer.restart();
    const ballot = new Ballot(this.#shared.quorum);
    this.#role = { kind: 'preCandidate', ballot };
    const campaign = { term: asTerm(this.term + 1), preVote: true, cause: this.#succession.cause };
    for (const request of voteRequests(this.#shared, campaign)) this.#shared.outbox.send(request);
    this.#onTally(ballot.count(this.#shared.self, true));
  }

  #becomeCandidate(cause: VoteRequest['cause']): void {
    assert(this.#role.kind !== 'leader', 'a leader needs no election');
    this.#forwardedReads.refuseAll();
    this.#role = { kind: 'candidate', ballot: campaign(this.#shared, cause) };
  }

  #becomeLeader(): void {
    assert(this.#role.kind === 'candidate', 'leaders are elected');
    assert(this.#shared.durability.hardState.vote === this.#shared.self, 'a leader voted for itself');
    this.#succession.onLeader();
    this.#role = { kind: 'leader', leadership: new Leadership(this.#shared, this.term) };
  }

  #onTally(tally: 'won' | 'lost' | 'open'): void {
    if (tally === 'lost') this.#becomeFollower(this.term, undefined);
    else if (tally === 'open') return;
    else if (this.#role.kind === 'preCandidate') this.#becomeCandidate(this.#succession.cause);
    else this.#becomeLeader();
  }

  /** M3. */
  #answer(message: Message, basis: Basis): void {
    if (!this.#shared.durability.hold(message, basis)) this.#shared.outbox.send(message);
  }
}
