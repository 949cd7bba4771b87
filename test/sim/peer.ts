// One simulated peer: the driver in miniature around a real core, with its disk and its state.
// Owns: the run: core, state, loop, and what its clients wait for. Does not own: the network, the disk's image.
//
// S1. Inputs only enqueue; a turn of the loop steps the core with each, then carries out its effects in the order of
//     `Ready`'s fields, as src/peer/driver.ts does.
// S2. A crash loses everything but the disk; clients that waited hear nothing any more.

import type { ProposalOutcome, ReadOutcome } from '../../raft/outcomes.ts';
import { noBase, type Entry, type Input, type Message, type Ready, type StoreId } from '../../raft/types.ts';
import { assert, present } from '../../src/lib/assert.ts';
import type { Prng } from '../../src/lib/prng.ts';
import { type Core, effectsOf, type MakeCore } from './core.ts';
import type { Counters } from './counters.ts';
import { configurationsOf, genesisOf, type SimDisk } from './disk.ts';
import { drawFrom, type FaultPlan } from './faults.ts';
import { SimLoop } from './loop.ts';
import { freezeEntries } from './network.ts';
import type { Observation, ObservedStatus } from './observation.ts';
import { StepWatch } from './step-watch.ts';
import { encodeCommand, StateMachine } from './state-machine.ts';
import { Pending, type ReadAnswer, type WriteAnswer } from './pending.ts';
import type { Trace } from './trace.ts';
import type { VirtualTime } from './virtual-time.ts';

export interface SimPeerOptions {
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

/** What lives from one start to the next crash. */
interface Run {
  readonly core: Core;
  readonly state: StateMachine;
  readonly pending: Pending;
  readonly loop: SimLoop;
  status: ObservedStatus;
  readonly watch: StepWatch;
  /** When the last entry handed out will have been applied. */
  appliedAt: number;
}

export class SimPeer {
  protected readonly options: SimPeerOptions;
  readonly storeId: StoreId;
  #run: Run | undefined;
  #appliedEver = 0;

  constructor(options: SimPeerOptions) {
    this.options = options;
    this.storeId = options.storeId;
  }

  get up(): boolean {
    return this.#run !== undefined;
  }

  get state(): StateMachine | undefined {
    return this.#run?.state;
  }

  get core(): Core | undefined {
    return this.#run?.core;
  }

  get diskBusy(): boolean {
    return this.options.disk.busy;
  }

