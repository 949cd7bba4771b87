// The compactor: has the beginning of the log cut off once the state on disk holds what it did (§5.1).
// Owns: when, and up to where. Does not own: the cut itself (the log), what becomes of a follower that needs more (the core).
//
// Z1. Nothing above the flushed index is cut (R9), and nothing before the core was told: it sends no more of it from then on.
// Z2. What stays: the newest `keepEntries` entries, or as many of them as stand in `keepBytes`; and whatever a follower that
//     was heard within `retainHeardMs` is still to be sent, unless the log is larger than `retainBytesMax`.
// Z3. One cut is under way at a time, and none is made that frees less than about `cutBytesMin`.

import type { RaftStatus } from '../../raft/status.ts';
import { asIndex, type LogIndex } from '../../raft/types.ts';
import type { Clock } from '../lib/clock.ts';
import { limits } from '../lib/limits.ts';
import type { LogStore } from './ports.ts';

export interface CompactionBounds {
  readonly keepEntries: number;
  readonly keepBytes: number;
  readonly retainBytesMax: number;
  readonly retainHeardMs: number;
  /** A segment: less than a whole one does not go. */
  readonly cutBytesMin: number;
}

export const compactionDefaults: CompactionBounds = {
  keepEntries: limits.logKeepEntries,
  keepBytes: limits.logKeepBytes,
  retainBytesMax: limits.logRetainBytesMax,
  retainHeardMs: limits.logRetainHeardMs,
  cutBytesMin: limits.segmentBytesMax,
};

export interface CompactorOptions {
  readonly bounds: CompactionBounds;
  readonly log: Pick<LogStore, 'base' | 'compact' | 'stats'>;
  readonly clock: Clock;
  /** Tells the core (Z1); its next status shows that it has heard. */
  readonly tell: (base: LogIndex) => void;
  readonly onFatal: (error: unknown) => void;
}

type Cut =
  | { readonly kind: 'told'; readonly upTo: LogIndex }
  | { readonly kind: 'cutting'; readonly done: Promise<void> };

export class Compactor {
  readonly #options: CompactorOptions;
  #flushed: LogIndex;
  /** Up to where the last cut was asked for: it may have freed less. */
  #asked: LogIndex;
  #cut: Cut | undefined;
  #stopped = false;

  constructor(options: CompactorOptions) {
    this.#options = options;
    this.#flushed = options.log.base;
    this.#asked = options.log.base;
  }

  /** A restart finds everything up to `index` in the state. */
  onFlushed(index: LogIndex): void {
    this.#flushed = index;
  }

  /** The log begins anew behind `index`, where the state is. */
  onInstalled(index: LogIndex): void {
    this.#flushed = index;
    this.#asked = index;
    if (this.#cut?.kind === 'told') this.#cut = undefined;
  }

  onStatus(status: RaftStatus): void {
    const cut = this.#cut;
    if (this.#stopped || cut?.kind === 'cutting') return;
    if (cut === undefined) this.#maybeTell(status);
    else if (status.base >= cut.upTo) this.#begin(cut.upTo);
  }

  /** Resolves when the log is left alone. */
  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#cut?.kind === 'cutting') await this.#cut.done;
  }

  #maybeTell(status: RaftStatus): void {
    const { bounds, log, clock, tell } = this.#options;
    if (this.#flushed <= this.#asked) return;
    const upTo = cutUpTo(bounds, {
      status,
      flushed: this.#flushed,
      base: log.base,
      asked: this.#asked,
      bytes: log.stats().bytes,
      nowMs: clock.monotonicMs(),
    });
    if (upTo === undefined) return;
    this.#asked = upTo;
    this.#cut = { kind: 'told', upTo };
    tell(upTo);
  }

  #begin(upTo: LogIndex): void {
    const done = this.#options.log.compact(upTo).then(
      () => {
        this.#cut = undefined;
      },
      (error: unknown) => this.#options.onFatal(error),
    );
    this.#cut = { kind: 'cutting', done };
  }
}

export interface LogFacts {
  readonly status: RaftStatus;
  readonly flushed: LogIndex;
  /** Of the log on disk. */
  readonly base: LogIndex;
  /** Up to where the last cut was asked for. */
  readonly asked: LogIndex;
  /** Of the log on disk. */
  readonly bytes: number;
  readonly nowMs: number;
}

/** Z2 and Z3: the last entry that may go, or undefined when it is not worth it. */
export function cutUpTo(bounds: CompactionBounds, facts: LogFacts): LogIndex | undefined {
  const { status, flushed, base, asked, bytes, nowMs } = facts;
  const bytesPerEntry = bytes / Math.max(1, status.lastIndex - base);
  const kept = Math.min(bounds.keepEntries, Math.floor(bounds.keepBytes / bytesPerEntry));
  const isTooLong = bytes > bounds.retainBytesMax;
  const needed = isTooLong ? Number.POSITIVE_INFINITY : lowestNeed(status, nowMs - bounds.retainHeardMs);
  const upTo = Math.min(flushed, status.lastIndex - kept, needed - 1);
  const isWorthIt = (upTo - base) * bytesPerEntry >= bounds.cutBytesMin;
  const isNews = (upTo - asked) * bytesPerEntry >= bounds.cutBytesMin / 4; // the last cut may have freed less than asked
  return isWorthIt && isNews ? asIndex(upTo) : undefined;
}

/** The lowest index that a follower which was heard since then is still to be sent. */
function lowestNeed({ progress }: RaftStatus, sinceMs: number): number {
  const needs = [...progress.values()]
    .filter(({ lastHeardMs }) => lastHeardMs !== undefined && lastHeardMs >= sinceMs)
    .map((member) => member.needs);
  return Math.min(Number.POSITIVE_INFINITY, ...needs);
}
