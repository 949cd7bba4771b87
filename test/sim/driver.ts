// One run of a simulated peer, from its start to its crash: the driver in miniature around a real core.
// Owns: core, state, loop, and what clients wait for. Does not own: the disk's image, the network.
//
// S1. Inputs only enqueue; a turn of the loop steps the core with each, then carries out its effects in the order of
//     `Ready`'s fields, as src/peer/driver.ts does.
// S2. A run that ended does nothing any more: clients that waited hear nothing.
// S3. An install waits for the flush under way, and the next flush for the install; what was handed out before is not
//     applied to the new state any more.
// S4. One snapshot is taken in at a time: from its staging until it is installed or discarded no other is accepted.
// S5. A core hears of a cut before the disk does (R9).

import type { ProposalOutcome, ReadOutcome } from '../../raft/outcomes.ts';
import type { RaftConfig } from '../../raft/config.ts';
import type { RaftStatus } from '../../raft/status.ts';
import { asIndex } from '../../raft/types.ts';
import type { Entry, Input, LogIndex, Message, PersistOperation, Ready, StoreId, Term } from '../../raft/types.ts';
import { assert, present } from '../../src/lib/assert.ts';
import type { Prng } from '../../src/lib/prng.ts';
import { type Core, effectsOf, type MakeCore } from './core.ts';
import type { Counters } from './counters.ts';
import type { SimDisk } from './disk.ts';
import { drawFrom, type FaultPlan } from './faults.ts';
import { SimLoop } from './loop.ts';
import { freezeEntries } from './network.ts';
import type { Observation } from './observation.ts';
import { Pending } from './pending.ts';
import type { Restored } from './restored.ts';
import { StepWatch } from './step-watch.ts';
import { snapshotOf, type StateImage, StateMachine } from './state-machine.ts';
import type { Trace } from './trace.ts';
import type { Sending } from './transfers.ts';
import type { VirtualTime } from './virtual-time.ts';

export interface SimDriverOptions {
  readonly storeId: StoreId;
  readonly time: VirtualTime;
  readonly prng: Prng;
  readonly counters: Counters;
  readonly trace: Trace;
  readonly plan: FaultPlan;
  readonly disk: SimDisk;
  readonly priority: RaftConfig['priority'];
  readonly makeCore: MakeCore;
  readonly send: (message: Message) => void;
  readonly sendSnapshot: (sending: Sending) => void;
  readonly observe: (observation: Observation) => void;
}

export class SimDriver {
  protected readonly options: SimDriverOptions;
  readonly core: Core;
  readonly state: StateMachine;
  readonly pending: Pending;
  readonly #loop: SimLoop;
  readonly #watch: StepWatch;
  #status: RaftStatus;
  #ended = false;
  /** A state is on its way to the disk, by flush or by install (S3). */
  #flushing = false;
  /** An install that waits for a flush. */
  #installLater: (() => void) | undefined;
  /** What is being taken in (S4). */
  #incoming: StateImage | undefined;
  /** When the last entry handed out will have been applied. */
  #appliedAt = 0;