  start(): void {
    assert(this.#run === undefined, 'a peer that runs is not started');
    const { plan, prng, time, counters, observe } = this.options;
    const { log, state, ...restored } = this.options.disk.restore();
    this.#note('start', restored.hardState.term, restored.lastIndex, state.applied, restored.tail.length);
    freezeEntries(log);
    const { hardState } = restored;
    const [peer, applied] = [this.storeId, state.applied];
    this.#observe({ kind: 'started', peer, hardState, log, applied, stateHash: state.hash });
    if (applied < this.#appliedEver) counters.add('restarts that apply entries again');
    const core = this.options.makeCore({
      storeId: this.storeId,
      config: plan.raft,
      seed: prng.next(),
      now: time.now,
      restored: {
        ...restored,
        base: noBase,
        genesis: genesisOf(log),
        configurations: configurationsOf(log),
        impaired: false,
      },
      applied,
    });
    const run: Run = {
      core,
      state: new StateMachine(state),
      pending: this.makePending(),
      loop: new SimLoop({ time, prng, plan, onTurn: (inputs) => this.#turn(run, inputs) }),
      status: core.status(),
      watch: new StepWatch({ peer, now: time.now, heartbeatMs: plan.raft.heartbeatMs, counters, observe }),
      appliedAt: 0,
    };
    this.#run = run;
    this.#observe({ kind: 'stepped', peer, status: run.status });
    this.#flushLater(run);
  }

  /** The process is gone, at once. */
  crash(): void {
    const run = this.#running();
    this.#note('crash', run.status.role);
    if (run.status.role === 'leader') this.options.counters.add('crashes of a leader');
    run.loop.stop();
    this.#run = undefined;
    this.options.disk.crash();
  }

  /** The loop takes no turn for `ms`. */
  stall(ms: number): void {
    if (this.#run === undefined) return;
    const { counters, plan } = this.options;
    this.#note('stall', ms);
    if (ms > plan.raft.electionMaxMs) counters.add('stalls longer than an election');
    this.#run.loop.stall(ms);
  }

  receive(message: Message): void {
    if (this.#run === undefined) return;
    const isOlder = message.term < this.#run.status.term;
    if (isOlder) this.options.counters.add('messages of an older term delivered');
    this.#run.loop.push({ kind: 'receive', message });
  }

  /** `settle` may never be called: then the outcome is unknown. */
  write(command: number, bytes: number, settle: (answer: WriteAnswer) => void): void {
    const run = this.#run;
    if (run === undefined) return settle({ kind: 'refused', leader: undefined });
    const requestId = run.pending.addWrite({ command, settle });
    const data = encodeCommand(command, bytes);
    const time = 1_000_000 + Math.floor(this.options.time.now);
    run.loop.push({ kind: 'propose', requestId, time, data });
  }

  /** `settle` may never be called, when the peer crashes. */
  read(read: number, settle: (answer: ReadAnswer) => void): void {
    const run = this.#run;
    if (run === undefined) return settle({ kind: 'refused' });
    const requestId = run.pending.addRead({ read, settle });
    run.loop.push({ kind: 'read', requestId });
  }

  /** Tells it to hand over. */
  transfer(to: StoreId | undefined): void {
    const run = this.#run;
    run?.loop.push({ kind: 'transfer', requestId: run.pending.addTransfer(), to });
  }

  /** The write in flight takes too long. */
  onDiskStalled(): void {
    if (this.#run?.status.role === 'leader') this.options.counters.add('disks found stalled under a leader');
    this.#run?.loop.push({ kind: 'diskStalled' });
  }

  /** That peer's process is dead, as far as the kernel knows. */
  onPeerLost(storeId: StoreId): void {
    this.#run?.loop.push({ kind: 'peerLost', storeId });
  }

  #turn(run: Run, inputs: readonly Input[]): void {
    for (const input of inputs) this.#step(run, input);
    for (const ready of effectsOf(run.core)) this.carryOut(ready);
  }

  #step(run: Run, input: Input): void {
    this.#note('step', input.kind === 'receive' ? input.message.kind : input.kind);
    run.core.step(input);
    const status = run.core.status();
    this.#note('status', status.role, status.term, status.commit, status.lastIndex);
    run.watch.onStep(input, run.status, status, this.diskBusy);
    run.status = status;
  }

  /** Effects, in the order of the contract (S1). A subclass may be a driver that gets it wrong. */
  protected carryOut(ready: Ready): void {
    this.sendAll(ready.messages);
    this.persist(ready);
    this.load(ready);
    this.answerProposals(ready.proposals);
    for (const outcome of ready.transfers) this.#running().pending.onTransfer(outcome);
    this.applyAll(ready.apply);
    this.answerReads(ready.reads);
  }

  protected sendAll(messages: readonly Message[]): void {
    for (const message of messages) {
      this.#note('send', message.to, message.kind, message.term);
      this.#observe({ kind: 'sent', message });
      this.options.send(message);
    }
  }

  protected persist({ persist: operation }: Ready): void {
    if (operation === undefined) return;
    const run = this.#running();
    freezeEntries(operation.entries);
    this.#note('persist', operation.operation, operation.truncateFrom, operation.entries.length);
    this.#observe({ kind: 'issued', peer: this.storeId, operation });
    this.options.disk.persist(operation, () => {
      run.loop.push({ kind: 'persisted', operation: operation.operation });
    });
  }

  protected load({ loads }: Ready): void {
    const run = this.#running();
    for (const load of loads) {
      const { purpose } = load;
      this.#note('load', purpose.kind, load.from, load.to);
      this.options.counters.add(purpose.kind === 'apply' ? 'loads for apply' : 'loads for a follower');
      this.options.disk.read(load, (entries) => run.loop.push({ kind: 'loaded', purpose, entries }));
    }
  }

  protected answerProposals(outcomes: readonly ProposalOutcome[]): void {
    const { core, pending } = this.#running();
    for (const outcome of outcomes) pending.onProposal(outcome, core.status().leader);
  }

  protected answerReads(outcomes: readonly ReadOutcome[]): void {
    const run = this.#running();
    for (const outcome of outcomes) run.pending.onRead(outcome);
    this.#serveReads(run);
  }

  protected applyAll(entries: readonly Entry[]): void {
    const { time, prng, plan } = this.options;
    const run = this.#running();
    const last = entries.at(-1);
    if (last === undefined) return;
    const at = Math.max(run.appliedAt, time.now + drawFrom(prng, plan.applyMs));
    run.appliedAt = at;
    const applyNow = (): void => {
      if (run !== this.#run) return;
      for (const entry of entries) this.#apply(run, entry);
      this.#serveReads(run);
      run.loop.push({ kind: 'applied', index: last.index });
    };
    if (at === time.now) applyNow();
    else time.after(at - time.now, applyNow);
  }

  #apply(run: Run, entry: Entry): void {
    run.state.apply(entry);
    this.#appliedEver = Math.max(this.#appliedEver, entry.index);
    this.#note('apply', entry.index, entry.term, run.state.hash);
    this.#observe({ kind: 'applied', peer: this.storeId, entry, stateHash: run.state.hash });
    run.pending.onApplied(entry);
  }

  protected makePending(): Pending {
    return new Pending(this.options);
  }

  #flushLater(run: Run): void {
    const { time, plan, disk } = this.options;
    time.after(plan.flushEveryMs, () => {
      if (run !== this.#run) return;
      disk.flush(run.state.image(), () => this.#flushLater(run));
    });
  }

  #serveReads({ state, pending, status }: Run): void {
    pending.serve(state.applied, status.role === 'leader');
  }

  #running(): Run {
    return present(this.#run, 'the peer runs');
  }

  #observe(observation: Observation): void {
    this.options.observe(observation);
  }

  #note(what: string, ...fields: readonly (string | number | undefined)[]): void {
    this.options.trace.note(this.options.time.now, what, this.storeId, ...fields);
  }
}
