// Control: the controllers at work, on the leader alone, within one term.
// Owns: which services are looked at when, what is in flight, the liveness of nodes. Does not own: decisions (the
// reconciler, the scheduler), nor their fences (apply).
//
// K1. Nothing is proposed before `start` or after `stop`, and what an earlier run still hears changes nothing.
// K2. A service is not planned again until the commands of its last plan have settled.
// K3. Callbacks only enqueue: work is done in one place, once for all that came meanwhile. The queue is a set of
//     service names, so that it never holds more than there are services.
// K4. Commands of services in flight are at most `controlCommandsMax`, those of nodes one a node.
// K5. With nothing to do nothing is proposed, however often everything is looked at.

import { backoffMs } from '../lib/backoff.ts';
import { isOrionError, OrionError } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';
import type { CommandBody, CommandResult } from '../protocol/command.ts';
import type { RowChange, View } from '../state/view.ts';
import { Liveness } from './liveness.ts';
import type { ControlCommand, CreateCommand } from './plan.ts';
import { SchedulingPass } from './scheduler.ts';
import { reconcileService } from './service-reconciler.ts';

export interface ControlOptions {
  readonly view: View;
  /** Has a command applied in `term`, or throws an OrionError. Resolves once the view has it. */
  readonly propose: (term: number, body: CommandBody) => Promise<{ readonly result: CommandResult }>;
  /** Monotonic milliseconds. */
  readonly nowMs: () => number;
  /** A bug of a controller, or of apply: the service concerned is tried again, later and later. */
  readonly onError: (error: unknown) => void;
}

/** All that one term of control remembers: a new one starts from nothing (K1). */
interface Run {
  readonly term: number;
  readonly liveness: Liveness;
  readonly queue: Set<string>;
  /** The creations of each service whose commands have not settled (K2). */
  readonly inFlight: Map<string, readonly CreateCommand[]>;
  commandsInFlight: number;
  readonly nodesInFlight: Set<string>;
  /** Services whose plan failed: how often in a row, and when to look again. */
  readonly retries: Map<string, { readonly attempt: number; readonly dueMs: number | undefined }>;
  /** Services with a replica that fits no node. */
  readonly unplaced: Set<string>;
  resyncedMs: number;
  isAwake: boolean;
}

const expectedCodes = ['NO_LEADER', 'NO_QUORUM', 'BUSY', 'OUTCOME_UNKNOWN'] as const;

export class Control {
  readonly #options: ControlOptions;
  #run: Run | undefined;

  constructor(options: ControlOptions) {
    this.#options = options;
  }

