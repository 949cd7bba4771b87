// What follows from the observations so far, kept once for all invariants: each peer's log, its synced image, what every
// leader showed of its log, who was voted for, which entries are committed and by whose majorities.
// Owns: what is known. Does not own: any judgement.
//
// E1. `issued` runs ahead of `synced`; after a restart both are what the disk gave back.
// E2. An entry counts as committed when a leader first raises its commit index over it, whatever the others think. The
//     genesis record is committed by being every founder's first entry.
// E3. A leader commits by the configuration that it had before the step in which it did. Where nobody says which that was, it
//     is one that its log shows, at the entry or behind it, or that follows from it: a joint one is left as soon as it is
//     committed, which shows a little later.
// E4. An impaired peer is taken to hold what it held before, and nothing of what it took in since: leaders counted that, and
//     count nothing more. Nobody who lacks it can be elected meanwhile, since the impaired one does not vote.

import type {
  Configuration,
  HardState,
  LogIndex,
  PersistOperation,
  StoreId,
  Term,
} from '../../raft/types.ts';
import { asIndex } from '../../raft/types.ts';
import { type Electorate, electorateOf, isSame, type Mark, MarkedLog, markOf } from './marked-log.ts';
import type { Observation, ObservedStatus } from './observation.ts';

export interface Committed extends Mark {
  /** The term of the leader that committed it: leaders of higher terms must have it. */
  readonly by: Term;
  /** Whose majorities hold it: those of one of these. */
  readonly among: readonly Electorate[];
}

/** Committed entries in a row, up to `to`, whose majorities are those of the same electorates. */
export interface CommittedRun {
  to: number;
  readonly among: readonly Electorate[];
}

/** All that is known of one peer. */
interface Known {
  readonly issued: MarkedLog;
  readonly synced: MarkedLog;
  hardState: HardState | undefined;
  /** In this run. */
  status: ObservedStatus | undefined;
  /** What it held before its disk was damaged, as long as it is impaired: leaders may have counted that (E4). */
  ghost: MarkedLog | undefined;
  /** What was committed when its disk was damaged. */
  damagedAt: number;
  /** Up to here what it holds, or held, is what is committed. */
  agreed: number;
}

export class Evidence {
  readonly #founding: Electorate;
  readonly #peers = new Map<StoreId, Known>();
  /** For each term the part of its leader's log that it showed in appends. */
  readonly #shown = new Map<Term, Map<LogIndex, Mark>>();
  /** By term and candidate: who voted for it. */
  readonly #votes = new Map<string, Set<StoreId>>();
  readonly #committed: Committed[] = [];
  /** The entries of `#committed` in runs of one `among`. */
  readonly #runs: CommittedRun[] = [];
  /** By the configuration that a leader said to have: the same again for each entry that it commits. */
  readonly #said = new WeakMap<Configuration, readonly Electorate[]>();
  #electorate: Electorate;

  constructor(founders: readonly StoreId[]) {
    this.#founding = { index: asIndex(1), sets: [founders] };
    this.#electorate = this.#founding;
  }

  /** Everyone who ever started. */
  get peers(): Iterable<StoreId> {
    return this.#peers.keys();
  }

  get commit(): number {
    return this.#committed.length;
  }

  /** By the newest configuration that is committed. */
  get electorate(): Electorate {
    return this.#electorate;
  }

  /** All that is committed, in order. */
  get runs(): readonly CommittedRun[] {
    return this.#runs;
  }

  committedAt(index: number): Committed | undefined {
    return this.#committed[index - 1];
  }

  issued(peer: StoreId): MarkedLog {
    return this.#of(peer).issued;
  }

  synced(peer: StoreId): MarkedLog {
    return this.#of(peer).synced;
  }

  /** Up to here what `peer` holds durably, or held before its disk was damaged (E4), is what is committed. */
  agreed(peer: StoreId): number {
    return this.#of(peer).agreed;
  }

  isImpaired(peer: StoreId): boolean {
    return this.#of(peer).ghost !== undefined;
  }

  /** What was committed when the disk of `peer` was last damaged. */
  damagedAt(peer: StoreId): number {
    return this.#of(peer).damagedAt;
  }

  hardState(peer: StoreId): HardState | undefined {
    return this.#of(peer).hardState;
  }

  /** As of its last step; `undefined` before its first. */
  status(peer: StoreId): ObservedStatus | undefined {
    return this.#of(peer).status;
  }

  /** Who said that it votes for `candidate`, and `candidate` itself once its vote is durable. */
  votes(candidate: StoreId, term: Term): ReadonlySet<StoreId> {
    return this.#votes.get(`${term} ${candidate}`) ?? new Set();
  }

  /** The entry at `index` of the log that the leader of `term` showed; `undefined` where it never did. */
  shownBy(term: Term, index: LogIndex): Mark | undefined {
    return this.#shown.get(term)?.get(index);
  }

