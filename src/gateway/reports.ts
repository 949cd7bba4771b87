// What one agent reports, on its way into the log: coalesced, batched, one command in flight.
// Owns: the newest report of each assignment that is not applied yet. Ends with its session.
//
// P1. At most one report of each assignment waits, and only for assignments of this node: that is the queue's bound.
// P2. What the state knows already is not written again: an agent that reconnects repeats itself, the log does not.
// P3. A command whose fate is unknown is sent again: sequences make the second one a no-op.

import { backoffMs } from '../lib/backoff.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';
import type { AgentUp } from '../protocol/agent.ts';
import type { AssignmentReport, CommandResult } from '../protocol/command.ts';
import type { View } from '../state/view.ts';

export interface ReportQueueOptions {
  readonly node: string;
  readonly view: View;
  readonly clock: Clock;
  readonly propose: (reports: readonly AssignmentReport[]) => Promise<CommandResult>;
  readonly log: (fields: object, message: string) => void;
}

const retryMs = { baseMs: 50, maxMs: 1_000 };

export class ReportQueue {
  readonly #options: ReportQueueOptions;
  readonly #waiting = new Map<string, AssignmentReport>();
  #state: 'held' | 'idle' | 'inFlight' | 'stopped' = 'held';
  #failures = 0;

  constructor(options: ReportQueueOptions) {
    this.#options = options;
  }

  add(status: Extract<AgentUp, { type: 'status' }>): void {
    const { type: _, ...report } = status;
    if (!this.#isMine(report.assignmentId)) return; // P1
    const waiting = this.#waiting.get(report.assignmentId);
    if (waiting !== undefined && waiting.sequence >= report.sequence) return;
    this.#waiting.set(report.assignmentId, report);
    this.#pump();
  }

  /** Until the node is registered, reports wait. */
  start(): void {
    if (this.#state === 'held') this.#state = 'idle';
    this.#pump();
  }

  stop(): void {
    this.#state = 'stopped';
    this.#waiting.clear();
  }

  #pump(): void {
    if (this.#state !== 'idle') return;
    const batch = this.#takeBatch();
    if (batch.length === 0) return;
    this.#state = 'inFlight';
    void this.#send(batch);
  }

  #takeBatch(): readonly AssignmentReport[] {
    const batch: AssignmentReport[] = [];
    for (const [id, report] of this.#waiting) {
      if (batch.length === limits.agentReportsMax) break;
      this.#waiting.delete(id);
      if (this.#isNews(report)) batch.push(report);
    }
    return batch;
  }

  async #send(batch: readonly AssignmentReport[]): Promise<void> {
    const { node, log, propose, clock } = this.#options;
    try {
      const result = await propose(batch);
      if (result.kind === 'refused') log({ node, code: result.code }, 'reports of an agent were refused');
      this.#failures = 0;
      this.#resume();
    } catch (error) {
      log({ node, error: messageOf(error) }, 'reports of an agent wait for a retry');
      this.#putBack(batch); // P3
      const delayMs = backoffMs(this.#failures, 0, retryMs);
      this.#failures += 1;
      clock.after(delayMs, () => this.#resume());
    }
  }

  #putBack(batch: readonly AssignmentReport[]): void {
    if (this.#isStopped()) return;
    for (const report of batch) {
      if (!this.#waiting.has(report.assignmentId)) this.#waiting.set(report.assignmentId, report);
    }
  }

  #resume(): void {
    if (this.#isStopped()) return;
    this.#state = 'idle';
    this.#pump();
  }

  #isStopped(): boolean {
    return this.#state === 'stopped';
  }

  #isMine(assignmentId: string): boolean {
    return this.#options.view.assignments.get(assignmentId)?.spec.node === this.#options.node;
  }

  #isNews({ assignmentId, sequence }: AssignmentReport): boolean {
    const row = this.#options.view.assignments.get(assignmentId);
    return row !== undefined && row.spec.node === this.#options.node && sequence > row.status.sequence; // P2
  }
}
