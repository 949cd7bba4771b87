// Runs the replicas of this node: hands what happens to each one's state machine, and does what it answers.
//
// V1. A replica's record is durable before its process is started; what follows is saved as it happens.
// V2. Whatever one replica does, the others and the agent go on.
// V3. A fresh agent starts nothing before a leader has spoken or `launchHoldMs` has passed; it adopts at once.
// V4. An assignment that is no longer in the set is stopped, reported, and then forgotten with its record and log.
// V5. When the agent ends, its processes are left as they are.

import { backoffMs } from '../src/lib/backoff.ts';
import { messageOf } from '../src/lib/errors.ts';
import type { Prng } from '../src/lib/prng.ts';
import type { Assigned } from '../src/protocol/agent.ts';
import type { ProcessIdentity, Replica, ReplicaRecord } from '../src/protocol/agent-directory.ts';
import type { AgentLog } from './log.ts';
import { Launcher, type LauncherOptions } from './launcher.ts';
import { findStarted, isAlive, isGroupAlive, signalGroup } from './process-table.ts';
import { newReplica, processOf, step, type ReplicaEffect, type ReplicaInput } from './replica.ts';
import { statusOf, type Status } from './status.ts';
import type { AgentTiming } from './timing.ts';

const lastLinesMax = 10;

/** One replica with everything that belongs to it here. */
interface Unit {
  replica: Replica;
  ports: Readonly<Record<string, number>>;
  status: Status;
  /** Nobody asks for it any more. */
  forgotten: boolean;
  /** An earlier agent started it: its end must be looked for. */
  adopted: boolean;
  wake: NodeJS.Timeout | undefined;
}

