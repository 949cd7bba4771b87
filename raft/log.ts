// The log as the core sees it: terms of everything behind its base, entries of the newest part, and the cursors between.
// Owns: what is handed to the disk and to the state, and what both have confirmed. Does not own: numbering of persist
// operations and hard state (durability.ts), who may append (leadership.ts, follower.ts).
// L1. applied <= handed <= min(commit, durable): an entry is applied only when committed and durable here (R7).
// L2. durable <= lastIndex; it drops in the same step in which a truncation is made.
// L3. A write that was on its way when the log was truncated proves nothing at and above the truncation.
// L4. A committed entry is never replaced.
// L5. What is not both durable and committed stays in memory. The rest may be read again, also by a state that lags behind.
// L6. base <= applied: entries are cut off once the state holds them (R9). Nothing at or below the base is ever asked for.
// L7. From the step in which a snapshot takes the log's place until the write that says so is reported, nothing is handed
//     out, and nothing but what was committed before counts as durable (R10).

import { assert } from '../src/lib/assert.ts';
import type { Configurations } from './configurations.ts';
import { EntryCache, entryBytes } from './entry-cache.ts';
import { TermRuns, type TermRun } from './term-runs.ts';
import { asIndex, type Entry, type LogBase, type LogIndex, type Snapshot, type Term } from './types.ts';

export interface LogOptions {
  readonly base: Pick<LogBase, 'index' | 'time'>;
  readonly lastIndex: LogIndex;
  readonly termRuns: readonly TermRun[];
  /** The newest entries, contiguous up to `lastIndex`; at least the last one, if there is one behind `base`. */
  readonly tail: readonly Entry[];
  /** What the state holds; commit starts there. */
  readonly applied: LogIndex;
  readonly cacheBytesMax: number;
  /** Those of this log, which keeps them in step with its entries. */
  readonly configurations: Configurations;
}

/** What goes to the disk in one operation. */
export interface Unwritten {
  readonly install: Snapshot | undefined;
  readonly truncateFrom: LogIndex | undefined;
  readonly entries: readonly Entry[];
}

export class Log {
  readonly configurations: Configurations;
  readonly #runs: TermRuns;
  readonly #cache: EntryCache;
  readonly #cacheBytesMax: number;
  #base: LogIndex;
  #lastTime: number;
  #durable: LogIndex;
  #commit: LogIndex;
  #applied: LogIndex;
  #handed: LogIndex;
  /** Bytes of the entries in memory that are not applied. */
  #unappliedBytes = 0;
  /** Everything up to here is on the disk or on its way there. */
  #written: LogIndex;
  /** What the write on its way will prove durable, clipped by truncations (L3). */
  #proving: LogIndex | undefined;
  /** A truncation that no write has carried yet. */
  #truncateFrom: LogIndex | undefined;
  /** A snapshot that took the log's place, and that no write has carried yet. */
  #install: Snapshot | undefined;
  /** The last index of the one that the write on its way carries. */
  #installing: LogIndex | undefined;

  constructor(options: LogOptions) {
    assert(options.applied <= options.lastIndex, 'the state never runs ahead of the log');
    assert(options.base.index <= options.applied, 'L6: the state holds what was cut off');
    const last = options.tail.at(-1) ?? options.base;
    assert(last.index === options.lastIndex, 'the restored entries end the log');
    this.configurations = options.configurations;
    this.configurations.onCommitted(options.applied);
    this.#runs = new TermRuns(options.termRuns);
    this.#cache = new EntryCache(options.tail, options.lastIndex);
    this.#cacheBytesMax = options.cacheBytesMax;
    this.#base = options.base.index;
    this.#lastTime = last.time;
    this.#durable = this.#written = options.lastIndex;
    this.#commit = this.#applied = this.#handed = options.applied;
    for (const entry of options.tail) {
      assert(this.termAt(entry.index) === entry.term, 'entries and term runs agree');
      if (entry.index > options.applied) this.#unappliedBytes += entryBytes(entry);
    }
    this.#evict();
  }

