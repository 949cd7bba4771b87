// What follows from the observations so far, kept once for all invariants: each peer's log, its synced image, what every
// leader showed of its log, and which entries are committed.
// Owns: the marks (term and digest) that stand for entries. Does not own: any judgement.
//
// E1. `issued` runs ahead of `synced`; after a restart both are what the disk gave back.
// E2. An entry counts as committed when a leader first raises its commit index over it, whatever the others think. The
//     genesis record is committed by being every founder's first entry.

import type { Entry, HardState, LogIndex, PersistOperation, StoreId, Term } from '../../raft/types.ts';
import { digestOf } from './digest.ts';
import type { Observation } from './observation.ts';

export interface Mark {
  readonly term: Term;
  readonly digest: number;
}

export interface Committed extends Mark {
  /** The term of the leader that committed it: leaders of higher terms must have it. */
  readonly by: Term;
}

export const markOf = (entry: Entry): Mark => ({ term: entry.term, digest: digestOf(entry) });

export const isSame = (a: Mark | undefined, b: Mark | undefined): boolean =>
  a !== undefined && b !== undefined && a.term === b.term && a.digest === b.digest;

/** A log of marks: entry i stands at i - 1. */
export class MarkedLog {
  readonly #marks: Mark[] = [];

  get lastIndex(): number {
    return this.#marks.length;
  }

  at(index: number): Mark | undefined {
    return this.#marks[index - 1];
  }

  reset(log: readonly Entry[]): void {
    this.#marks.length = 0;
    for (const entry of log) this.#marks.push(markOf(entry));
  }

  write(operation: PersistOperation): void {
    if (operation.truncateFrom !== undefined) {
      this.#marks.length = Math.min(this.#marks.length, operation.truncateFrom - 1);
    }
    for (const entry of operation.entries) this.#marks.push(markOf(entry));
  }
}

export class Evidence {
  readonly voters: readonly StoreId[];
  readonly #issued: ReadonlyMap<StoreId, MarkedLog>;
  readonly #synced: ReadonlyMap<StoreId, MarkedLog>;
  readonly #hardStates = new Map<StoreId, HardState>();
  /** For each term the part of its leader's log that it showed in appends. */
  readonly #shown = new Map<Term, Map<LogIndex, Mark>>();
  readonly #committed: Committed[] = [];

  constructor(voters: readonly StoreId[]) {
    this.voters = voters;
    this.#issued = new Map(voters.map((voter) => [voter, new MarkedLog()]));
    this.#synced = new Map(voters.map((voter) => [voter, new MarkedLog()]));
  }

  get quorum(): number {
    return Math.floor(this.voters.length / 2) + 1;
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

  /** How many synced images hold `mark` at `index`. */
  copies(index: number, mark: Mark): number {
    return this.voters.filter((voter) => isSame(this.synced(voter).at(index), mark)).length;
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
    this.#committed.push({ ...markOf(genesis), by: genesis.term });
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
      this.#committed.push({ ...mark, by: status.term });
    }
  }

  #logIn(logs: ReadonlyMap<StoreId, MarkedLog>, peer: StoreId): MarkedLog {
    return logs.get(peer) ?? new MarkedLog();
  }
}