  observe(observation: Observation): void {
    switch (observation.kind) {
      case 'started':
        return this.#observeStarted(observation);
      case 'issued':
        this.issued(observation.peer).write(observation.operation, this.#head(observation.operation));
        return;
      case 'synced':
        return this.#observeSynced(observation);
      case 'damaged':
        return this.#observeDamaged(observation.peer);
      case 'sent':
        return this.#observeSent(observation);
      case 'stepped':
        return this.#observeStepped(observation);
      default: // The others say nothing about logs.
    }
  }

  #observeStarted(observation: Extract<Observation, { kind: 'started' }>): void {
    const { peer, base, log, hardState, impaired } = observation;
    const known = this.#of(peer);
    if (!impaired) known.ghost = undefined;
    const head = this.#committed.slice(0, base);
    known.issued.reset(head, log);
    known.synced.reset(head, log);
    known.hardState = hardState;
    known.status = undefined;
    this.#observeGenesis(log[0] === undefined ? undefined : markOf(log[0]));
    this.#compare(known, 1);
  }

  #observeGenesis(genesis: Mark | undefined): void {
    if (genesis === undefined || this.commit > 0) return;
    this.#commit(genesis, genesis.term, [this.#founding]);
    for (const each of this.#peers.values()) this.#compare(each, 1);
  }

  #observeDamaged(peer: StoreId): void {
    const known = this.#of(peer);
    known.ghost ??= known.synced.copy();
    known.damagedAt = this.commit;
  }

  #observeSynced({ peer, operation }: Extract<Observation, { kind: 'synced' }>): void {
    const known = this.#of(peer);
    const { hardState } = operation;
    if (hardState !== undefined) {
      known.hardState = hardState;
      if (hardState.vote === peer) this.#addVote(hardState.term, peer, peer);
    }
    const from = known.synced.write(operation, this.#head(operation));
    if (operation.mended) known.ghost = undefined;
    this.#compare(known, operation.mended ? 1 : from);
  }

  #observeSent({ message }: Extract<Observation, { kind: 'sent' }>): void {
    if (message.kind === 'voteResponse' && message.granted && !message.preVote) {
      this.#addVote(message.term, message.to, message.from);
    }
    if (message.kind !== 'appendRequest' || message.entries.length === 0) return;
    const shown = this.#shown.get(message.term) ?? new Map<LogIndex, Mark>();
    this.#shown.set(message.term, shown);
    for (const entry of message.entries) shown.set(entry.index, markOf(entry));
  }

  #observeStepped({ peer, status }: Extract<Observation, { kind: 'stepped' }>): void {
    const known = this.#of(peer);
    const before = known.status;
    known.status = status;
    const led = before?.role === 'leader' && before.term === status.term; // one that was removed leads no more
    if (this.commit >= status.commit || !(led || status.role === 'leader')) return;
    const { configuration } = led ? before : status; // E3
    const said = configuration === undefined ? undefined : this.#saidBy(configuration);
    while (this.commit < status.commit) {
      const index = asIndex(this.commit + 1);
      // A leader whose disk hangs may commit what the others have: then its log is known from its appends.
      const mark = known.issued.at(index) ?? this.shownBy(status.term, index);
      if (mark === undefined) break;
      const among = said ?? this.#electoratesFrom(index, known.issued, status.term);
      this.#commit(mark, status.term, among);
    }
    for (const each of this.#peers.values()) this.#compare(each, each.agreed + 1);
  }

  #saidBy(configuration: Configuration): readonly Electorate[] {
    const said = this.#said.get(configuration) ?? [electorateOf(configuration)];
    this.#said.set(configuration, said);
    return said;
  }

  #commit(mark: Mark, by: Term, among: readonly Electorate[]): void {
    this.#committed.push({ ...mark, by, among });
    if (mark.electorate !== undefined) this.#electorate = mark.electorate;
    const run = this.#runs.at(-1);
    if (run?.among === among) run.to = this.commit;
    else this.#runs.push({ to: this.commit, among });
  }

  #electoratesFrom(index: LogIndex, log: MarkedLog, term: Term): readonly Electorate[] {
    const shown = [...(this.#shown.get(term)?.values() ?? [])].flatMap(({ electorate }) => electorate ?? []);
    const beyond = shown.filter((electorate) => electorate.index > log.lastIndex);
    return [...log.electoratesFrom(index), ...beyond].flatMap((electorate) =>
      electorate.index < index
        ? [electorate, { ...electorate, sets: electorate.sets.slice(0, 1) }]
        : [electorate],
    );
  }

  /** What was cut off, where an operation lets the log begin behind a snapshot. */
  #head({ install }: PersistOperation): readonly Mark[] {
    return install === undefined ? [] : this.#committed.slice(0, install.index);
  }

  /** What `known` holds, or what is committed, has changed from `from` on. */
  #compare(known: Known, from: number): void {
    const log = known.ghost ?? known.synced;
    if (known.ghost === undefined) known.agreed = Math.min(known.agreed, from - 1);
    while (known.agreed < this.commit) {
      if (!isSame(log.at(known.agreed + 1), this.#committed[known.agreed])) return;
      known.agreed += 1;
    }
  }

  #addVote(term: Term, candidate: StoreId, voter: StoreId): void {
    const key = `${term} ${candidate}`;
    const votes = this.#votes.get(key) ?? new Set();
    this.#votes.set(key, votes.add(voter));
  }

  #of(peer: StoreId): Known {
    const found = this.#peers.get(peer);
    if (found !== undefined) return found;
    const known: Known = {
      issued: new MarkedLog(this.#founding),
      synced: new MarkedLog(this.#founding),
      hardState: undefined,
      status: undefined,
      ghost: undefined,
      damagedAt: 0,
      agreed: 0,
    };
    this.#peers.set(peer, known);
    return known;
  }
}
