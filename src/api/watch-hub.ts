// The hub: everybody who watches this peer, and when each has its turn.
// Owns: the watchers, their feeds and timers. Does not own: what one of them is told (Watcher), connections.
//
// H1. Watchers of one selection share its texts; without watchers nothing is done, asked or kept.
// H2. Who has something to hear has a turn, one after the other; after `watchTurnMs` everything else goes first.
// H3. While this peer's state may not be read nobody watches it: all are ended.
// H4. The leader's statistics are asked for once a second, one question at a time, and told at once; while no answer comes
//     the last one is told again each second, with its age.
// H5. While more than `watchWaitingBytesMax` wait for all watchers together, only he is told something for whom nothing waits:
//     who reads goes on, who does not stalls, and is ended for it.

import type { Clock } from '../lib/clock.ts';
import { isOrionError } from '../lib/errors.ts';
import { type ServingLimits } from '../lib/serving-limits.ts';
import type { ControlPlane, LeaderStats } from '../peer/control-plane.ts';
import type { Log } from './context.ts';
import { WatchFeed, WatchText } from './watch-feed.ts';
import { WatchTexts } from './watch-texts.ts';
import type { WatchRequest } from './watch-request.ts';
import { Watcher, type WatchSink } from './watcher.ts';

export class WatchHub {
  readonly #controlPlane: ControlPlane;
  readonly #clock: Clock;
  readonly #bounds: ServingLimits;
  readonly #log: Log;
  readonly #watchers = new Set<Watcher>();
  readonly #feeds = new Map<string, WatchFeed>();
  readonly #texts: WatchTexts;
  /** Those who may have something to hear. */
  readonly #due = new Set<Watcher>();
  #isDue = false;
  #stop: (() => void) | undefined;
  #stats: { readonly value: LeaderStats; readonly heardMs: number } | undefined;
  #isAsking = false;
  #cancelTick: () => void = () => {};
  #ticks = 0;
  /** H5. Of one watcher, just now. */
  #queueMax: number;
  #countedMs = 0;

  constructor(options: {
    readonly controlPlane: ControlPlane;
    readonly clock: Clock;
    readonly bounds: ServingLimits;
    readonly log: Log;
  }) {
    this.#controlPlane = options.controlPlane;
    this.#clock = options.clock;
    this.#bounds = options.bounds;
    this.#texts = new WatchTexts(options.bounds);
    this.#queueMax = options.bounds.watchQueueBytesMax;
    this.#log = options.log;
  }

  /** It is told where it stands, then changes; never from within this call. */
  open(request: WatchRequest, sink: WatchSink): Watcher {
    const { selection, from, wantsStats } = request;
    const feed = this.#feeds.get(selection.key) ?? new WatchFeed(selection, this.#texts);
    this.#feeds.set(feed.key, feed);
    feed.readers += 1;
    const { view } = this.#controlPlane;
    const watcher = new Watcher({
      view,
      feed,
      sink,
      from,
      wantsStats,
      bounds: this.#bounds,
      log: this.#log,
      queueMax: () => this.#queueMax,
    });
    this.#watchers.add(watcher);
    this.#stop ??= this.#start();
    this.wake(watcher);
    return watcher;
  }

  /** Its connection is gone. */
  close(watcher: Watcher): void {
    if (!this.#watchers.delete(watcher)) return;
    watcher.gone();
    this.#due.delete(watcher);
    watcher.feed.readers -= 1;
    if (watcher.feed.readers === 0) {
      watcher.feed.forget();
      this.#feeds.delete(watcher.feed.key); // H1
    }
    if (this.#watchers.size > 0) return;
    this.#stop?.();
    this.#stop = undefined;
  }

  /** Its reader has taken what waited, or it is new. */
  wake(watcher: Watcher): void {
    this.#due.add(watcher);
    this.#soon();
  }

  #wakeAll(): void {
    for (const watcher of this.#watchers) this.#due.add(watcher);
    this.#soon();
  }

  #start(): () => void {
    const ends = [
      this.#controlPlane.onChanges(() => this.#wakeAll()),
      this.#controlPlane.onReset(() => this.#wakeAll()),
    ];
    this.#tickLater();
    this.#askForStats();
    return () => {
      this.#cancelTick();
      for (const end of ends) end();
      this.#stats = undefined;
      this.#ticks = 0;
    };
  }

  #tickLater(): void {
    this.#cancelTick = this.#clock.after(this.#bounds.watchStatsMs, () => {
      this.#tick();
      this.#tickLater();
    });
  }

  #soon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    this.#clock.soon(() => {
      this.#isDue = false;
      this.#serve();
    });
  }

  /** H2. */
  #serve(): void {
    if (!this.#isReadable()) return;
    const nowMs = this.#clock.monotonicMs();
    const untilMs = nowMs + this.#bounds.watchTurnMs;
    if (nowMs - this.#countedMs >= this.#bounds.watchCountMs) this.#count(nowMs);
    for (const watcher of this.#due) {
      this.#due.delete(watcher);
      const turnMs = this.#clock.monotonicMs();
      if (watcher.turn(turnMs)) this.#due.add(watcher); // behind the others
      if (turnMs > untilMs) break;
    }
    if (this.#due.size > 0) this.#soon();
  }

  /** H5. */
  #count(nowMs: number): void {
    this.#countedMs = nowMs;
    let waiting = 0;
    for (const watcher of this.#watchers) waiting += watcher.waiting;
    const { watchQueueBytesMax, watchWaitingBytesMax } = this.#bounds;
    this.#queueMax = waiting > watchWaitingBytesMax ? 0 : watchQueueBytesMax;
  }

  /** H3. */
  #isReadable(): boolean {
    try {
      this.#controlPlane.assertReadable();
      return true;
    } catch (error) {
      if (!isOrionError(error)) throw error;
      for (const watcher of this.#watchers) watcher.end(error);
      return false;
    }
  }

  #tick(): void {
    this.#ticks += 1;
    const { watchBookmarkMs, watchStatsMs } = this.#bounds;
    const isBookmark = this.#ticks % Math.ceil(watchBookmarkMs / watchStatsMs) === 0;
    if (isBookmark) for (const watcher of this.#watchers) watcher.bookmark();
    if (this.#isAsking) this.#tellStats();
    else this.#askForStats();
    this.#wakeAll(); // who stalls is looked at, too
  }

  // ── H4 ─────────────────────────────────────────────────────────────────────────────────────────────────

  #askForStats(): void {
    if (![...this.#watchers].some(({ wantsStats }) => wantsStats)) return;
    this.#isAsking = true;
    const onAnswer = (value: LeaderStats | undefined): void => {
      this.#isAsking = false;
      if (value !== undefined) this.#stats = { value, heardMs: this.#clock.monotonicMs() };
      this.#tellStats();
    };
    this.#controlPlane.stats().then(onAnswer, () => onAnswer(undefined)); // nobody leads just now
  }

  #tellStats(): void {
    if (this.#stats === undefined) return;
    const { value, heardMs } = this.#stats;
    const ageMs = Math.round(this.#clock.monotonicMs() - heardMs);
    const text = new WatchText({ event: 'stats', data: { ...value, ageMs } });
    for (const watcher of this.#watchers) if (watcher.wantsStats) watcher.tell(text);
  }
}
