// The driver: one loop between the pure core and the world. Everything that must happen in an order happens here.
// Owns: the queue of inputs, the core, the one persist in flight. Does not own: what commands mean (Applier), who
// waits for them (Proposals, Barriers).
//
// D1. Callbacks only enqueue; the loop drains what came together, steps the core with all of it, and then carries out
//     its effects once: whatever arrived during one sync is one batch in the next.
// D2. Effects are carried out in the order of `Ready`'s fields. The disk is never awaited: its answer is an input. A
//     snapshot takes the place of the state before the log is written that begins behind it (R10).
//     What must wait for it (R1–R6) is held back by the core until `persisted`.
// D3. A failed write or sync is never retried: the peer stops (`onFatal`), and restart judges what is on disk.
//     A write that hangs is as bad: the core is told first, so that a leader hands over, and then the peer stops. How
//     long it takes is counted in own ticks, so that a process that was paused itself does not take that for its disk.
//     A switch of the state that hangs ends the peer, too, after far longer; a write that waits for room does not: people make it.
// D4. A tick says when it is taken, not when it was queued, and none of what is queued is believed without one: after a
//     stall in between, a leader would take its lease for young (both found by simulation).
// D5. The queue is bounded: a Raft message beyond it is dropped (Raft resends), a proposal or read refused as busy. What
//     this peer tells its core of itself is always taken: there is little of it, and none of it comes twice.
// D6. A backlog is applied in portions of about `limits.applyTurnEntries`, or for about `limits.applyTurnMs`: in between ticks and
//     messages are taken, so that a follower that catches up answers heartbeats, and a leader sends them.

import type { ChangeOutcome } from '../../raft/change.ts';
import type { LoadRequest } from '../../raft/loads.ts';
import type { ProposalOutcome, ReadOutcome } from '../../raft/outcomes.ts';
import type { RaftStatus } from '../../raft/status.ts';
import {
  asIndex,
  type Entry,
  type Input,
  type Message,
  type PersistOperation,
  type Ready,
  type Snapshot,
  type SnapshotRequest,
  type Term,
} from '../../raft/types.ts';
import type { TransferOutcome } from '../../raft/transfer.ts';
import type { Raft } from '../../raft/raft.ts';
import { assert } from '../lib/assert.ts';
import type { Clock } from '../lib/clock.ts';
import { OrionError } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';
import type { LogStore } from './ports.ts';

/** What a peer tells its own core of itself. */
type OwnInput = Extract<
  Input,
  { kind: 'peerLost' | 'compacted' | 'snapshotSent' | 'snapshotReceived' | 'diskFull' | 'distrusted' }
>;

/** What the driver tells the rest of the peer, always from inside the loop. */
export interface DriverEvents {
  send(message: Message): void;
  apply(entry: Entry): void;
  /** Stream it; this peer leads `term`. */
  sendSnapshot(request: SnapshotRequest, term: Term): void;
  /** Switch the state to what is staged. */
  install(snapshot: Snapshot): Promise<void>;
  /** The log begins behind it, durably, and the core hears of that before anything that comes from now on. */
  onInstalled(): void;
  /** What is staged is of no use. */
  discard(): void;
  onProposal(outcome: ProposalOutcome): void;
  onTransfer(outcome: TransferOutcome): void;
  onChange(outcome: ChangeOutcome): void;
  onRead(outcome: ReadOutcome): void;
  /** After each batch: the core as it is now. */
  onStatus(status: RaftStatus): void;
  /** The write in flight takes longer than `limits.diskStallMs`; or, having done so, has ended. */
  onDiskStalled(stalls: boolean): void;
  /** The process stood still for `ms` milliseconds, at least `limits.stallMs`: long enough to matter in an election. */
  onStall(ms: number): void;
  /** The peer cannot go on: its disk failed, or an invariant broke. Called once. */
  onFatal(error: unknown): void;
}

const stallTicks = Math.ceil(limits.diskStallMs / limits.tickMs);
const giveUpTicks = Math.ceil(limits.diskGiveUpMs / limits.tickMs);
const installTicks = Math.ceil(limits.installGiveUpMs / limits.tickMs);

export class Driver {
  readonly #raft: Raft;
  readonly #log: LogStore;
  readonly #clock: Clock;
  readonly #events: DriverEvents;
  #inputs: Input[] = [];
  #scheduled = false;
  #stopped = false;
  /** Ticks since the write in flight was begun; absent when there is none. */
  #writingTicks: number | undefined;
  /** Ticks since the switch of the state that is under way was begun. */
  #installingTicks: number | undefined;
  /** What is being written may wait for room on the disk: it does not hang, and the core knows. */
  #isFull = false;
  #cancelTick: () => void = () => undefined;
  #tickedMs: number | undefined;
  /** The last time that the core was told. */
  #toldMs = Number.NEGATIVE_INFINITY;

  constructor(options: { raft: Raft; log: LogStore; clock: Clock; events: DriverEvents }) {
    this.#raft = options.raft;
    this.#log = options.log;
    this.#clock = options.clock;
    this.#events = options.events;
  }

  start(): void {
    this.#tick();
  }

  /** Nothing more is sent, written or applied. A write under way ends by itself. */
  stop(): void {
    this.#stopped = true;
    this.#cancelTick();
    this.#inputs = [];
  }

  status(): RaftStatus {
    return this.#raft.status();
  }

