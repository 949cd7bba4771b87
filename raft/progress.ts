// What a leader knows of one follower's log, and how much it has under way to it.
// Owns: match, next and the window. Does not own: entries, messages, time (replication.ts).
// P1. match < next: everything up to match is known to be equal, and durable there.
// P2. A probe has at most one append under way; its answer, or the answer to a later heartbeat, permits the next.
// P3. Replicating sends ahead without waiting, within the window's messages and bytes.
// P4. Whoever needs entries that were cut off is sent a snapshot, and no entries before that has ended. It ends with the
//     word of the sender, or with an acknowledgement of what it stands for, whichever comes first.

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

/** It needs entries that were cut off: a snapshot is sent instead. */
export interface NeedsSnapshot {
  readonly kind: 'snapshot';
  match: LogIndex;
  /** The first index behind a snapshot that suffices. */
  next: LogIndex;
  /** `waiting`: the last one failed at `failedMs`; the next is due when it was heard after that. */
  state: 'due' | 'sending' | 'waiting';
  /** Monotonic ms. */
  failedMs: number;
}

export type Progress = Probe | Replicate | NeedsSnapshot;

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

/** The log begins behind `base`, which is not below the next index that it was to be sent. */
export function needsSnapshot(progress: Progress, base: LogIndex): NeedsSnapshot {
  assert(progress.next <= base, 'what it needs was cut off');
  const next = asIndex(base + 1);
  return { kind: 'snapshot', match: progress.match, next, state: 'due', failedMs: Number.NEGATIVE_INFINITY };
}

/** It holds a snapshot that ends with `index`, or needs none, having that; undefined: it could not be sent. */
export function onSnapshotSent(
  progress: Progress,
  sent: { readonly index: LogIndex | undefined; readonly lastIndex: LogIndex; readonly now: number },
): Progress {
  if (progress.kind !== 'snapshot') return progress; // it acknowledged entries behind it meanwhile
  if (sent.index === undefined) return { ...progress, state: 'waiting', failedMs: sent.now };
  // It may have more than a leader that does not know yet that its term is over.
  const next = Math.min(sent.index, sent.lastIndex) + 1;
  return probeFrom({ match: progress.match, next: asIndex(Math.max(next, progress.match + 1)) });
}

/** The follower holds everything up to `match`. */
export function onAccepted(
  progress: Progress,
  answer: { readonly match: LogIndex; readonly now: number; readonly window: InflightOptions },
): Progress {
  if (answer.match < progress.match) return progress; // overtaken by a later answer
  if (progress.kind === 'snapshot' && answer.match < progress.next - 1) {
    progress.match = answer.match; // P4
    return progress;
  }
  if (progress.kind !== 'replicate') {
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
  if (progress.kind === 'snapshot') return progress; // a probe's from before it was known to need one
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

/**
 * Back to probing when something is under way and nothing has moved for `patienceMs`. A snapshot that failed is due again
 * that much later, if the follower was heard since.
 */
export function onTime(
  progress: Progress,
  time: { readonly now: number; readonly patienceMs: number; readonly lastHeardMs: number | undefined },
): Progress {
  if (progress.kind === 'snapshot') {
    const isHeard = (time.lastHeardMs ?? Number.NEGATIVE_INFINITY) > progress.failedMs;
    const isDue = progress.state === 'waiting' && isHeard && time.now - progress.failedMs >= time.patienceMs;
    return isDue ? { ...progress, state: 'due' } : progress;
  }
  if (progress.kind === 'probe' || progress.inflight.isEmpty) return progress;
  if (time.now - progress.movedMs < time.patienceMs) return progress;
  return { ...probeFrom({ match: progress.match, next: asIndex(progress.match + 1) }), due: 'bare' };
}
