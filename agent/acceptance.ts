// What becomes of a set that a leader sends: it is saved, and then run.
// Owns: the tries to save the last one.
//
// C1. A set that cannot be saved is obeyed as far as it stops something: that may be what fills the disk. Nothing of it is
//     started before it is saved; each replica that waits for that is reported, once, as failed.
// C2. The session goes on meanwhile: another one would bring the same set, and cost an entry in every log.

import { messageOf } from '../src/lib/errors.ts';
import type { AgentDown, Assigned } from '../src/protocol/agent.ts';
import type { DesiredSet } from './desired.ts';
import type { AgentLog } from './log.ts';
import type { Status } from './status.ts';

type Assignments = Extract<AgentDown, { type: 'assignments' }>;

export interface AcceptanceOptions {
  readonly desired: DesiredSet;
  readonly run: (set: readonly Assigned[]) => void;
  readonly nextSequence: () => number;
  readonly onStatus: (status: Status) => void;
  /** Between two tries to save a set, in milliseconds. */
  readonly retryMs: number;
  readonly log: AgentLog;
}

export class Acceptance {
  readonly #options: AcceptanceOptions;
  #retry: NodeJS.Timeout | undefined;
  /** C1: ids of what was reported to wait. */
  readonly #waiting = new Set<string>();

  constructor(options: AcceptanceOptions) {
    this.#options = options;
  }

  /** Why the session cannot go on, or undefined. */
  onSet(message: Assignments): string | undefined {
    const refusal = this.#options.desired.accept(message);
    if (refusal !== undefined) return refusal;
    if (message.complete) this.#waiting.clear(); // A new session: what was reported may be lost.
    this.#follow();
    return undefined;
  }

  close(): void {
    clearTimeout(this.#retry);
  }

  #follow(): void {
    clearTimeout(this.#retry);
    const { desired, run, log, retryMs } = this.#options;
    try {
      desired.save();
      this.#waiting.clear();
    } catch (error) {
      log({ error: messageOf(error) }, 'the set cannot be saved');
      this.#report(`the agent cannot save what this node shall run: ${messageOf(error)}`);
      this.#retry = setTimeout(() => this.#follow(), retryMs);
    }
    run(desired.unsaved === undefined ? (desired.set ?? []) : stopsOf(desired.set ?? [], desired.unsaved));
  }

  #report(message: string): void {
    const { desired, nextSequence, onStatus } = this.#options;
    const known = new Set(desired.set?.map(({ assignmentId }) => assignmentId));
    for (const { assignmentId, desired: wanted } of desired.unsaved ?? []) {
      if (wanted === 'stopped' || known.has(assignmentId) || this.#waiting.has(assignmentId)) continue;
      this.#waiting.add(assignmentId);
      const sequence = nextSequence();
      onStatus({
        type: 'status',
        assignmentId,
        sequence,
        state: 'failed',
        ports: {},
        restarts: 0,
        reason: 'SET_NOT_SAVED',
        message,
      });
    }
  }
}

/** `saved` without what `next` stops or does not have. */
function stopsOf(saved: readonly Assigned[], next: readonly Assigned[]): Assigned[] {
  const wanted = new Map(next.map(({ assignmentId, desired }) => [assignmentId, desired]));
  return saved.flatMap((one) => {
    const desired = wanted.get(one.assignmentId);
    return desired === undefined ? [] : [{ ...one, desired: desired === 'stopped' ? desired : one.desired }];
  });
}
