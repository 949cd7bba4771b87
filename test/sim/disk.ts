// The simulated disk of one peer, at the level of whole operations: what a LogStore and a StateStore promise.
// Owns: the synced image of log, hard state, flushed and staged state; what is in flight. It outlives the peer's crashes.
//
// D1. One persist in flight; it becomes durable in one piece, after a while that may be long.
// D2. A crash keeps the write in flight whole or loses it whole; what was synced before stays. Of one that installs a
//     snapshot the state may be switched alone: then the log follows when the disk is opened (R10).
// D3. A flushed or staged state is durable a while after it was handed over, or lost with the crash.
// D4. A read gives the entries that were durable when it was asked for, however late it answers; of those that were cut off
//     meanwhile perhaps none.
// D5. A damaged disk keeps a sound prefix of the log and some hard state of the past, and says that it is impaired. Where
//     the state is ahead of that, the log begins anew behind the state; a log that was cut, without its state, is lost.

import type { Entry, Genesis, HardState, LogBase, LogIndex, PersistOperation } from '../../raft/types.ts';
import { asIndex, asTerm, noBase } from '../../raft/types.ts';
import { assert, present } from '../../src/lib/assert.ts';
import type { Prng } from '../../src/lib/prng.ts';
import type { Counters } from './counters.ts';
import { drawFrom, type DiskFaults } from './faults.ts';
import { baseAt, genesisOf, restoredFrom, type Restored } from './restored.ts';
import { emptyState, snapshotOf, type StateImage } from './state-machine.ts';
import type { VirtualTime } from './virtual-time.ts';

export interface SimDiskOptions {
  readonly time: VirtualTime;
  readonly prng: Prng;
  readonly counters: Counters;
  readonly faults: DiskFaults;
  /** A sync longer than this can cost an election. */
  readonly electionMaxMs: number;
  readonly initial: {
    readonly hardState: HardState;
    readonly log: readonly Entry[];
    readonly state: StateImage;
  };
  /** Told at the moment at which an operation becomes durable. */
  readonly onSynced: (operation: PersistOperation) => void;
  /** An operation takes longer than a disk that works. */
  readonly onStalled: () => void;
}

export class SimDisk {
  protected readonly options: SimDiskOptions;
  protected hardState: HardState;
  readonly #genesis: Genesis;
  #base: LogBase = noBase;
  /** Behind the base. */
  protected readonly log: Entry[];
  #state: StateImage;
  /** The state flushed before that one. */
  #earlier: StateImage = emptyState;
  #staged: StateImage | undefined;
  #impaired = false;
  #full = false;
  #faults: DiskFaults;
  #inFlight: PersistOperation | undefined;
  /** Rises with every crash: what was asked for before it is not answered. */
  #epoch = 0;

  constructor(options: SimDiskOptions) {
    this.options = options;
    this.#faults = options.faults;
    this.hardState = options.initial.hardState;
    this.log = [...options.initial.log];
    this.#genesis = genesisOf(this.log);
    this.#state = options.initial.state;
  }

  get busy(): boolean {
    return this.#inFlight !== undefined;
  }

  /** There is no room for entries, nor for a state that another peer sends. */
  get full(): boolean {
    return this.#full;
  }

  set full(full: boolean) {
    this.#full = full;
  }

  /** Entries at and below it were cut off. */
  get base(): LogIndex {
    return this.#base.index;
  }

  /** As it was last flushed. */
  get state(): StateImage {
    return this.#state;
  }

