// The state of one run of a simulated peer: applies entries, flushes, lets the log be cut, takes in snapshots.
// Owns: the state in memory and its way to the disk. Does not own: what a core makes of it, the disk's image.
//
// A1. An install waits for the flush under way, and the next flush for the install; what was handed out before is not
//     applied to the new state any more.
// A2. One snapshot is taken in at a time: from its staging until it is installed or discarded no other is accepted.
// A3. A core hears of a cut before the disk does (R9).

import { asIndex, type Entry, type Input, type LogIndex, type Term } from '../../raft/types.ts';
import { present } from '../../src/lib/assert.ts';
import type { SimDriverOptions } from './driver.ts';
import { drawFrom } from './faults.ts';
import { snapshotOf, type StateImage, StateMachine } from './state-machine.ts';

interface ApplierOptions extends SimDriverOptions {
  readonly push: (input: Input) => void;
  readonly onApplied: (entry: Entry) => void;
  /** The state has moved on. */
  readonly onMoved: () => void;
  /** Everything that followers need lies above these indexes. */
  readonly followersHold: () => readonly number[];
}

export class SimApplier {
  readonly state: StateMachine;
  readonly #options: ApplierOptions;
  #ended = false;
  /** When the last entry handed out will have been applied. */
  #appliedAt = 0;
  /** A state is on its way to the disk, by flush or by install (A1). */
  #flushing = false;
  /** An install that waits for a flush. */
  #installLater: (() => void) | undefined;
  /** What is being taken in (A2). */
  #incoming: StateImage | undefined;
  /** Tells the sender what became of it, while it is not staged yet. */
  #staging: ((index: LogIndex | undefined) => void) | undefined;

  constructor(options: ApplierOptions, image: StateImage) {
    this.#options = options;
    this.state = new StateMachine(image);
    this.#flushLater();
  }

  /** A2. */
  get takesIn(): boolean {
    return this.#incoming !== undefined;
  }

  /** The process is gone. */
  end(): void {
    this.#ended = true;
    this.#staging?.(undefined); // its sender gives up
  }

  applyAll(entries: readonly Entry[]): void {
    const { time, prng, plan, push, onMoved } = this.#options;
    const last = entries.at(-1);
    if (last === undefined) return;
    const at = Math.max(this.#appliedAt, time.now + drawFrom(prng, plan.applyMs));
    this.#appliedAt = at;
    const applyNow = (): void => {
      if (this.#ended || last.index <= this.state.applied) return; // A1
      for (const entry of entries) this.#apply(entry);
      onMoved();
      push({ kind: 'applied', index: last.index });
    };
    if (at === time.now) applyNow();
    else time.after(at - time.now, applyNow);
  }

  /** Another peer has sent `image` whole; `settle` is told its index once it is staged, or nothing when it is not taken in. */
  offer(image: StateImage, term: Term, settle: (index: LogIndex | undefined) => void): void {
    const { disk, counters, push } = this.#options;
    if (this.#incoming !== undefined || disk.full) return settle(undefined);
    this.#incoming = image;
    this.#staging = settle;
    disk.stage(image, () => {
      this.#staging = undefined;
      counters.add('snapshots received');
      push({ kind: 'snapshotReceived', term, snapshot: snapshotOf(image) });
      settle(image.applied);
    });
  }

  discard(): void {
    this.#options.counters.add('snapshots discarded');
    this.#incoming = undefined;
    this.#options.disk.discard();
  }

  /** Starts a write that installs what was taken in (A1). */
  install(write: () => void): void {
    const writeNow = (): void => {
      this.#flushing = true;
      write();
    };
    if (this.#flushing) this.#installLater = writeNow;
    else writeNow();
  }

  /** The write is durable. */
  onInstalled(): void {
    const image = present(this.#incoming, 'what was installed was taken in');
    const { storeId: peer, observe, onMoved } = this.#options;
    this.#incoming = undefined;
    this.#flushing = false;
    this.state.reset(image);
    observe({ kind: 'installed', peer, applied: image.applied, stateHash: image.hash });
    onMoved();
  }

  /** A3. */
  cutLater(base: LogIndex): void {
    const { time, prng, plan, disk } = this.#options;
    time.after(drawFrom(prng, plan.disk.syncMs), () => {
      if (!this.#ended) disk.compact(base);
    });
  }

  #apply(entry: Entry): void {
    const { storeId: peer, trace, time, observe, onApplied } = this.#options;
    this.state.apply(entry);
    const { hash } = this.state;
    trace.note(time.now, 'apply', peer, entry.index, entry.term, hash);
    observe({ kind: 'applied', peer, entry, stateHash: hash });
    onApplied(entry);
  }

  #flushLater(): void {
    const { time, plan, disk } = this.#options;
    time.after(plan.flushEveryMs, () => {
      if (this.#ended) return;
      if (this.#flushing || this.state.applied === 0) return this.#flushLater();
      this.#flushing = true;
      disk.flush(this.state.image(), () => this.#onFlushed());
    });
  }

  #onFlushed(): void {
    this.#flushing = false;
    this.#flushLater();
    const install = this.#installLater;
    this.#installLater = undefined;
    install?.();
    this.#maybeCompact();
  }

  /** Lets everything be cut that the flushed state holds, or less; in some runs only what no follower needs. */
  #maybeCompact(): void {
    const { plan, prng, disk, counters, push, followersHold } = this.#options;
    const { compaction } = plan;
    if (compaction === undefined || !prng.chance(compaction.chance)) return;
    const most = disk.state.applied - Math.floor(drawFrom(prng, compaction.keep));
    const held = followersHold();
    const base = asIndex(Math.max(0, compaction.heedsFollowers ? Math.min(most, ...held) : most));
    if (base <= disk.base) return;
    counters.add('logs cut');
    if (held.some((index) => index < base)) counters.add('logs cut beyond what a follower needs');
    push({ kind: 'compacted', base });
  }
}
