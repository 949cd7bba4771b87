// What a leader knows of one follower's log, and how much it has under way to it.
// Owns: match, next and the window. Does not own: entries, messages, time (replication.ts).
// P1. match < next: everything up to match is known to be equal, and durable there.
// P2. A probe has at most one append under way; its answer, or the answer to a later heartbeat, permits the next.
// P3. Replicating sends ahead without waiting, within the window's messages and bytes.

import { assert } from '../src/lib/assert.ts';
import { asIndex, type LogIndex } from './types.ts';

/** The place at which the logs agree is being looked for. */
export interface Probe {
  readonly kind: 'probe';
  match: LogIndex;
  next: LogIndex;
  /** What may be sent: entries at first; bare when it repeats, as the entries may well have arrived. */
  due: 'entries' | 'bare' | 'nothing';
  /** The heartbeat round of the last probe. */
  sentInRound: number;
}

/** The logs agree: entries stream. */
export interface Replicate {
  readonly kind: 'replicate';
  match: LogIndex;
  next: LogIndex;
  readonly inflight: Inflight;
  /** When the window last opened or was first used (monotonic ms). */
  movedMs: number;
}

export type Progress = Probe | Replicate;

export interface InflightOptions {
  readonly messagesMax: number;
  readonly bytesMax: number;
}

/** Appends under way, oldest first: bounded in messages, and in bytes up to the message that passes the bound. */
class Inflight {
  readonly #options: InflightOptions;
  readonly #sent: { readonly lastIndex: LogIndex; readonly bytes: number }[] = [];
  #bytes = 0;

  constructor(options: InflightOptions) {
    this.#options = options;
  }

  get isEmpty(): boolean {
    return this.#sent.length === 0;
  }

  get hasRoom(): boolean {
    return this.#sent.length < this.#options.messagesMax && this.#bytes < this.#options.bytesMax;
  }

  add(message: { readonly lastIndex: LogIndex; readonly bytes: number }): void {
    assert(this.hasRoom, 'P3: the window has room');
    this.#sent.push(message);
    this.#bytes += message.bytes;
  }

  /** Everything up to `match` has arrived. */
  freeUpTo(match: LogIndex): void {
    let freed = 0;
    for (const message of this.#sent) {
      if (message.lastIndex > match) break;
      this.#bytes -= message.bytes;
      freed += 1;
    }
    this.#sent.splice(0, freed);
  }
}

export function probeFrom(start: { readonly match: LogIndex; readonly next: LogIndex }): Probe {
  assert(start.match < start.next, 'P1: what matches is not sent again');
  return { kind: 'probe', match: start.match, next: start.next, due: 'entries', sentInRound: 0 };
}

/** The follower holds everything up to `match`. */
export function onAccepted(
  progress: Progress,
  answer: { readonly match: LogIndex; readonly now: number; readonly window: InflightOptions },
): Progress {
  if (answer.match < progress.match) return progress; // overtaken by a later answer
  if (progress.kind === 'probe') {
    const next = asIndex(answer.match + 1);
    const inflight = new Inflight(answer.window);
    return { kind: 'replicate', match: answer.match, next, inflight, movedMs: answer.now };
  }
  if (answer.match > progress.match) progress.movedMs = answer.now;
  progress.match = answer.match;
  progress.next = asIndex(Math.max(progress.next, answer.match + 1));
  progress.inflight.freeUpTo(answer.match);
  return progress;
}

/** The follower has no entry `rejected` of the term named; the logs can agree at most up to `agreeMax`. */
export function onRejected(
  progress: Progress,
  answer: { readonly rejected: LogIndex; readonly agreeMax: LogIndex },
): Progress {
  if (answer.rejected <= progress.match) return progress; // from before the match was known
  if (progress.kind === 'probe' && answer.rejected !== progress.next - 1) return progress; // an earlier probe's
  const next = Math.max(progress.match + 1, Math.min(answer.rejected, answer.agreeMax + 1));
  return probeFrom({ match: progress.match, next: asIndex(next) });
}

/** The follower answered heartbeat round `round`: a probe sent before that round was lost, or waits for a disk. */
export function onRoundAnswered(progress: Progress, round: number): void {
  if (progress.kind !== 'probe' || progress.due !== 'nothing') return;
  if (round > progress.sentInRound) progress.due = 'bare';
}

/** Back to probing when something is under way and nothing has moved for `patienceMs`. */
export function onTime(
  progress: Progress,
  time: { readonly now: number; readonly patienceMs: number },
): Progress {
  if (progress.kind === 'probe' || progress.inflight.isEmpty) return progress;
  if (time.now - progress.movedMs < time.patienceMs) return progress;
  return { ...probeFrom({ match: progress.match, next: asIndex(progress.match + 1) }), due: 'bare' };
}
