// What the clients of one peer wait for, from its start to its crash.
// Owns: writes until they are applied or overtaken, reads until the state has what they need.
//
// S3. A write is acknowledged when the entry that was appended for it is applied here; refused when another term's is.
// S4. A read is served once the state has applied the index that the core confirmed.

import type { ProposalOutcome, ReadOutcome } from '../../raft/outcomes.ts';
import type { ChangeOutcome, ChangeRefusal } from '../../raft/change.ts';
import type { TransferOutcome } from '../../raft/transfer.ts';
import {
  asRequestId,
  type Entry,
  type LogIndex,
  type RequestId,
  type StoreId,
  type Term,
} from '../../raft/types.ts';
import { assert, present } from '../../src/lib/assert.ts';
import type { Counters, Situation } from './counters.ts';
import type { Observation } from './observation.ts';
import { decodeCommand } from './state-machine.ts';

/** How a write ended, as far as the peer knows. */
export type WriteAnswer =
  | { readonly kind: 'acknowledged' }
  | { readonly kind: 'refused'; readonly leader: StoreId | undefined }
  | { readonly kind: 'superseded' };

export type ReadAnswer = { readonly kind: 'served' } | { readonly kind: 'refused' };

interface Write {
  readonly command: number;
  readonly settle: (answer: WriteAnswer) => void;
}

interface Read {
  readonly read: number;
  readonly settle: (answer: ReadAnswer) => void;
}

const refusals = {
  BUSY: 'proposals refused: busy',
  NOT_LEADER: 'proposals refused: no leader here',
  TRANSFERRING: 'proposals refused: leadership is handed over',
} as const;

const changeRefusals: Record<ChangeRefusal, Situation | undefined> = {
  NOT_LEADER: undefined,
  NO_OP_NOT_COMMITTED: 'changes refused: before the no-op is committed',
  TRANSFERRING: 'changes refused: leadership is handed over',
  CHANGE_IN_PROGRESS: 'changes refused: another is under way',
  CONFIGURATION_MOVED: 'changes refused: the configuration moved',
  UNKNOWN_MEMBER: 'changes refused: they make no sense',
  ALREADY_MEMBER: 'changes refused: they make no sense',
  REMOVED: 'changes refused: they make no sense',
  TOO_MANY_MEMBERS: undefined,
  LAGGING: 'changes refused: the learner lags',
  LAST_VOTER: 'changes refused: the last voter would go',
  QUORUM_AT_RISK: 'changes refused: no majority of the new voters is heard',
};

export interface PendingOptions {
  readonly counters: Counters;
  readonly observe: (observation: Observation) => void;
}

export class Pending {
  protected readonly options: PendingOptions;
  readonly #proposed = new Map<RequestId, Write>();
  readonly #appended = new Map<LogIndex, Write & { readonly term: Term }>();
  readonly #asked = new Map<RequestId, Read>();
  readonly #transfers = new Set<RequestId>();
  readonly #changes = new Set<RequestId>();
  #confirmed: (Read & { readonly index: LogIndex })[] = [];
  #requests = 0;

  constructor(options: PendingOptions) {
    this.options = options;
  }

  addWrite(write: Write): RequestId {
    const requestId = this.#nextRequest();
    this.#proposed.set(requestId, write);
    return requestId;
  }

  addRead(read: Read): RequestId {
    const requestId = this.#nextRequest();
    this.#asked.set(requestId, read);
    return requestId;
  }

  addTransfer(): RequestId {
    const requestId = this.#nextRequest();
    this.#transfers.add(requestId);
    return requestId;
  }

  addChange(): RequestId {
    const requestId = this.#nextRequest();
    this.#changes.add(requestId);
    return requestId;
  }

  onChange(outcome: ChangeOutcome): void {
    assert(this.#changes.delete(outcome.requestId), 'a change is answered once');
    const situation = outcome.kind === 'appended' ? 'changes begun' : changeRefusals[outcome.reason];
    if (situation !== undefined) this.options.counters.add(situation);
  }

  onTransfer(outcome: TransferOutcome): void {
    const { counters } = this.options;
    assert(this.#transfers.delete(outcome.requestId), 'an order to hand over is answered once');
    if (outcome.kind === 'ended') counters.add('transfers that ended a term');
    else if (outcome.reason === 'TIMED_OUT') counters.add('transfers given up');
  }

  /** `leader`: whom the peer follows, as a hint for a client that it refuses. */
  onProposal(outcome: ProposalOutcome, leader: StoreId | undefined): void {
    const write = present(this.#proposed.get(outcome.requestId), 'a proposal is answered once');
    this.#proposed.delete(outcome.requestId);
    if (outcome.kind === 'appended') {
      this.#appended.set(outcome.index, { ...write, term: outcome.term });
      return;
    }
    this.options.counters.add(refusals[outcome.reason]);
    this.options.observe({ kind: 'refused', command: write.command });
    write.settle({ kind: 'refused', leader });
  }

  onApplied(entry: Entry): void {
    const write = this.#appended.get(entry.index);
    if (write === undefined) return;
    this.#appended.delete(entry.index);
    if (write.term === entry.term) {
      assert(entry.payload.kind === 'command', 'an appended command stays at its index');
      assert(decodeCommand(entry.payload.data) === write.command, 'an appended command stays at its index');
      this.options.counters.add('writes acknowledged');
      this.options.observe({ kind: 'acknowledged', command: write.command, index: entry.index });
      write.settle({ kind: 'acknowledged' });
    } else {
      this.options.counters.add('writes superseded by another leader');
      this.options.observe({ kind: 'refused', command: write.command });
      write.settle({ kind: 'superseded' });
    }
  }

  /** A snapshot stands for everything up to `index`: what became of the writes in there is not known here. */
  onInstalled(applied: LogIndex): void {
    for (const index of this.#appended.keys()) if (index <= applied) this.#appended.delete(index);
  }

  onRead(outcome: ReadOutcome): void {
    const read = present(this.#asked.get(outcome.requestId), 'a read is answered once');
    this.#asked.delete(outcome.requestId);
    if (outcome.kind === 'confirmed') {
      this.#confirmed.push({ ...read, index: outcome.index });
      return;
    }
    this.options.counters.add('reads refused');
    read.settle({ kind: 'refused' });
  }

  /** Serves the reads that a state as of `applied` can answer. */
  serve(applied: LogIndex, leads: boolean): void {
    if (this.#confirmed.length === 0) return;
    const due = this.#confirmed.filter(({ index }) => this.isServable(index, applied));
    this.#confirmed = this.#confirmed.filter(({ index }) => !this.isServable(index, applied));
    for (const { read, index, settle } of due) {
      this.options.counters.add(leads ? 'reads served by the leader' : 'reads served by a follower');
      this.options.observe({ kind: 'readServed', read, index, applied });
      settle({ kind: 'served' });
    }
  }

  protected isServable(index: LogIndex, applied: LogIndex): boolean {
    return index <= applied;
  }

  #nextRequest(): RequestId {
    this.#requests += 1;
    return asRequestId(this.#requests);
  }
}