  /** False when the queue is full, or the driver has stopped: the input is dropped (D5). */
  tryPush(input: Input): boolean {
    if (this.#stopped || this.#inputs.length >= limits.inputsMax) return false;
    this.#push(input);
    return true;
  }

  /** D5. */
  tell(input: OwnInput): void {
    if (input.kind === 'diskFull') this.#isFull = input.full;
    this.#push(input);
  }

  #push(input: Input): void {
    if (this.#stopped) return;
    this.#inputs.push(input);
    this.#runSoon();
  }

  #runSoon(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#clock.soon(() => this.#run());
  }

  #tick(): void {
    this.#watchDisk();
    if (this.#stopped) return;
    this.#watchLoop();
    this.#push({ kind: 'tick', now: this.#clock.monotonicMs() });
    this.#cancelTick = this.#clock.after(limits.tickMs, () => this.#tick());
  }

  #step(input: Input): void {
    if (input.kind !== 'tick') return this.#raft.step(input);
    this.#toldMs = this.#clock.monotonicMs();
    this.#raft.step({ kind: 'tick', now: this.#toldMs });
  }

  #watchLoop(): void {
    const now = this.#clock.monotonicMs();
    const stalledMs = now - (this.#tickedMs ?? now) - limits.tickMs;
    this.#tickedMs = now;
    if (stalledMs >= limits.stallMs) this.#events.onStall(Math.round(stalledMs));
  }

  /** D3. */
  #watchDisk(): void {
    if (this.#installingTicks !== undefined && (this.#installingTicks += 1) >= installTicks) {
      this.#giveUp('the switch to the state of another peer', limits.installGiveUpMs);
    }
    if (this.#writingTicks === undefined || this.#isFull) return;
    this.#writingTicks += 1;
    if (this.#writingTicks === stallTicks) {
      this.#push({ kind: 'diskStalled' });
      this.#events.onDiskStalled(true);
    }
    if (this.#writingTicks < giveUpTicks) return;
    this.#giveUp('a write to the log', limits.diskGiveUpMs);
  }

  #giveUp(what: string, afterMs: number): void {
    const message = `${what} has not ended within ${afterMs} ms: look after the disk, then start this peer again`;
    this.#fail(new OrionError('DISK_FAILED', message));
  }

  #run(): void {
    this.#scheduled = false;
    if (this.#stopped) return;
    try {
      const inputs = this.#inputs;
      this.#inputs = [];
      for (const input of inputs) this.#step(input);
      const isOverdue = this.#clock.monotonicMs() - this.#toldMs > limits.tickMs;
      if (isOverdue) this.#step({ kind: 'tick', now: this.#toldMs }); // D4
      let applied = 0;
      const endMs = this.#clock.monotonicMs() + limits.applyTurnMs;
      const hasTime = (): boolean => applied < limits.applyTurnEntries && this.#clock.monotonicMs() < endMs;
      while (this.#raft.hasReady() && !this.#stopped && hasTime()) {
        const ready = this.#raft.takeReady();
        this.#carryOut(ready);
        applied += ready.apply.length;
      }
      if (this.#stopped) return;
      this.#events.onStatus(this.#raft.status());
      if (this.#raft.hasReady()) this.#runSoon(); // D6
    } catch (error) {
      this.#fail(error);
    }
  }

  #carryOut(ready: Ready): void {
    for (const message of ready.messages) this.#events.send(message);
    if (ready.persist !== undefined) this.#persist(ready.persist);
    for (const load of ready.loads) this.#load(load);
    for (const request of ready.snapshots) this.#events.sendSnapshot(request, this.#raft.status().term);
    if (ready.discard.length > 0) this.#events.discard();
    for (const outcome of ready.proposals) this.#events.onProposal(outcome);
    for (const outcome of ready.transfers) this.#events.onTransfer(outcome);
    for (const outcome of ready.changes) this.#events.onChange(outcome);
    this.#apply(ready.apply);
    for (const outcome of ready.reads) this.#events.onRead(outcome);
  }

  #persist(operation: PersistOperation): void {
    if (operation.install === undefined) return this.#write(operation);
    this.#installingTicks = 0;
    this.#events.install(operation.install).then(
      () => {
        this.#installingTicks = undefined;
        if (!this.#stopped) this.#write(operation);
      },
      (error: unknown) => this.#fail(error),
    );
  }

  #write(operation: PersistOperation): void {
    this.#writingTicks = 0;
    this.#log.persist(operation).then(
      () => {
        const hadStalled = (this.#writingTicks ?? 0) >= stallTicks;
        this.#writingTicks = undefined;
        if (hadStalled && !this.#stopped) this.#events.onDiskStalled(false);
        this.#push({ kind: 'persisted', operation: operation.operation });
        if (operation.install !== undefined && !this.#stopped) this.#events.onInstalled();
      },
      (error: unknown) => this.#fail(error),
    );
  }

  #load(load: LoadRequest): void {
    const { purpose, from, to, bytesMax } = load;
    this.#log.read({ from, to, bytesMax }).then(
      (entries) => this.#push({ kind: 'loaded', purpose, entries }),
      (error: unknown) => this.#fail(error),
    );
  }

  #apply(entries: readonly Entry[]): void {
    for (const entry of entries) this.#events.apply(entry);
    const last = entries.at(-1);
    if (last === undefined) return;
    assert(last.index > 0, 'entries have an index');
    this.#raft.step({ kind: 'applied', index: asIndex(last.index) });
  }

  #fail(error: unknown): void {
    if (this.#stopped) return;
    this.stop();
    this.#events.onFatal(error);
  }
}
