// Broken disks, drivers and cores: bugs that others really had, put back one at a time. The simulator must find each
// within a few seeds, or a clean run of it means nothing. Nothing here touches raft/: a mutant wraps or replaces a part.

import type { ProposalOutcome, ReadOutcome } from '../../raft/outcomes.ts';
import type { RaftOptions } from '../../raft/raft.ts';
import {
  type LogIndex,
  type Message,
  type PersistOperation,
  type Ready,
  type RequestId,
  sound,
  type StoreId,
} from '../../raft/types.ts';
import { asIndex } from '../../raft/types.ts';
import { allInvariants } from './checker.ts';
import { type Parts, soundParts } from './cluster.ts';
import { type Core, makeRaft } from './core.ts';
import { SimDisk } from './disk.ts';
import { SimDriver } from './driver.ts';
import { HonestPromises } from './invariants/honest-promises.ts';
import type { Invariant } from './invariants/invariant.ts';

import { Pending } from './pending.ts';

/** Says that a write is durable when it was only handed over (fsync forgotten). */
class HastyDisk extends SimDisk {
  #queue: PersistOperation[] = [];

  override persist(operation: PersistOperation, onDone: () => void): void {
    this.#queue.push(operation);
    if (!this.busy) this.#writeNext();
    onDone();
  }

  override crash(): void {
    this.#queue = [];
    super.crash();
  }

  #writeNext(): void {
    const operation = this.#queue.shift();
    if (operation !== undefined) super.persist(operation, () => this.#writeNext());
  }
}

/** Keeps the term and forgets the vote (two records, the second never written). */
class VotelessDisk extends SimDisk {
  protected override write(operation: PersistOperation): void {
    const { hardState } = operation;
    const kept = hardState === undefined ? undefined : { term: hardState.term, vote: undefined };
    super.write({ ...operation, hardState: kept });
  }
}

/** Drops the hard state of a write that has entries, too. */
class TermlessDisk extends SimDisk {
  protected override write(operation: PersistOperation): void {
    super.write(operation.entries.length > 0 ? { ...operation, hardState: undefined } : operation);
  }
}

/** Loses the last synced entry in a crash (a drive that lies about its cache). */
class LossyDisk extends SimDisk {
  override crash(): void {
    super.crash();
    this.image.forgetLast();
  }
}

/** A core whose effects are changed on their way out. */
function wrapCore(options: RaftOptions, change: (ready: Ready, core: Core) => Ready): Core {
  const core = makeRaft(options);
  return {
    step: (input) => core.step(input),
    hasReady: () => core.hasReady(),
    takeReady: () => change(core.takeReady(), core),
    status: () => core.status(),
  };
}

/** Sends a vote as soon as it is decided, before it is durable (R1). */
function hastyVoter(options: RaftOptions): Core {
  const from = options.storeId;
  return wrapCore(options, (ready) => {
    const hardState = ready.persist?.hardState;
    if (hardState?.vote === undefined || hardState.vote === from) return ready;
    const { term, vote: to } = hardState;
    const vote: Message = { kind: 'voteResponse', from, to, term, preVote: false, granted: true };
    return { ...ready, messages: [...ready.messages, vote] };
  });
}

/** Acknowledges entries as soon as they are handed to the disk (R4). */
function hastyFollower(options: RaftOptions): Core {
  const from = options.storeId;
  return wrapCore(options, (ready, core) => {
    const match = ready.persist?.entries.at(-1)?.index;
    const { leader: to, term } = core.status();
    if (match === undefined || to === undefined || to === from) return ready;
    const outcome = { kind: 'accepted', match } as const;
    return {
      ...ready,
      messages: [...ready.messages, { kind: 'appendResponse', impairment: sound, from, to, term, outcome }],
    };
  });
}

/** Confirms reads by its own commit index while it believes that it leads: no round, no quorum (R12). */
function hastyReader(options: RaftOptions): Core {
  const core = makeRaft(options);
  let reads: ReadOutcome[] = [];
  return {
    step: (input) => {
      const { role, commit } = core.status();
      if (input.kind !== 'read' || role !== 'leader') return core.step(input);
      reads.push({ kind: 'confirmed', requestId: input.requestId, index: commit });
    },
    hasReady: () => reads.length > 0 || core.hasReady(),
    takeReady: () => {
      const ready = core.takeReady();
      const confirmed = reads;
      reads = [];
      return { ...ready, reads: [...ready.reads, ...confirmed] };
    },
    status: () => core.status(),
  };
}

/** Takes for applied, at a restart, what its state had not flushed. */
function forgetfulStart(options: RaftOptions): Core {
  const { applied, restored } = options;
  const claimed = applied === 0 ? 0 : Math.min(applied + 1, restored.lastIndex);
  return makeRaft({ ...options, applied: asIndex(claimed) });
}

/** Without the invariant that sees a broken promise at once, its consequences must be found. */
const consequencesOnly = (): readonly Invariant[] =>
  allInvariants().filter((invariant) => !(invariant instanceof HonestPromises));

