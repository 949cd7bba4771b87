// What follows from the observations so far, kept once for all invariants: each peer's log, its synced image, what every
// leader showed of its log, and which entries are committed.
// Owns: the marks (term and digest) that stand for entries. Does not own: any judgement.
//
// E1. `issued` runs ahead of `synced`; after a restart both are what the disk gave back.
// E2. An entry counts as committed when a leader first raises its commit index over it, whatever the others think. The
//     genesis record is committed by being every founder's first entry.
// E3. Who votes is what the logs say, entry by entry. What a disk held when it was last heard of, it holds for good: a
//     store that is gone votes for nobody, so that nobody can win who lacks what it held.

import type { Entry, HardState, LogIndex, PersistOperation, StoreId, Term } from '../../raft/types.ts';
import { digestOf } from './digest.ts';
import type { Observation } from './observation.ts';

/** Who decides from some entry on: a majority of `voters`, and one of `outgoing` where there are any. */
export interface VoterSets {
  readonly voters: readonly StoreId[];
  readonly outgoing: readonly StoreId[];
}

export interface Mark {
  readonly term: Term;
  readonly digest: number;
  /** Of an entry that says who votes. */
  readonly sets: VoterSets | undefined;
}

export interface Committed extends Mark {
  /** The term of the leader that committed it: leaders of higher terms must have it. */
  readonly by: Term;
}

export const markOf = (entry: Entry): Mark => ({
  term: entry.term,
  digest: digestOf(entry),
  sets: setsOf(entry),
});

export const isSame = (a: Mark | undefined, b: Mark | undefined): boolean =>
  a !== undefined && b !== undefined && a.term === b.term && a.digest === b.digest;

/** A log of marks: entry i stands at i - 1. */
export class MarkedLog {
  readonly #marks: Mark[] = [];
  /** Where the entries stand that say who votes, in order. */
  #turns: number[] = [];

  get lastIndex(): number {
    return this.#marks.length;
  }

  /** Of the entries that say who votes, the newest at or below `index` and all later ones. */
  turnsFrom(index: number): readonly number[] {
    const first = this.#turns.findLastIndex((turn) => turn <= index);
    return this.#turns.slice(Math.max(first, 0));
  }

  at(index: number): Mark | undefined {
    return this.#marks[index - 1];
  }

  reset(log: readonly Entry[]): void {
    this.#truncate(1);
    for (const entry of log) this.#push(entry);
  }

  write(operation: PersistOperation): void {
    if (operation.truncateFrom !== undefined) this.#truncate(operation.truncateFrom);
    for (const entry of operation.entries) this.#push(entry);
  }

  #push(entry: Entry): void {
    const mark = markOf(entry);
    this.#marks.push(mark);
    if (mark.sets !== undefined) this.#turns.push(this.#marks.length);
  }

  #truncate(from: number): void {
    this.#marks.length = Math.min(this.#marks.length, from - 1);
    this.#turns = this.#turns.filter((turn) => turn < from);
  }
}

export class Evidence {
  /** Who votes where a log does not say. */
  readonly #founders: VoterSets;
  readonly #issued = new Map<StoreId, MarkedLog>();
  readonly #synced = new Map<StoreId, MarkedLog>();
  readonly #hardStates = new Map<StoreId, HardState>();
  /** For each term the part of its leader's log that it showed in appends. */
  readonly #shown = new Map<Term, Map<LogIndex, Mark>>();
  readonly #committed: Committed[] = [];
  #decidedBy: VoterSets;

  constructor(founders: readonly StoreId[]) {
    this.#founders = { voters: founders, outgoing: [] };
    this.#decidedBy = this.#founders;
  }

  /** The voters of the newest committed configuration: every later leader has a majority of them, or follows one who had. */
  get voters(): readonly StoreId[] {
    return this.#decidedBy.voters;
  }

  get commit(): number {
    return this.#committed.length;
  }

  committedAt(index: number): Committed | undefined {
    return this.#committed[index - 1];
  }

  issued(peer: StoreId): MarkedLog {
    return this.#logIn(this.#issued, peer);
  }

