// One run of a simulated peer, from its start to its crash: the driver in miniature around a real core.
// Owns: core, loop, and what clients wait for. Does not own: the state (applier.ts), the disk's image, the network.
//
// S1. Inputs only enqueue; a turn of the loop steps the core with each, then carries out its effects in the order of
//     `Ready`'s fields, as src/peer/driver.ts does.
// S2. A run that ended does nothing any more: clients that waited hear nothing.

import type { RaftConfig } from '../../raft/config.ts';
import type { ProposalOutcome, ReadOutcome } from '../../raft/outcomes.ts';
import type { RaftStatus } from '../../raft/status.ts';
import type { Input, LogIndex, Message, PersistOperation, Ready, StoreId } from '../../raft/types.ts';
import { assert } from '../../src/lib/assert.ts';
import type { Prng } from '../../src/lib/prng.ts';
import { SimApplier } from './applier.ts';
import { type Core, effectsOf, type MakeCore } from './core.ts';
import type { Counters } from './counters.ts';
import type { SimDisk } from './disk.ts';
import type { FaultPlan } from './faults.ts';
import { SimLoop } from './loop.ts';
import { freezeEntries } from './network.ts';
import type { Observation } from './observation.ts';
import { Pending } from './pending.ts';
import type { Restored } from './restored.ts';
import { StepWatch } from './step-watch.ts';
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
  readonly applier: SimApplier;
  readonly pending: Pending;
  readonly #loop: SimLoop;
  readonly #watch: StepWatch;
  #status: RaftStatus;

  constructor(options: SimDriverOptions, { log, state, ...restored }: Restored) {
    this.options = options;
    const { storeId: peer, plan, prng, time, observe, makeCore } = options;
    const { hardState, base, impaired } = restored;
    const { applied } = state;
    freezeEntries(log);
    this.#note('start', hardState.term, base.index, restored.lastIndex, applied, restored.tail.length);
    const held = { hardState, base: base.index, log, applied, stateHash: state.hash, impaired };
    observe({ kind: 'started', peer, ...held });
    const config = { ...plan.raft, priority: options.priority };
    const seed = prng.next();
    this.core = makeCore({ storeId: peer, config, seed, now: time.now, restored, applied });
    this.pending = this.makePending();
    this.#loop = new SimLoop({ time, prng, plan, onTurn: (inputs) => this.#turn(inputs) });
    this.#status = this.core.status();
    this.#watch = new StepWatch({ ...options, peer, now: time.now, heartbeatMs: config.heartbeatMs });
    observe({ kind: 'stepped', peer, status: this.#status });
    const appliers = {
      push: (input: Input): void => this.push(input),
      onApplied: this.pending.onApplied.bind(this.pending),
      onMoved: (): void => this.#serveReads(),
      followersHold: (): number[] => [...this.#status.progress.values()].map(({ needs }) => needs - 1),
    };
    this.applier = new SimApplier({ ...options, ...appliers }, state);
  }

  /** As of the last step. */
  get status(): RaftStatus {
    return this.#status;
  }

  /** The process is gone. */
  end(): void {
    this.#loop.stop();
    this.applier.end();
  }

  /** The loop takes no turn for `ms`. */
  stall(ms: number): void {
    this.#loop.stall(ms);
  }

  push(input: Input): void {
    this.#loop.push(input);
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
    if (input.kind === 'compacted') this.applier.cutLater(input.base);
  }

  /** Effects, in the order of the contract (S1). */
  #carryOut(ready: Ready): void {
    this.sendAll(ready.messages);
    this.#persist(ready);
    this.#load(ready);
    for (const { to, atLeast } of ready.snapshots) this.#sendSnapshot(to, atLeast);
    if (ready.discard.length > 0) this.applier.discard();
    this.#answerProposals(ready.proposals);
    for (const outcome of ready.changes) this.pending.onChange(outcome);
    for (const outcome of ready.transfers) this.pending.onTransfer(outcome);
    this.applier.applyAll(ready.apply);
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
    const write = (): void => disk.persist(operation, () => this.#onPersisted(operation));
    if (install === undefined) write();
    else this.applier.install(write);
  }

  #onPersisted({ operation, install }: PersistOperation): void {
    if (install !== undefined) {
      const { counters } = this.options;
      counters.add('snapshots installed');
      if (this.#status.impaired) counters.add('impaired peers that installed a snapshot');
      this.pending.onInstalled(install.index);
      this.applier.onInstalled();
    }
    this.push({ kind: 'persisted', operation });
  }

  #load({ loads }: Ready): void {
    for (const load of loads) {
      const { purpose } = load;
      this.#note('load', purpose.kind, load.from, load.to);
      this.options.counters.add(purpose.kind === 'apply' ? 'loads for apply' : 'loads for a follower');
      this.options.disk.read(load, (entries) => this.push({ kind: 'loaded', purpose, entries }));
    }
  }

  #sendSnapshot(to: StoreId, atLeast: LogIndex): void {
    const { storeId: from, disk, sendSnapshot } = this.options;
    const { state: image } = disk;
    assert(image.applied >= atLeast, 'what was cut off is in the flushed state');
    this.#note('snapshot', to, image.applied);
    const onEnd = (index: LogIndex | undefined): void => {
      this.push({ kind: 'snapshotSent', storeId: to, index });
    };
    sendSnapshot({ from, to, term: this.#status.term, image, onEnd });
  }

  #answerProposals(outcomes: readonly ProposalOutcome[]): void {
    for (const outcome of outcomes) this.pending.onProposal(outcome, this.core.status().leader);
  }

  #answerReads(outcomes: readonly ReadOutcome[]): void {
    for (const outcome of outcomes) this.pending.onRead(outcome);
    this.#serveReads();
  }

  #serveReads(): void {
    this.pending.serve(this.applier.state.applied, this.#status.role === 'leader');
  }

  #note(what: string, ...fields: readonly (string | number | undefined)[]): void {
    this.options.trace.note(this.options.time.now, what, this.options.storeId, ...fields);
  }
}