/** Serves a read when it is confirmed, whatever the state has applied. */
class HastyReads extends Pending {
  protected override isServable(): boolean {
    return true;
  }
}

/** Keeps the number of each write, for telling its client too much too early. */
abstract class HastyAnswers extends Pending {
  readonly #commands = new Map<RequestId, number>();

  override addWrite(write: Parameters<Pending['addWrite']>[0]): RequestId {
    const requestId = super.addWrite(write);
    this.#commands.set(requestId, write.command);
    return requestId;
  }

  override onProposal(outcome: ProposalOutcome, leader: StoreId | undefined): void {
    super.onProposal(outcome, leader);
    const command = this.#commands.get(outcome.requestId);
    if (outcome.kind === 'appended' && command !== undefined) this.onAppended(command, outcome.index);
  }

  protected abstract onAppended(command: number, index: LogIndex): void;
}

/** Tells a client "ok" when its write is in the leader's log (R8). */
class HastyWrites extends HastyAnswers {
  protected override onAppended(command: number, index: LogIndex): void {
    this.options.observe({ kind: 'acknowledged', command, index });
  }
}

/** Tells a client "certainly not applied" of a write that is in the leader's log. */
class HastyRefusals extends HastyAnswers {
  protected override onAppended(command: number): void {
    this.options.observe({ kind: 'refused', command });
  }
}

class HastyReadsDriver extends SimDriver {
  protected override makePending(): Pending {
    return new HastyReads(this.options);
  }
}

class HastyWritesDriver extends SimDriver {
  protected override makePending(): Pending {
    return new HastyWrites(this.options);
  }
}

class HastyRefusalsDriver extends SimDriver {
  protected override makePending(): Pending {
    return new HastyRefusals(this.options);
  }
}

/** Never answers a request for a vote. */
class SilentDriver extends SimDriver {
  protected override sendAll(messages: readonly Message[]): void {
    super.sendAll(messages.filter((message) => message.kind !== 'voteResponse'));
  }
}

export interface Mutant {
  /** What is broken, as a sentence. */
  readonly name: string;
  readonly parts: Parts;
  /** How a run that finds it fails. */
  readonly expected: RegExp;
}

export const mutants: readonly Mutant[] = [
  {
    name: 'the disk reports a write before it has it',
    parts: { ...soundParts, makeDisk: (options) => new HastyDisk(options) },
    expected: /before its disk has it|durable on|sends|which its disk does not have/,
  },
  {
    name: 'the disk forgets the vote',
    parts: { ...soundParts, makeDisk: (options) => new VotelessDisk(options) },
    expected: /votes? for|voted for/,
  },
  {
    name: 'the disk forgets the term of a write with entries',
    parts: { ...soundParts, makeDisk: (options) => new TermlessDisk(options) },
    expected: /goes back from term|the term never after the entries/,
  },
  {
    name: 'the disk loses a synced entry in a crash',
    parts: { ...soundParts, makeDisk: (options) => new LossyDisk(options) },
    expected: /durable on|holds|lost|runs ahead of the log/,
  },
  {
    name: 'a vote is sent before it is durable',
    parts: { ...soundParts, makeCore: hastyVoter },
    expected: /votes for .* before its disk has it/,
  },
  {
    name: 'entries are acknowledged before they are durable',
    parts: { ...soundParts, makeCore: hastyFollower },
    expected: /acknowledges .* before its disk has it/,
  },
  {
    name: 'a write is reported before the disk has it, told by its consequences',
    parts: {
      ...soundParts,
      makeDisk: (options) => new HastyDisk(options),
      makeInvariants: consequencesOnly,
    },
    expected: /durable on|votes for|before its own disk has it|elected by a quorum/,
  },
  {
    name: 'entries are acknowledged before they are durable, told by its consequences',
    parts: { ...soundParts, makeCore: hastyFollower, makeInvariants: consequencesOnly },
    expected: /durable on|is impaired/,
  },
  {
    name: 'a leader confirms reads without asking anyone',
    parts: { ...soundParts, makeCore: hastyReader },
    expected: /reads are not stale/,
  },
  {
    name: 'a peer restarts with more applied than it flushed',
    parts: { ...soundParts, makeCore: forgetfulStart },
    expected: /entries are applied in order|committed entries are immutable/,
  },
  {
    name: 'a read is served before the state has what it needs',
    parts: { ...soundParts, makeDriver: (...args) => new HastyReadsDriver(...args) },
    expected: /reads are not stale/,
  },
  {
    name: 'a write is acknowledged when it is appended',
    parts: { ...soundParts, makeDriver: (...args) => new HastyWritesDriver(...args) },
    expected: /acknowledged at/,
  },
  {
    name: 'an appended write is called refused',
    parts: { ...soundParts, makeDriver: (...args) => new HastyRefusalsDriver(...args) },
    expected: /was refused and applied/,
  },
  {
    name: 'no vote ever arrives',
    parts: { ...soundParts, makeDriver: (...args) => new SilentDriver(...args) },
    expected: /liveness: the healed cluster agrees on a leader/,
  },
];
