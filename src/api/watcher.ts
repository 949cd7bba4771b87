// One watcher: how far it was told of the changes, and what it is told next.
// Owns: its position. Does not own: the changes (the window of the state), the connection (its sink).
//
// N1. It is told every change behind its position that it selected, once, in order; its position never goes back.
// N2. Nothing is queued for it but what its connection holds, at most `watchQueueBytesMax` and one turn. What is not
//     told yet stays in the window; a watcher that falls out of it is ended: EXPIRED, or SLOW_WATCHER when it did not read.
// N3. It is told why it ends, and nothing behind that.

import { OrionError } from '../lib/errors.ts';
import type { ServingLimits } from '../lib/serving-limits.ts';
import type { View } from '../state/view.ts';
import type { Log } from './context.ts';
import { problemOf } from './errors.ts';
import { type WatchFeed, type WatchForm, WatchText } from './watch-feed.ts';

/** The connection of a watcher. */
export interface WatchSink {
  readonly form: WatchForm;
  /** Bytes that its reader has not taken yet. */
  readonly waiting: number;
  send(bytes: Uint8Array): void;
  /** The last message; a reader that does not take it is cut off. */
  end(bytes: Uint8Array): void;
}

export interface WatcherOptions {
  readonly view: View;
  readonly feed: WatchFeed;
  readonly sink: WatchSink;
  /** Told are changes with an index above it; it may be one that is still to come. */
  readonly from: number;
  readonly wantsStats: boolean;
  readonly bounds: ServingLimits;
  /** Bytes that may wait for it before nothing is added, just now. */
  readonly queueMax: () => number;
  readonly log: Log;
}

export class Watcher {
  readonly feed: WatchFeed;
  readonly wantsStats: boolean;
  readonly #view: View;
  readonly #sink: WatchSink;
  readonly #bounds: ServingLimits;
  readonly #queueMax: () => number;
  readonly #log: Log;
  #position: number;
  /** Since when too much waits for it. */
  #stalledMs: number | undefined;
  #isGreeted = false;
  #isEnded = false;

  constructor(options: WatcherOptions) {
    this.feed = options.feed;
    this.wantsStats = options.wantsStats;
    this.#view = options.view;
    this.#sink = options.sink;
    this.#bounds = options.bounds;
    this.#queueMax = options.queueMax;
    this.#log = options.log;
    this.#position = options.from;
  }

  /** Bytes that its reader has not taken yet. */
  get waiting(): number {
    return this.#sink.waiting;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Tells what it may now, in its first turn where it stands; true when there is more to tell at once. */
  turn(nowMs: number): boolean {
    if (!this.#isGreeted) {
      this.#isGreeted = true;
      this.bookmark();
    }
    if (this.#isEnded || this.#mustWait(nowMs) || this.#position > this.#view.appliedIndex) return false;
    if (this.#position < this.#view.windowStart) {
      this.end(fellBehind(this.#view.windowStart, 'EXPIRED'));
      return false;
    }
    let sent = 0;
    let looked = 0;
    const { watchTurnBytes, watchTurnObjects } = this.#bounds;
    for (const change of this.#view.changesSince(this.#position)) {
      if (sent >= watchTurnBytes || looked >= watchTurnObjects) return true;
      this.#position = change.index; // N1
      looked += change.changes.length;
      const bytes = this.feed.textOf(change)?.bytes(this.#sink.form);
      if (bytes === undefined) continue;
      this.#sink.send(bytes);
      sent += bytes.length;
    }
    this.#position = this.#view.appliedIndex;
    return false;
  }

  /** Says how far it was told, so that it may go on from there. */
  bookmark(): void {
    const id = String(this.#position);
    this.tell(new WatchText({ event: 'bookmark', id, data: { resourceVersion: id } }));
  }

  /** What is worth nothing later: left out while something waits. */
  tell(text: WatchText): void {
    const mayTell = this.#isGreeted && !this.#isEnded && this.#stalledMs === undefined;
    if (mayTell && this.#sink.waiting <= this.#queueMax()) this.#sink.send(text.bytes(this.#sink.form));
  }

  /** N3. */
  end(error: OrionError): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    if (error.code === 'SLOW_WATCHER')
      this.#log({ position: this.#position }, 'a watcher that does not read is cut off');
    this.#sink.end(new WatchText({ event: 'error', data: problemOf(error, 'GET') }).bytes(this.#sink.form));
  }

  /** Its connection is gone. */
  gone(): void {
    this.#isEnded = true;
  }

  /** N2. */
  #mustWait(nowMs: number): boolean {
    const { watchStallMs } = this.#bounds;
    const { waiting } = this.#sink;
    if (waiting <= this.#queueMax()) {
      this.#stalledMs = undefined;
      return false;
    }
    this.#stalledMs ??= nowMs;
    if (this.#position < this.#view.windowStart) this.end(fellBehind(this.#view.windowStart, 'SLOW_WATCHER'));
    else if (nowMs - this.#stalledMs > watchStallMs) {
      this.end(
        new OrionError(
          'SLOW_WATCHER',
          `${waiting} bytes wait to be read, and nothing could be added for ${watchStallMs} ms.`,
        ),
      );
    }
    return true;
  }
}

export function fellBehind(start: number, code: 'EXPIRED' | 'SLOW_WATCHER'): OrionError {
  return new OrionError(code, `The changes up to version ${start} are not kept any more.`);
}