  /** Entries at and below it are gone; the log begins behind it. */
  get base(): LogIndex {
    return this.#base;
  }
  get lastIndex(): LogIndex {
    return asIndex(this.#cache.next - 1);
  }
  get lastTerm(): Term {
    return this.#runs.lastTerm;
  }
  /** The time stamped into the last entry (ms since 1970). */
  get lastTime(): number {
    return this.#lastTime;
  }
  get durable(): LogIndex {
    return this.#durable;
  }
  get commit(): LogIndex {
    return this.#commit;
  }
  get applied(): LogIndex {
    return this.#applied;
  }
  /** Entries that the state has not applied. */
  get unapplied(): number {
    return this.lastIndex - this.#applied;
  }
  get unappliedBytes(): number {
    return this.#unappliedBytes;
  }
  get hasUnwritten(): boolean {
    const isShort = this.#written < this.lastIndex || this.#truncateFrom !== undefined;
    return isShort || this.#install !== undefined;
  }

  /** The term at `index`; undefined above the last entry and below the base, 0 before the first entry of all. */
  termAt(index: LogIndex): Term | undefined {
    return index > this.lastIndex ? undefined : this.#runs.termAt(index);
  }

  /**
   * The highest index up to `index` that has at most `term`: where two logs can still agree (§5.3). Below the base when
   * nothing behind it has.
   */
  highestWithTermAtMost(bound: { readonly index: LogIndex; readonly term: Term }): LogIndex {
    return this.#runs.highestWithTermAtMost({
      ...bound,
      index: asIndex(Math.min(bound.index, this.lastIndex)),
    });
  }

  /** Appends one entry behind the last. */
  append(entry: Entry): void {
    this.#cache.push(entry);
    this.#lastTime = entry.time;
    this.#runs.append(entry.index, entry.term);
    this.configurations.onAppended(entry);
    this.#unappliedBytes += entryBytes(entry);
  }

  /** Takes over a leader's entries: what is there already stays, the first conflict and all behind it go (§5.3). */
  merge(entries: readonly Entry[]): void {
    let known = 0;
    for (const entry of entries) {
      if (this.termAt(entry.index) !== entry.term) break;
      known += 1;
    }
    for (const entry of known === 0 ? entries : entries.slice(known)) {
      if (entry.index <= this.lastIndex) this.#replaceFrom(entry);
      else this.append(entry);
    }
  }

  advanceCommit(index: LogIndex): void {
    assert(index <= this.lastIndex, 'what is committed stands in the log');
    if (index <= this.#commit) return;
    this.#commit = index;
    this.configurations.onCommitted(index);
  }

  /** What the disk lacks; from now on it is on its way. Never called before `onWritten` of the last one. */
  takeUnwritten(): Unwritten {
    assert(this.#proving === undefined, 'one write is in flight');
    const entries = this.#range({ from: asIndex(this.#written + 1), to: this.lastIndex });
    const unwritten = { install: this.#install, truncateFrom: this.#truncateFrom, entries };
    this.#installing = this.#install?.index;
    this.#install = undefined;
    this.#truncateFrom = undefined;
    this.#written = this.#proving = this.lastIndex;
    return unwritten;
  }

  /** The write on its way is durable. */
  onWritten(): void {
    assert(this.#proving !== undefined, 'a write was in flight');
    assert(this.#proving <= this.lastIndex, 'L3: a write proves nothing that was cut off');
    if (this.#proving > this.#durable) this.#durable = this.#proving;
    this.#proving = undefined;
    if (this.#installing !== undefined) this.#applied = this.#handed = this.#installing; // L7
    this.#installing = undefined;
    this.#evict();
  }

  /** Entries at and below `base` can't be read any more: the state holds them for good (R9). */
  compact(base: LogIndex): void {
    if (base <= this.#base) return;
    assert(base <= Math.min(this.#applied, this.#durable), 'L6: what is cut off is applied and durable');
    this.#base = base;
    this.#runs.cutTo(base);
    this.#cache.evict({ upTo: base, bytesMax: -1 });
  }

  /** `snapshot` takes the place of every entry: the log is empty behind it (§5.1). */
  install(snapshot: Snapshot): void {
    const { index, term, time } = snapshot;
    assert(
      this.termAt(index) !== term,
      'a log that holds the last entry of a snapshot keeps the entries behind it',
    );
    assert(index > this.#commit, 'L4: committed entries stay');
    assert(this.#install === undefined && this.#installing === undefined, 'one snapshot is staged at a time');
    this.#durable = asIndex(Math.min(this.#durable, this.#commit));
    if (this.#proving !== undefined && this.#proving > this.#durable) this.#proving = this.#durable; // L3
    this.#install = snapshot;
    this.#truncateFrom = undefined;
    this.#base = this.#written = this.#commit = index;
    this.#lastTime = time;
    this.#unappliedBytes = 0;
    this.#runs.restart({ from: index, term });
    this.#cache.restart(asIndex(index + 1));
    this.configurations.onInstalled(snapshot.configuration);
  }

  /** The indexes to apply next, both included; undefined when there is none (R7). */
  applicable(applyingMax: number): { readonly from: LogIndex; readonly to: LogIndex } | undefined {
    if (this.#handed < this.#base) return undefined; // L7
    const to = Math.min(this.#commit, this.#durable, this.#applied + applyingMax);
    return to > this.#handed ? { from: asIndex(this.#handed + 1), to: asIndex(to) } : undefined;
  }

  /** `entries` go to the state now. */
  hand(entries: readonly Entry[]): void {
    for (const entry of entries) {
      assert(entry.index === this.#handed + 1, 'entries are applied in order, each once');
      assert(entry.term === this.termAt(entry.index), 'the log and its terms agree');
      this.#handed = entry.index;
    }
    assert(this.#handed <= Math.min(this.#commit, this.#durable), 'L1: applied is committed and durable');
  }

  advanceApplied(index: LogIndex): void {
    if (index <= this.#base) return; // said of the state that a snapshot has replaced
    assert(index >= this.#applied, 'the applied index never falls');
    assert(index <= this.#handed, 'only what was handed out is applied');
    for (let i = Math.max(this.#applied + 1, this.#cache.first); i <= index; i += 1) {
      const entry = this.#cache.get(asIndex(i));
      if (entry !== undefined) this.#unappliedBytes -= entryBytes(entry);
    }
    this.#applied = index;
    this.#evict();
  }

  /** Entries from `from` to `to`, both included, about `bytesMax` bytes, at least one; undefined when on disk only. */
  slice(range: {
    readonly from: LogIndex;
    readonly to: LogIndex;
    readonly bytesMax: number;
  }): readonly Entry[] | undefined {
    return this.#cache.slice(range);
  }

  /** The oldest index in memory; the next one when there is none. */
  get firstCached(): LogIndex {
    return this.#cache.first;
  }

  #range(range: { readonly from: LogIndex; readonly to: LogIndex }): readonly Entry[] {
    const entries = this.#cache.slice({ ...range, bytesMax: Number.POSITIVE_INFINITY });
    assert(entries !== undefined, 'L5: what is not durable is in memory');
    return entries;
  }

  #replaceFrom(entry: Entry): void {
    assert(entry.index > this.#commit, 'L4: committed entries stay');
    for (let i = Math.max(entry.index, this.#cache.first); i <= this.lastIndex; i += 1) {
      const dropped = this.#cache.get(asIndex(i));
      if (dropped !== undefined) this.#unappliedBytes -= entryBytes(dropped);
    }
    const before = asIndex(entry.index - 1);
    if (this.#written > before) {
      this.#written = before;
      this.#truncateFrom = asIndex(Math.min(this.#truncateFrom ?? entry.index, entry.index));
    }
    if (this.#durable > before) this.#durable = before;
    if (this.#proving !== undefined && this.#proving > before) this.#proving = before;
    this.#runs.truncate(entry.index);
    this.configurations.onTruncated(entry.index);
    this.#cache.replaceFrom(entry);
    this.#lastTime = entry.time;
    this.#runs.append(entry.index, entry.term);
    this.configurations.onAppended(entry);
    this.#unappliedBytes += entryBytes(entry);
  }

  /** L5. */
  #evict(): void {
    const upTo = asIndex(Math.min(this.#durable, this.#commit));
    for (const entry of this.#cache.evict({ upTo, bytesMax: this.#cacheBytesMax }))
      if (entry.index > this.#applied) this.#unappliedBytes -= entryBytes(entry);
  }
}