  constructor(options: SimDriverOptions, { log, state, ...restored }: Restored) {
    this.options = options;
    const { storeId: peer, plan, prng, time, counters, observe, makeCore } = options;
    const { hardState, base, impaired } = restored;
    const { applied } = state;
    freezeEntries(log);
    this.#note('start', hardState.term, base.index, restored.lastIndex, applied, restored.tail.length);
    const held = { hardState, base: base.index, log, applied, stateHash: state.hash, impaired };
    observe({ kind: 'started', peer, ...held });
    const config = { ...plan.raft, priority: options.priority };
    const seed = prng.next();
    this.core = makeCore({ storeId: peer, config, seed, now: time.now, restored, applied });
    this.state = new StateMachine(state);
    this.pending = this.makePending();
    this.#loop = new SimLoop({ time, prng, plan, onTurn: (inputs) => this.#turn(inputs) });
    this.#status = this.core.status();
    this.#watch = new StepWatch({
      peer,
      now: time.now,
      heartbeatMs: plan.raft.heartbeatMs,
      priority: options.priority,
      counters,
      observe,
    });
    observe({ kind: 'stepped', peer, status: this.#status });
    this.#flushLater();
  }

  /** As of the last step. */
  get status(): RaftStatus {
    return this.#status;
  }

  /** The process is gone. */
  end(): void {
    this.#ended = true;
    this.#loop.stop();
  }

  /** The loop takes no turn for `ms`. */
  stall(ms: number): void {
    this.#loop.stall(ms);
  }

  push(input: Input): void {
    this.#loop.push(input);
  }

  /**
   * Another peer has sent `image` whole; `settle` is told up to where this one holds the log, now or once it is staged, or
   * nothing when it takes none in.
   */
  offer(image: StateImage, term: Term, settle: (index: LogIndex | undefined) => void): void {
    const { disk, counters } = this.options;
    if (image.applied <= this.state.applied) return settle(this.state.applied);
    if (this.#incoming !== undefined || disk.full) return settle(undefined);
    this.#incoming = image;
    disk.stage(image, () => {
      counters.add('snapshots received');
      this.push({ kind: 'snapshotReceived', term, snapshot: snapshotOf(image) });
      settle(image.applied);
    });
  }

  protected makePending(): Pending {
    return new Pending(this.options);
  }

  #turn(inputs: readonly Input[]): void {
    for (const input of inputs) this.#step(input);
    for (const ready of effectsOf(this.core)) this.#carryOut(ready);
  }

  #step(input: Input): void {
    this.#note('step', input.kind === 'receive' ? input.message.kind : input.kind);
    this.core.step(input);
    const status = this.core.status();
    this.#note('status', status.role, status.term, status.commit, status.lastIndex);
    this.#watch.onStep(input, this.#status, status, this.options.disk.busy);
    this.#status = status;
    if (input.kind === 'compacted') this.#cutLater(input.base);
  }

  /** Effects, in the order of the contract (S1). */
  #carryOut(ready: Ready): void {
    this.sendAll(ready.messages);
    this.#persist(ready);
    this.#load(ready);
    for (const { to, atLeast } of ready.snapshots) this.#sendSnapshot(to, atLeast);
    if (ready.discard.length > 0) this.#discard();
    this.#answerProposals(ready.proposals);
    for (const outcome of ready.changes) this.pending.onChange(outcome);
    for (const outcome of ready.transfers) this.pending.onTransfer(outcome);
    this.#applyAll(ready.apply);
    this.#answerReads(ready.reads);
  }

  protected sendAll(messages: readonly Message[]): void {
    for (const message of messages) {
      this.#note('send', message.to, message.kind, message.term);
      this.options.observe({ kind: 'sent', message });
      this.options.send(message);
    }
  }

  #persist({ persist: operation }: Ready): void {
    if (operation === undefined) return;
    const { storeId, disk, observe } = this.options;
    const { install, truncateFrom, entries } = operation;
    freezeEntries(entries);
    this.#note('persist', operation.operation, install?.index, truncateFrom, entries.length);
    observe({ kind: 'issued', peer: storeId, operation });
    const write = (): void => {
      this.#flushing ||= install !== undefined;
      disk.persist(operation, () => this.#onPersisted(operation));
    };
    if (install !== undefined && this.#flushing) this.#installLater = write;
    else write();
  }

  #onPersisted({ operation, install }: PersistOperation): void {
    if (install !== undefined) this.#onInstalled();
    this.push({ kind: 'persisted', operation });
  }

  #onInstalled(): void {
    const image = present(this.#incoming, 'what was installed was taken in');
    const { storeId: peer, counters, observe } = this.options;
    this.#incoming = undefined;
    this.#flushing = false;
    this.state.reset(image);
    this.#note('installed', image.applied, image.hash);
    counters.add('snapshots installed');
    if (this.#status.impaired) counters.add('impaired peers that installed a snapshot');
    observe({ kind: 'installed', peer, applied: image.applied, stateHash: image.hash });
    this.pending.onInstalled(image.applied);
    this.#serveReads();
  }

  #discard(): void {
    this.options.counters.add('snapshots discarded');
    this.#incoming = undefined;
    this.options.disk.discard();
  }

  #sendSnapshot(to: StoreId, atLeast: LogIndex): void {
    const { storeId: from, disk } = this.options;
    const { state: image } = disk;
    assert(image.applied >= atLeast, 'what was cut off is in the flushed state');
    this.#note('snapshot', to, image.applied);
    const onEnd = (index: LogIndex | undefined): void => {
      this.push({ kind: 'snapshotSent', storeId: to, index });
    };
    this.options.sendSnapshot({ from, to, term: this.#status.term, image, onEnd });
  }

  #load({ loads }: Ready): void {
    for (const load of loads) {
      const { purpose } = load;
      this.#note('load', purpose.kind, load.from, load.to);
      this.options.counters.add(purpose.kind === 'apply' ? 'loads for apply' : 'loads for a follower');
      this.options.disk.read(load, (entries) => this.push({ kind: 'loaded', purpose, entries }));
    }
  }

  #answerProposals(outcomes: readonly ProposalOutcome[]): void {
    for (const outcome of outcomes) this.pending.onProposal(outcome, this.core.status().leader);
  }

  #answerReads(outcomes: readonly ReadOutcome[]): void {
    for (const outcome of outcomes) this.pending.onRead(outcome);
    this.#serveReads();
  }

  #applyAll(entries: readonly Entry[]): void {
    const { time, prng, plan } = this.options;
    const last = entries.at(-1);
    if (last === undefined) return;
    const at = Math.max(this.#appliedAt, time.now + drawFrom(prng, plan.applyMs));
    this.#appliedAt = at;
    const applyNow = (): void => {
      if (this.#ended || last.index <= this.state.applied) return; // S3
      for (const entry of entries) this.#apply(entry);
      this.#serveReads();
      this.push({ kind: 'applied', index: last.index });
    };
    if (at === time.now) applyNow();
    else time.after(at - time.now, applyNow);
  }

  #apply(entry: Entry): void {
    this.state.apply(entry);
    const { hash } = this.state;
    this.#note('apply', entry.index, entry.term, hash);
    this.options.observe({ kind: 'applied', peer: this.options.storeId, entry, stateHash: hash });
    this.pending.onApplied(entry);
  }

  #flushLater(): void {
    this.options.time.after(this.options.plan.flushEveryMs, () => {
      if (this.#ended) return;
      if (this.#flushing || this.state.applied === 0) return this.#flushLater();
      this.#flushing = true;
      this.options.disk.flush(this.state.image(), () => this.#onFlushed());
    });
  }

  #onFlushed(): void {
    this.#flushing = false;
    this.#flushLater();
    const install = this.#installLater;
    this.#installLater = undefined;
    install?.();
    this.#maybeCompact();
  }

  /** Cuts off what the flushed state holds, all of it or less; sometimes only what no follower needs. */
  #maybeCompact(): void {
    const { plan, prng, disk, counters } = this.options;
    const { compaction } = plan;
    if (compaction === undefined || !prng.chance(compaction.chance)) return;
    const most = disk.state.applied - Math.floor(drawFrom(prng, compaction.keep));
    const needed = [...this.#status.progress.values()].map(({ needs }) => needs - 1);
    const base = asIndex(Math.max(0, compaction.heedsFollowers ? Math.min(most, ...needed) : most));
    if (base <= disk.base) return;
    counters.add('logs cut');
    if (needed.some((need) => need < base)) counters.add('logs cut beyond what a follower needs');
    this.push({ kind: 'compacted', base });
  }

  /** S5. */
  #cutLater(base: LogIndex): void {
    const { time, prng, plan, disk } = this.options;
    time.after(drawFrom(prng, plan.disk.syncMs), () => {
      if (!this.#ended) disk.compact(base);
    });
  }

  #serveReads(): void {
    this.pending.serve(this.state.applied, this.#status.role === 'leader');
  }

  #note(what: string, ...fields: readonly (string | number | undefined)[]): void {
    this.options.trace.note(this.options.time.now, what, this.options.storeId, ...fields);
  }
}