  persist(operation: PersistOperation, onDone: () => void): void {
    assert(this.#inFlight === undefined, 'D1: one persist is in flight');
    this.#inFlight = operation;
    const epoch = this.#epoch;
    const { time, onStalled } = this.options;
    const { stallMs } = this.#faults;
    if (stallMs !== undefined) {
      time.after(stallMs, () => {
        if (this.#inFlight === operation) onStalled();
      });
    }
    time.after(this.#drawSyncMs(), () => {
      if (epoch !== this.#epoch) return;
      this.#inFlight = undefined;
      this.#sync(operation);
      onDone();
    });
  }

  /** Durable entries in `[from, to)`, at least one unless they are cut off; about `bytesMax` bytes of commands (D4). */
  read(
    range: { readonly from: LogIndex; readonly to: LogIndex; readonly bytesMax: number },
    onDone: (entries: readonly Entry[]) => void,
  ): void {
    assert(range.from < range.to, 'a read asks for an entry');
    assert(range.to - 1 <= this.#lastIndex, 'only durable entries are read from disk');
    const entries: Entry[] = [];
    let bytes = 0;
    const isCut = range.from <= this.#base.index;
    for (const entry of isCut ? [] : this.log.slice(...this.#places(range))) {
      bytes += entry.payload.kind === 'command' ? entry.payload.data.length : 1;
      if (entries.length > 0 && bytes > range.bytesMax) break;
      entries.push(entry);
    }
    const epoch = this.#epoch;
    this.options.time.after(drawFrom(this.options.prng, this.#faults.readMs), () => {
      if (epoch !== this.#epoch) return;
      const isCutNow = range.from <= this.#base.index;
      onDone(isCutNow && this.options.prng.chance(0.5) ? [] : entries);
    });
  }

  flush(state: StateImage, onDone: () => void): void {
    this.#later(() => {
      this.#earlier = this.#state;
      this.#state = state;
      onDone();
    });
  }

  /** Keeps `image`, which another peer sent, until it is installed or dropped. */
  stage(image: StateImage, onDone: () => void): void {
    this.#later(() => {
      this.#staged = image;
      onDone();
    });
  }

  discard(): void {
    this.#staged = undefined;
  }

  /** Cuts off everything at and below `base`, which the flushed state holds (R9). */
  compact(base: LogIndex): void {
    assert(base <= this.#state.applied, 'what is cut off is in the flushed state');
    if (base <= this.#base.index) return;
    const cut = baseAt(base, this.#base, this.log);
    this.log.splice(0, base - this.#base.index);
    this.#base = cut;
  }

  /** The process is gone. What was in flight is settled by chance (D2). */
  crash(): void {
    this.#epoch += 1;
    const operation = this.#inFlight;
    this.#inFlight = undefined;
    if (operation === undefined) return;
    const { prng, counters } = this.options;
    if (prng.chance(0.5)) {
      counters.add('crashes with a write in flight: kept');
      this.#sync(operation);
    } else if (operation.install !== undefined && prng.chance(0.5)) {
      counters.add('crashes with a write in flight: a state switched without its log');
      this.#sync({ ...operation, hardState: this.#raised(operation.install.term), entries: [], mended: false });
    } else {
      counters.add('crashes with a write in flight: lost');
    }
  }

  /** Loses what it held, while no process runs (D5). */
  damage(): void {
    const { prng, counters } = this.options;
    counters.add('disks damaged');
    if (prng.chance(0.3)) this.#damageState();
    if (prng.chance(0.8)) this.#damageLog();
    const isCutTooFar = this.#state.applied < this.#base.index;
    if (isCutTooFar && this.#state.applied === 0) this.#beginAnew(noBase);
    else if (isCutTooFar) this.#beginAnew(snapshotOf(this.#state));
  }

  heal(faults: DiskFaults): void {
    this.#faults = faults;
  }

  /** What a start reads: all terms, but only a drawn part of the newest entries. */
  restore(): Restored {
    const { prng, counters } = this.options;
    const { length } = this.log;
    const read = prng.chance(0.5) ? length : prng.int({ from: Math.min(1, length), to: length + 1 });
    if (read < length) counters.add('restarts with a log read only in part');
    if (length === 0) counters.add('restarts with a snapshot in the place of the log');
    const image = { hardState: this.hardState, base: this.#base, log: [...this.log], genesis: this.#genesis };
    return { ...restoredFrom(image, read), impaired: this.#impaired, state: this.#state };
  }

  /** Makes `operation` part of the image; a subclass may be a disk that lies. */
  protected write(operation: PersistOperation): void {
    if (operation.install !== undefined) this.#install(operation.install);
    if (operation.truncateFrom !== undefined) this.#truncate(operation.truncateFrom);
    for (const entry of operation.entries) {
      assert(entry.index === this.#lastIndex + 1, 'a persist leaves no gap');
      this.log.push(entry);
    }
    if (operation.hardState !== undefined) this.hardState = operation.hardState;
    if (operation.mended) this.#impaired = false;
  }

  get #lastIndex(): number {
    return this.#base.index + this.log.length;
  }

  #places({ from, to }: { readonly from: number; readonly to: number }): [number, number] {
    return [from - this.#base.index - 1, to - this.#base.index - 1];
  }

  #install(snapshot: LogBase): void {
    const staged = present(this.#staged, 'what is installed was staged');
    assert(staged.applied === snapshot.index, 'what is installed was staged');
    this.#state = this.#earlier = staged;
    this.#staged = undefined;
    this.#base = snapshot;
    this.log.length = 0;
  }

  #truncate(from: LogIndex): void {
    assert(from > 1 && from > this.#base.index, 'what was committed is never truncated');
    if (from <= this.#lastIndex) this.options.counters.add('truncations of synced entries');
    this.log.length = Math.min(this.log.length, from - this.#base.index - 1);
  }

  /** Lost, or given back as it was before. */
  #damageState(): void {
    this.options.counters.add('states damaged');
    this.#state = this.options.prng.chance(0.5) ? emptyState : this.#earlier;
    this.#earlier = emptyState;
  }

  #damageLog(): void {
    const { prng } = this.options;
    const kept = prng.int({ from: 0, to: this.log.length + 1 });
    this.log.length = kept;
    this.#impaired = true;
    const lastTerm = this.log.at(-1)?.term ?? this.#base.term;
    const term = asTerm(prng.int({ from: Math.max(1, lastTerm), to: this.hardState.term + 1 }));
    this.hardState = { term, vote: undefined };
    const { applied, last } = this.#state;
    const held = this.log[applied - this.#base.index - 1]?.term ?? (applied === this.#base.index ? last?.term : 0);
    if (applied >= this.#base.index && applied > 0 && held !== last?.term) this.#beginAnew(snapshotOf(this.#state));
    else if (this.#lastIndex === 0) this.#beginAnew(noBase);
  }

  /** The log is empty behind `base`; without one it holds genesis alone. */
  #beginAnew(base: LogBase): void {
    this.options.counters.add('logs that begin anew on a damaged disk');
    this.#impaired = true;
    this.#base = base;
    this.log.length = 0;
    if (base.index === 0) this.log.push(present(this.options.initial.log[0], 'genesis is kept for ever'));
    this.hardState = this.#raised(base.term) ?? this.hardState;
  }

  /** A hard state that is no older than an entry of `term`. */
  #raised(term: number): HardState | undefined {
    return term > this.hardState.term ? { term: asTerm(term), vote: undefined } : undefined;
  }

  #later(act: () => void): void {
    const epoch = this.#epoch;
    this.options.time.after(this.#drawSyncMs(), () => {
      if (epoch === this.#epoch) act();
    });
  }

  #sync(operation: PersistOperation): void {
    this.write(operation);
    this.options.onSynced(operation);
  }

  #drawSyncMs(): number {
    const { prng, counters, electionMaxMs } = this.options;
    if (!prng.chance(this.#faults.hangChance)) return drawFrom(prng, this.#faults.syncMs);
    const hangMs = drawFrom(prng, this.#faults.hangMs);
    if (hangMs > electionMaxMs) counters.add('syncs that hang longer than an election');
    return hangMs;
  }
}