  synced(peer: StoreId): MarkedLog {
    return this.#logIn(this.#synced, peer);
  }

  hardState(peer: StoreId): HardState | undefined {
    return this.#hardStates.get(peer);
  }

  /** The entry at `index` of the log that the leader of `term` showed; `undefined` where it never did. */
  shownBy(term: Term, index: LogIndex): Mark | undefined {
    return this.#shown.get(term)?.get(index);
  }

  /** How many synced images of `stores` hold `mark` at `index`. */
  copies(index: number, mark: Mark, stores: readonly StoreId[]): number {
    return stores.filter((store) => isSame(this.synced(store).at(index), mark)).length;
  }

  /**
   * By whom the leader `peer` of `term` may have counted entry `index`: the newest configuration of its log at or below
   * the entry, and whatever it has appended since.
   */
  countedBy(peer: StoreId, term: Term, index: LogIndex): readonly VoterSets[] {
    const log = this.issued(peer);
    const turns = log.turnsFrom(index);
    const counted = turns.map((turn) => log.at(turn)?.sets);
    for (let beyond = log.lastIndex + 1; beyond <= index; beyond += 1) {
      counted.push(this.shownBy(term, beyond as LogIndex)?.sets);
    }
    const [first = Infinity] = turns;
    if (first > index) counted.push(this.#founders);
    return counted.filter((sets) => sets !== undefined);
  }

  observe(observation: Observation): void {
    switch (observation.kind) {
      case 'started':
        this.issued(observation.peer).reset(observation.log);
        this.synced(observation.peer).reset(observation.log);
        this.#hardStates.set(observation.peer, observation.hardState);
        this.#observeGenesis(observation.log);
        return;
      case 'issued':
        this.issued(observation.peer).write(observation.operation);
        return;
      case 'synced':
        this.synced(observation.peer).write(observation.operation);
        if (observation.operation.hardState !== undefined) {
          this.#hardStates.set(observation.peer, observation.operation.hardState);
        }
        return;
      case 'sent':
        this.#observeSent(observation);
        return;
      case 'stepped':
        this.#observeStepped(observation);
        return;
      default: // The others say nothing about logs.
    }
  }

  #observeGenesis(log: readonly Entry[]): void {
    const genesis = log[0];
    if (genesis === undefined || this.commit > 0) return;
    this.#commit(markOf(genesis), genesis.term);
  }

  #observeSent({ message }: Extract<Observation, { kind: 'sent' }>): void {
    if (message.kind !== 'appendRequest' || message.entries.length === 0) return;
    const shown = this.#shown.get(message.term) ?? new Map<LogIndex, Mark>();
    this.#shown.set(message.term, shown);
    for (const entry of message.entries) shown.set(entry.index, markOf(entry));
  }

  #observeStepped({ peer, status }: Extract<Observation, { kind: 'stepped' }>): void {
    if (status.role !== 'leader') return;
    while (this.commit < status.commit) {
      const index = (this.commit + 1) as LogIndex;
      // A leader whose disk hangs may commit what the others have: then its log is known from its appends.
      const mark = this.issued(peer).at(index) ?? this.shownBy(status.term, index);
      if (mark === undefined) return;
      this.#commit(mark, status.term);
    }
  }

  #commit(mark: Mark, by: Term): void {
    this.#committed.push({ ...mark, by });
    this.#decidedBy = mark.sets ?? this.#decidedBy;
  }

  #logIn(logs: Map<StoreId, MarkedLog>, peer: StoreId): MarkedLog {
    const log = logs.get(peer) ?? new MarkedLog();
    logs.set(peer, log);
    return log;
  }
}

const storesOf = (members: readonly { readonly storeId: StoreId }[]): readonly StoreId[] =>
  members.map(({ storeId }) => storeId);

function setsOf({ payload }: Entry): VoterSets | undefined {
  switch (payload.kind) {
    case 'genesis':
      return { voters: storesOf(payload.genesis.founders), outgoing: [] };
    case 'configuration':
      return { voters: storesOf(payload.membership.voters), outgoing: storesOf(payload.membership.outgoing) };
    default:
      return undefined;
  }
}