export interface SupervisorOptions extends LauncherOptions {
  readonly timing: AgentTiming;
  /** For the jitter of back-offs. */
  readonly prng: Prng;
  readonly nextSequence: () => number;
  readonly onStatus: (status: Status) => void;
  readonly log: AgentLog;
}

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #launcher: Launcher;
  readonly #units = new Map<string, Unit>();
  /** V3: launches that wait; undefined once they need not. */
  #held: Set<Unit> | undefined = new Set();
  readonly #timers: NodeJS.Timeout[] = [];
  #phase: 'running' | 'draining' | 'closed' = 'running';

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#launcher = new Launcher(options);
  }

  /** Finds again what an earlier agent left. `desired`: the last accepted set, or undefined when there is none. */
  start(desired: readonly Assigned[] | undefined): void {
    const { timing, agentId, records } = this.#options;
    const started = findStarted(agentId);
    const wanted = new Map(desired?.map((assigned) => [assigned.assignmentId, assigned]));
    for (const record of records.load()) {
      const { assignmentId } = record.replica.assigned;
      this.#restore(
        record,
        desired === undefined ? record.replica.assigned : wanted.get(assignmentId),
        started,
      );
      wanted.delete(assignmentId);
    }
    for (const assigned of wanted.values()) {
      this.#restore({ format: 1, replica: newReplica(assigned), ports: {} }, assigned, started);
    }
    const every = (delayMs: number, look: () => void): number =>
      this.#timers.push(setInterval(look, delayMs));
    every(timing.adoptedPollMs, () => this.#lookAtAdopted());
    every(timing.stoppingPollMs, () => this.#lookAtStopping());
    this.#timers.push(setTimeout(() => this.#releaseHeld(), timing.launchHoldMs));
  }

  /** Makes this node run exactly `set`: what is desired of each assignment in it, and nothing else. */
  apply(set: readonly Assigned[]): void {
    if (this.#phase !== 'running') return;
    const left = new Set(this.#units.keys());
    for (const assigned of set) {
      left.delete(assigned.assignmentId);
      const unit = this.#units.get(assigned.assignmentId) ?? this.#add(newReplica(assigned), {});
      unit.forgotten = false; // What it runs never changes: another workload is another assignment.
      this.#input(unit, { kind: 'want', wanted: assigned.desired });
    }
    for (const assignmentId of left) this.#forget(assignmentId);
    this.#releaseHeld();
  }

  /** The last report about each replica. */
  get statuses(): Status[] {
    return [...this.#units.values()].map(({ status }) => status);
  }

  indexOf(assignmentId: string): number | undefined {
    return this.#units.get(assignmentId)?.replica.assigned.index;
  }

  /** Stops every replica for as long as no other agent is started here; resolves when all are gone. */
  async stopAll(): Promise<void> {
    this.#phase = 'draining';
    this.#releaseHeld();
    for (const unit of this.#units.values()) this.#input(unit, { kind: 'want', wanted: 'stopped' });
    while ([...this.#units.values()].some(({ replica }) => replica.phase.kind !== 'ended')) {
      await new Promise((resolve) => setTimeout(resolve, this.#options.timing.stoppingPollMs));
    }
  }

  /** V5 */
  close(): void {
    this.#phase = 'closed';
    for (const timer of this.#timers) clearTimeout(timer);
    for (const unit of this.#units.values()) clearTimeout(unit.wake);
  }

  #restore(
    record: ReplicaRecord,
    assigned: Assigned | undefined,
    started: ReadonlyMap<string, ProcessIdentity>,
  ): void {
    const { replica, ports } = record;
    const { assignmentId } = replica.assigned;
    const wanted = assigned?.desired ?? 'stopped';
    const unit = this.#add({ ...replica, assigned: assigned ?? replica.assigned, wanted }, ports);
    unit.forgotten = assigned === undefined;
    unit.adopted = true;
    const live = processOf(replica.phase);
    const found =
      live === undefined ? started.get(assignmentId) : isAlive(live.process) ? live.process : undefined;
    this.#options.ports.adopt(assignmentId, ports);
    this.#options.log(
      { assignment: assignmentId, pid: found?.pid, phase: replica.phase.kind },
      'replica found again',
    );
    const startedAt = live?.startedAt ?? new Date().toISOString();
    this.#input(unit, { kind: 'restored', process: found, startedAt, lastLines: this.#lastLines(unit) });
    this.#input(unit, { kind: 'want', wanted });
  }

  #add(replica: Replica, ports: Readonly<Record<string, number>>): Unit {
    const { assignmentId } = replica.assigned;
    const status = statusOf(replica, ports, this.#options.nextSequence());
    const unit: Unit = { replica, ports, status, forgotten: false, adopted: false, wake: undefined };
    this.#units.set(assignmentId, unit);
    this.#options.logs.open(assignmentId);
    return unit;
  }

  #forget(assignmentId: string): void {
    const unit = this.#units.get(assignmentId);
    if (unit === undefined) return;
    unit.forgotten = true;
    this.#input(unit, { kind: 'want', wanted: 'stopped' });
  }

  /** The one way in which a replica changes. */
  #input(unit: Unit, input: ReplicaInput): void {
    if (this.#phase === 'closed') return;
    const before = unit.replica;
    const { replica, effects } = step(before, input, this.#options.timing);
    unit.replica = replica;
    if (replica.phase.kind !== before.phase.kind) clearTimeout(unit.wake);
    // V1: the record of a launch is written with its ports.
    if (replica.phase.kind !== 'launching') this.#saveOrTell(unit, before);
    for (const effect of effects) this.#perform(unit, effect);
    if (replica.phase.kind === 'ended') this.#options.ports.release(replica.assigned.assignmentId);
    if (replica.phase.kind !== before.phase.kind || input.kind === 'restored') this.#report(unit);
    if (unit.forgotten && replica.phase.kind === 'ended') this.#drop(unit);
  }

  #perform(unit: Unit, effect: ReplicaEffect): void {
    const { assignmentId } = unit.replica.assigned;
    const { agentId } = this.#options;
    switch (effect.kind) {
      case 'launch':
        if (this.#held === undefined) void this.#launch(unit);
        else this.#held.add(unit);
        return;
      case 'signal':
        return signalGroup(effect.process, { agentId, assignmentId }, effect.signal);
      case 'wakeAfter':
        return this.#wakeAfter(unit, effect.delayMs);
      case 'retry':
        return this.#wakeAfter(
          unit,
          backoffMs(effect.attempt, this.#options.prng.fraction(), this.#options.timing.restartBackoff),
        );
    }
  }

  async #launch(unit: Unit): Promise<void> {
    const { replica, ports } = unit;
    const launched = await this.#launcher.launch({
      replica,
      held: ports,
      isWanted: () => this.#phase !== 'closed' && unit.replica.wanted === 'running',
      onExit: (process, { code, signal }) => {
        const exit = { code, signal, lastLines: this.#lastLines(unit) };
        this.#input(unit, { kind: 'exited', process, exit });
      },
    });
    if (launched.kind === 'failed') {
      const { reason, message } = launched;
      return this.#input(unit, { kind: 'launchFailed', reason, message });
    }
    unit.adopted = false;
    unit.ports = launched.ports;
    const { process, startedAt } = launched;
    this.#options.log({ assignment: replica.assigned.assignmentId, pid: process.pid }, 'replica started');
    this.#input(unit, { kind: 'launched', process, startedAt });
  }

  #wakeAfter(unit: Unit, delayMs: number): void {
    clearTimeout(unit.wake);
    unit.wake = setTimeout(() => this.#input(unit, { kind: 'wake' }), delayMs);
  }

  /** V3 */
  #releaseHeld(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const unit of held) void this.#launch(unit);
  }

  #lookAtAdopted(): void {
    for (const unit of this.#units.values()) {
      const live = unit.adopted ? processOf(unit.replica.phase) : undefined;
      if (live === undefined || live.kind === 'stopping' || isAlive(live.process)) continue;
      const exit = { code: undefined, signal: undefined, lastLines: this.#lastLines(unit) };
      this.#input(unit, { kind: 'exited', process: live.process, exit });
    }
  }

  #lookAtStopping(): void {
    for (const unit of this.#units.values()) {
      const { phase, assigned } = unit.replica;
      const marks = { agentId: this.#options.agentId, assignmentId: assigned.assignmentId };
      if (phase.kind !== 'stopping' || isGroupAlive(phase.process, marks)) continue;
      this.#input(unit, { kind: 'groupGone' });
    }
  }

  #lastLines(unit: Unit): string {
    try {
      return this.#options.logs.open(unit.replica.assigned.assignmentId).last(lastLinesMax).join('\n');
    } catch (error) {
      return `(its log cannot be read: ${messageOf(error)})`;
    }
  }

  #report(unit: Unit): void {
    unit.status = statusOf(unit.replica, unit.ports, this.#options.nextSequence());
    this.#options.onStatus(unit.status);
  }

  /** A record that was not saved costs only what the next agent knows: the process is found by its mark (V2). */
  #saveOrTell(unit: Unit, before: Replica): void {
    if (unit.replica === before) return;
    try {
      this.#options.records.save({ format: 1, replica: unit.replica, ports: unit.ports });
    } catch (error) {
      const assignment = unit.replica.assigned.assignmentId;
      this.#options.log({ assignment, error: messageOf(error) }, 'replica record cannot be saved');
    }
  }

  // V4
  #drop(unit: Unit): void {
    const { assignmentId } = unit.replica.assigned;
    if (this.#units.get(assignmentId) !== unit) return;
    this.#units.delete(assignmentId);
    try {
      this.#options.records.remove(assignmentId);
      this.#options.logs.remove(assignmentId);
    } catch (error) {
      this.#options.log(
        { assignment: assignmentId, error: messageOf(error) },
        'replica files cannot be removed',
      );
    }
  }
}