  /** Begins to decide for the cluster in `term`. Every node has a full grace, and no session yet. */
  start(term: number): void {
    const nowMs = this.#options.nowMs();
    this.#run = {
      term,
      liveness: new Liveness(nowMs),
      queue: new Set(),
      inFlight: new Map(),
      commandsInFlight: 0,
      nodesInFlight: new Set(),
      retries: new Map(),
      unplaced: new Set(),
      resyncedMs: nowMs,
      isAwake: false,
    };
    this.#enqueueAll(this.#run);
  }

  stop(): void {
    this.#run = undefined;
  }

  /** Names of the nodes with a live session. */
  get liveNodes(): ReadonlySet<string> {
    return this.#run?.liveness.sessions ?? new Set();
  }

  onChanges(changes: readonly RowChange[]): void {
    const run = this.#run;
    if (run === undefined) return;
    for (const { before, after } of changes) {
      const row = after ?? before;
      if (row?.kind === 'Service') this.#enqueue(run, [row.metadata.name]);
      if (row?.kind === 'Assignment') this.#enqueue(run, [row.spec.service]);
      if (row?.kind === 'Node') this.#enqueue(run, run.unplaced);
    }
  }

  sessionOpened(node: string): void {
    const run = this.#run;
    if (run === undefined) return;
    run.liveness.sessionOpened(node, this.#options.nowMs());
    this.#enqueue(run, run.unplaced);
  }

  sessionClosed(node: string): void {
    this.#run?.liveness.sessionClosed(node);
  }

  heartbeat(node: string): void {
    this.#run?.liveness.heartbeat(node, this.#options.nowMs());
  }

  /** To be called several times a second, at even distances: a late tick counts as a sleep of this process. */
  tick(): void {
    const run = this.#run;
    if (run === undefined) return;
    const nowMs = this.#options.nowMs();
    for (const command of run.liveness.tick(nowMs, this.#options.view.nodes.values())) {
      if (!run.nodesInFlight.has(command.node)) void this.#changeNode(run, command.node, command);
    }
    for (const [name, { attempt, dueMs }] of run.retries) {
      if (dueMs === undefined || dueMs > nowMs) continue;
      run.retries.set(name, { attempt, dueMs: undefined });
      this.#enqueue(run, [name]);
    }
    if (nowMs - run.resyncedMs >= limits.controlResyncMs) {
      run.resyncedMs = nowMs;
      this.#enqueueAll(run);
    }
  }

  #enqueueAll(run: Run): void {
    const { view } = this.#options;
    for (const { metadata } of view.services.values()) run.queue.add(metadata.name);
    this.#wake(run);
  }

  #enqueue(run: Run, names: Iterable<string>): void {
    for (const name of names) run.queue.add(name);
    this.#wake(run);
  }

  /** K3. */
  #wake(run: Run): void {
    if (run.isAwake || run.queue.size === 0) return;
    run.isAwake = true;
    queueMicrotask(() => {
      run.isAwake = false;
      if (this.#run === run) this.#work(run); // K1
    });
  }

  #work(run: Run): void {
    const pass = new SchedulingPass({
      view: this.#options.view,
      liveNodes: run.liveness.sessions,
      reservations: [...run.inFlight.values()].flat(),
    });
    for (const name of run.queue) {
      const room = limits.controlCommandsMax - run.commandsInFlight; // K4
      if (room === 0) return;
      if (run.inFlight.has(name) || run.retries.get(name)?.dueMs !== undefined) continue; // K2
      run.queue.delete(name);
      const commands = this.#plan(run, name, pass).slice(0, room);
      if (commands.length > 0) void this.#execute(run, name, commands);
      else if (run.retries.get(name)?.dueMs === undefined) run.retries.delete(name);
    }
  }

  #plan(run: Run, name: string, pass: SchedulingPass): readonly ControlCommand[] {
    try {
      const { commands, unplaced } = reconcileService(name, this.#options.view, pass);
      if (unplaced) run.unplaced.add(name);
      else run.unplaced.delete(name);
      return commands;
    } catch (error) {
      this.#options.onError(error);
      this.#retryLater(run, name);
      return [];
    }
  }

  async #execute(run: Run, name: string, commands: readonly ControlCommand[]): Promise<void> {
    run.inFlight.set(
      name,
      commands.filter((command) => command.kind === 'assignment.create'),
    );
    run.commandsInFlight += commands.length;
    const settled = await Promise.all(commands.map((command) => this.#propose(run, command)));
    if (this.#run !== run) return; // K1
    run.inFlight.delete(name);
    run.commandsInFlight -= commands.length;
    if (settled.every(Boolean)) run.retries.delete(name);
    else this.#retryLater(run, name);
    this.#enqueue(run, [name]);
  }

  async #changeNode(run: Run, node: string, command: ControlCommand): Promise<void> {
    run.nodesInFlight.add(node);
    await this.#propose(run, command);
    run.nodesInFlight.delete(node); // a refused one is due again with the next tick
  }

  /** True when it was applied, false when it should be planned anew; never throws. */
  async #propose(run: Run, command: ControlCommand): Promise<boolean> {
    try {
      const { result } = await this.#options.propose(run.term, { ...command, fence: { term: run.term } });
      if (result.kind !== 'refused') return true;
      if (result.code !== 'STALE') this.#options.onError(new OrionError(result.code, result.message));
    } catch (error) {
      if (!isOrionError(error, ...expectedCodes)) this.#options.onError(error);
    }
    return false;
  }

  #retryLater(run: Run, name: string): void {
    const attempt = (run.retries.get(name)?.attempt ?? -1) + 1;
    const waitMs = backoffMs(attempt, 1, { baseMs: limits.controlRetryMs, maxMs: limits.controlRetryMaxMs });
    run.retries.set(name, { attempt, dueMs: this.#options.nowMs() + waitMs });
  }
}
