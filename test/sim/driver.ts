// One run of a simulated peer, from its start to its crash: the driver in miniature around a real core.
// Owns: core, state, loop, and what clients wait for. Does not own: the disk's image, the network.
//
// S1. Inputs only enqueue; a turn of the loop steps the core with each, then carries out its effects in the order of
//     `Ready`'s fields, as src/peer/driver.ts does.
// S2. A run that ended does nothing any more: clients that waited hear nothing.

import type { ProposalOutcome, ReadOutcome } from '../../raft/outcomes.ts';
import type { RaftStatus } from '../../raft/status.ts';
import type { Entry, Input, Message, Ready, StoreId } from '../../raft/types.ts';
import type { Prng } from '../../src/lib/prng.ts';
import { type Core, effectsOf, type MakeCore } from './core.ts';
import type { Counters } from './counters.ts';
import { configurationsOf, genesisOf, type Restored, type SimDisk } from './disk.ts';
import { drawFrom, type FaultPlan } from './faults.ts';
import { SimLoop } from './loop.ts';
import { freezeEntries } from './network.ts';
import type { Observation } from './observation.ts';
import { Pending } from './pending.ts';
import { StepWatch } from './step-watch.ts';
import { StateMachine } from './state-machine.ts';
import type { Trace } from './trace.ts';
import type { VirtualTime } from './virtual-time.ts';

export interface SimDriverOptions {
  readonly storeId: StoreId;
  readonly time: VirtualTime;
  readonly prng: Prng;
  readonly counters: Counters;
  readonly trace: Trace;
  readonly plan: FaultPlan;
  readonly disk: SimDisk;
  readonly makeCore: MakeCore;
  readonly send: (message: Message) => void;
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
  /** When the last entry handed out will have been applied. */
  #appliedAt = 0;

  constructor(options: SimDriverOptions, { log, state, ...restored }: Restored) {
    this.options = options;
    const { storeId: peer, plan, prng, time, counters, observe, makeCore } = options;
    const { hardState } = restored;
    const { applied } = state;
    freezeEntries(log);
    this.#note('start', hardState.term, restored.lastIndex, applied, restored.tail.length);
    const { base } = restored;
    observe({ kind: 'started', peer, hardState, base: base.index, log, applied, stateHash: state.hash });
    this.core = makeCore({
      storeId: peer,
      config: plan.raft,
      seed: prng.next(),
      now: time.now,
      restored: {
        ...restored,
        genesis: genesisOf(log),
        configurations: configurationsOf(log),
        impaired: false,
      },
      applied,
    });
    this.state = new StateMachine(state);
    this.pending = this.makePending();
    this.#loop = new SimLoop({ time, prng, plan, onTurn: (inputs) => this.#turn(inputs) });
    this.#status = this.core.status();
    this.#watch = new StepWatch({
      peer,
      now: time.now,
      heartbeatMs: plan.raft.heartbeatMs,
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
  }

  /** Effects, in the order of the contract (S1). */
  #carryOut(ready: Ready): void {
    this.sendAll(ready.messages);
    this.#persist(ready);
    this.#load(ready);
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
    freezeEntries(operation.entries);
    this.#note('persist', operation.operation, operation.truncateFrom, operation.entries.length);
    this.options.observe({ kind: 'issued', peer: this.options.storeId, operation });
    this.options.disk.persist(operation, () => {
      this.push({ kind: 'persisted', operation: operation.operation });
    });
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
      if (this.#ended) return;
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
    const { time, plan, disk } = this.options;
    time.after(plan.flushEveryMs, () => {
      if (this.#ended) return;
      disk.flush(this.state.image(), () => this.#flushLater());
    });
  }

  #serveReads(): void {
    this.pending.serve(this.state.applied, this.#status.role === 'leader');
  }

  #note(what: string, ...fields: readonly (string | number | undefined)[]): void {
    this.options.trace.note(this.options.time.now, what, this.options.storeId, ...fields);
  }
}
