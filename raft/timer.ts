// Time as the core knows it: the last tick, and what is due by it.
// Owns: the election deadline, stickiness, the notice of late ticks. Does not own: heartbeats (leadership.ts).
// E1. What happened since the last tick is taken to have happened at the next one: a leader heard late is not heard
//     early, and an election never starts sooner than it should.
// E2. A late tick starts no election and moves the deadline by a heartbeat: what was queued meanwhile is read first. That
//     happens once for each deadline: what the first one waited for has been read by the next, and a process that stands
//     still again and again must not wait for ever.
// E3. A start counts as having heard a leader: the run before may have answered one a moment ago.
// E4. After the death of the leader deadlines are short, for as long as an election takes at most: then this peer may
//     be too slow for them.
// E5. A peer of low priority, or whose state is not trusted, waits one more range, and a heartbeat: whoever else can lead has
//     begun by then, and is heard.

import { assert } from '../src/lib/assert.ts';
import type { Prng } from '../src/lib/prng.ts';
import type { RaftConfig } from './config.ts';
import type { OwnDisk } from './own-disk.ts';

export class Timer {
  readonly #config: RaftConfig;
  readonly #prng: Prng;
  readonly #disk: Pick<OwnDisk, 'isDistrusted'>;
  #now: number;
  #deadlineMs: number;
  /** The deadline was drawn since the last tick (E1). */
  #restarted = false;
  /** A leader was heard since the last tick (E1). */
  #heard = false;
  #leaderHeardMs: number | undefined;
  /** Until then deadlines are short (E4). */
  #hasteUntilMs = Number.NEGATIVE_INFINITY;
  /** A late tick has moved the deadline (E2). */
  #isMoved = false;
  /** Votes are withheld for `electionMinMs` from here on (§4.2.3). */
  #stickyFromMs: number;

  constructor(options: {
    readonly config: RaftConfig;
    readonly prng: Prng;
    readonly disk: Pick<OwnDisk, 'isDistrusted'>;
    readonly now: number;
  }) {
    this.#config = options.config;
    this.#prng = options.prng;
    this.#disk = options.disk;
    this.#now = options.now;
    this.#stickyFromMs = options.now;
    this.#deadlineMs = options.now + this.#draw();
  }

  /** The time of the last tick (monotonic ms). */
  get now(): number {
    return this.#now;
  }

  get leaderHeardMs(): number | undefined {
    return this.#heard ? this.#now : this.#leaderHeardMs;
  }

  /** A leader was heard so recently that nobody else can be wanted (§4.2.3). */
  get isSticky(): boolean {
    return this.#heard || this.#now - this.#stickyFromMs < this.#config.electionMinMs;
  }

  /** Time has come to `now`. Ticks are due each heartbeat at the latest; one that comes later than two is late. */
  tick(now: number): { readonly late: boolean; readonly electionDue: boolean } {
    assert(now >= this.#now, 'monotonic time never falls');
    const elapsedMs = now - this.#now;
    this.#now = now;
    if (this.#restarted) this.#deadlineMs += elapsedMs;
    if (this.#heard) this.#leaderHeardMs = this.#stickyFromMs = now;
    this.#restarted = this.#heard = false;
    const late = elapsedMs > 2 * this.#config.heartbeatMs;
    if (late && !this.#isMoved) {
      this.#isMoved = true; // E2
      this.#deadlineMs = Math.max(this.#deadlineMs, now) + this.#config.heartbeatMs;
    }
    return { late, electionDue: now >= this.#deadlineMs };
  }

  onLeaderHeard(): void {
    this.#heard = true;
    this.#hasteUntilMs = Number.NEGATIVE_INFINITY;
    this.restart();
  }

  /** The leader's process is dead. Stickiness is left as it is: who may ignore it is decided vote by vote. */
  onLeaderLost(): void {
    const { failoverMinMs, failoverMaxMs, electionMaxMs } = this.#config;
    this.#hasteUntilMs = this.#now + electionMaxMs;
    this.#begin(this.#within({ from: failoverMinMs, to: failoverMaxMs }));
  }

  /** Draws a new deadline, `[electionMinMs, electionMaxMs)` away; in haste, one to three heartbeats (E5). */
  restart(): void {
    this.#begin(this.#draw());
  }

  #begin(withinMs: number): void {
    this.#restarted = true;
    this.#isMoved = false;
    this.#deadlineMs = this.#now + withinMs;
  }

  #draw(): number {
    const { heartbeatMs, electionMinMs, electionMaxMs } = this.#config;
    if (this.#now < this.#hasteUntilMs) return this.#within({ from: heartbeatMs, to: 3 * heartbeatMs });
    return this.#within({ from: electionMinMs, to: electionMaxMs });
  }

  #within(range: { readonly from: number; readonly to: number }): number {
    const { priority, heartbeatMs } = this.#config;
    const isLater = priority === 'low' || this.#disk.isDistrusted; // E5
    const laterMs = isLater ? range.to - range.from + heartbeatMs : 0;
    return this.#prng.int(range) + laterMs;
  }
}
