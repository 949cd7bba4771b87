// The recorder of events, on the leader alone, within one term: what it sees happen becomes one command a second.
// Owns: what was seen and not yet told. Does not own: what happenings mean (happenings.ts), what is kept (apply).
//
// R1. At most one command each `eventLimits.everyMs`, one in flight, of at most `eventLimits.pendingMax` events; none when
//     nothing happened, and none about events.
// R2. Events give way to everything else: what does not fit, what comes under load and what is refused is dropped, and
//     counted; nothing is tried again.
// R3. What was seen in one term is not told in another.

import { isOrionError } from '../lib/errors.ts';
import { eventLimits } from '../lib/event-limits.ts';
import type { CommandBody, CommandResult, SeenEvent } from '../protocol/command.ts';
import type { RowChange } from '../state/view.ts';
import {
  type Happening,
  happeningsOf,
  leaderElected,
  type MemberFact,
  memberHappenings,
} from './happenings.ts';

export interface EventRecorderOptions {
  /** Id of this peer. */
  readonly self: string;
  /** Who belongs to the cluster now. */
  readonly members: () => readonly MemberFact[];
  /** Has a command applied in `term`, or throws an OrionError. */
  readonly propose: (term: number, body: CommandBody) => Promise<{ readonly result: CommandResult }>;
  /** Monotonic milliseconds. */
  readonly nowMs: () => number;
  /** Milliseconds since 1970. */
  readonly wallMs: () => number;
  /** Whether the peer has enough to do without events. */
  readonly isUnderLoad: () => boolean;
  /** Called with the next command that goes through, after events were dropped. */
  readonly onDropped: (count: number) => void;
  /** A bug of this recorder, or of apply. */
  readonly onError: (error: unknown) => void;
}

interface Run {
  readonly term: number;
  /** By what they say. */
  pending: Map<string, SeenEvent>;
  isSending: boolean;
  sentMs: number;
  members: readonly MemberFact[];
  /** When they were looked at. */
  membersMs: number;
}

export class EventRecorder {
  readonly #options: EventRecorderOptions;
  #run: Run | undefined;
  #dropped = 0;
  /** The last term of which was told who leads: a leader may stop and start to control within one, when it is slow. */
  #toldTerm: number | undefined;

  constructor(options: EventRecorderOptions) {
    this.#options = options;
  }

  /** This peer leads, and records from here on. */
  start(term: number): void {
    const nowMs = this.#options.nowMs();
    const members = this.#options.members();
    this.#run = { term, pending: new Map(), isSending: false, sentMs: nowMs, members, membersMs: nowMs };
    if (this.#toldTerm !== term) this.#add(leaderElected(this.#options.self));
    this.#toldTerm = term;
  }

  // R3
  stop(): void {
    this.#run = undefined;
  }

  onChanges(changes: readonly RowChange[]): void {
    if (this.#run === undefined) return;
    for (const change of changes) for (const happening of happeningsOf(change)) this.#add(happening);
  }

  /** To be called several times a second. */
  tick(): void {
    const run = this.#run;
    if (run === undefined) return;
    const nowMs = this.#options.nowMs();
    this.#lookAtMembers(run, nowMs);
    if (run.isSending || run.pending.size === 0) return;
    if (nowMs - run.sentMs < eventLimits.everyMs) return; // R1
    run.sentMs = nowMs;
    const events = [...run.pending.values()];
    run.pending = new Map();
    if (this.#options.isUnderLoad()) this.#dropped += events.length; // R2
    else void this.#send(run, events);
  }

  /** Members change in the log alone: no row tells of it. */
  #lookAtMembers(run: Run, nowMs: number): void {
    if (nowMs - run.membersMs < eventLimits.everyMs) return;
    const before = run.members;
    run.members = this.#options.members();
    run.membersMs = nowMs;
    for (const happening of memberHappenings(before, run.members)) this.#add(happening);
  }

  #add(happening: Happening): void {
    const run = this.#run;
    if (run === undefined) return;
    const said = { ...happening, message: happening.message.slice(0, eventLimits.messageChars) };
    const key = JSON.stringify(said);
    const lastSeen = new Date(this.#options.wallMs()).toISOString();
    const known = run.pending.get(key);
    if (known !== undefined) run.pending.set(key, { ...known, count: known.count + 1, lastSeen });
    else if (run.pending.size >= eventLimits.pendingMax) this.#dropped += 1; // R2
    else run.pending.set(key, { ...said, count: 1, firstSeen: lastSeen, lastSeen });
  }

  async #send(run: Run, events: readonly SeenEvent[]): Promise<void> {
    run.isSending = true;
    try {
      const body = { kind: 'event.record' as const, fence: { term: run.term }, events };
      const { result } = await this.#options.propose(run.term, body);
      if (result.kind === 'refused') this.#dropped += events.length;
      else this.#tellDropped();
    } catch (error) {
      this.#dropped += events.length; // R2
      if (!isOrionError(error)) this.#options.onError(error);
    }
    run.isSending = false;
  }

  #tellDropped(): void {
    if (this.#dropped === 0) return;
    const count = this.#dropped;
    this.#dropped = 0;
    this.#options.onDropped(count);
  }
}
