// What a simulated disk holds durably: hard state, a log behind its base, the flushed state and a staged one.
// Owns: the image, and what damage makes of it. Does not own: when something becomes durable (disk.ts).
//
// I1. A damaged disk keeps a sound prefix of the log and some hard state of the past, without a vote, and says that it is
//     impaired. A state may be lost, or be again what it was before.
// I2. Where the state is not in step with what is left of the log, the log begins anew behind the state. A log that was
//     cut, without its state, begins anew with genesis alone.

import type { Entry, Genesis, HardState, LogBase, LogIndex, PersistOperation } from '../../raft/types.ts';
import { asTerm, noBase } from '../../raft/types.ts';
import { assert, present } from '../../src/lib/assert.ts';
import type { Prng } from '../../src/lib/prng.ts';
import type { Counters } from './counters.ts';
import { baseAt, genesisOf, restoredFrom, type Restored } from './restored.ts';
import { emptyState, snapshotOf, type StateImage } from './state-machine.ts';

export interface InitialDisk {
  readonly hardState: HardState;
  readonly log: readonly Entry[];
  readonly state: StateImage;
}

export class DiskImage {
  readonly #counters: Counters;
  readonly #prng: Prng;
  readonly #first: Entry;
  readonly #genesis: Genesis;
  #hardState: HardState;
  #base: LogBase = noBase;
  /** Behind the base. */
  readonly #log: Entry[];
  #state: StateImage;
  /** The state flushed before that one. */
  #earlier: StateImage = emptyState;
  #staged: StateImage | undefined;
  #impaired = false;

  constructor(initial: InitialDisk, parts: { readonly counters: Counters; readonly prng: Prng }) {
    this.#counters = parts.counters;
    this.#prng = parts.prng;
    this.#hardState = initial.hardState;
    this.#log = [...initial.log];
    this.#first = present(initial.log[0], 'a log begins with its genesis');
    this.#genesis = genesisOf(this.#log);
    this.#state = initial.state;
  }

  /** Entries at and below it were cut off. */
  get base(): LogIndex {
    return this.#base.index;
  }

  get lastIndex(): number {
    return this.#base.index + this.#log.length;
  }

  /** As it was last flushed or installed. */
  get state(): StateImage {
    return this.#state;
  }

  /** Entries in `[from, to)`; none when the first of them was cut off. */
  entries({ from, to }: { readonly from: LogIndex; readonly to: LogIndex }): readonly Entry[] {
    const { index } = this.#base;
    return from <= index ? [] : this.#log.slice(from - index - 1, to - index - 1);
  }

  /** What a start reads: all terms, but only the newest `read` entries at once. */
  restore(read: number): Restored {
    const { length } = this.#log;
    if (read < length) this.#counters.add('restarts with a log read only in part');
    if (length === 0) this.#counters.add('restarts with a snapshot in the place of the log');
    const held = {
      hardState: this.#hardState,
      base: this.#base,
      log: [...this.#log],
      genesis: this.#genesis,
    };
    return { ...restoredFrom(held, read), impaired: this.#impaired, state: this.#state };
  }

  write({ install, truncateFrom, entries, hardState, mended }: PersistOperation): void {
    if (install !== undefined) this.#install(install);
    if (truncateFrom !== undefined) this.#truncate(truncateFrom);
    for (const entry of entries) {
      assert(entry.index === this.lastIndex + 1, 'a persist leaves no gap');
      this.#log.push(entry);
    }
    if (hardState !== undefined) this.#hardState = hardState;
    if (mended) this.#impaired = false;
  }

  /** A hard state that is no older than an entry of `term`, where the one there is. */
  raisedTo(term: number): HardState | undefined {
    return term > this.#hardState.term ? { term: asTerm(term), vote: undefined } : undefined;
  }

  flush(state: StateImage): void {
    this.#earlier = this.#state;
    this.#state = state;
  }

  stage(state: StateImage): void {
    this.#staged = state;
  }

  discard(): void {
    this.#staged = undefined;
  }

  /** Cuts off everything at and below `base`, which the flushed state holds (R9). */
  compact(base: LogIndex): void {
    assert(base <= this.#state.applied, 'what is cut off is in the flushed state');
    if (base <= this.#base.index) return;
    const cut = baseAt(base, this.#base, this.#log);
    this.#log.splice(0, base - this.#base.index);
    this.#base = cut;
  }

  /** Drops the last entry. For disks that lie. */
  forgetLast(): void {
    if (this.#log.length > 1) this.#log.pop();
  }

  /** I1, I2. */
  damage(): void {
    this.#counters.add('disks damaged');
    if (this.#prng.chance(0.3)) this.#damageState();
    if (this.#prng.chance(0.8)) this.#damageLog();
    if (this.#isInStep) return;
    this.#counters.add('logs that begin anew on a damaged disk');
    this.#impaired = true;
    this.#log.length = 0;
    const isEmpty = this.#state.applied === 0;
    this.#base = isEmpty ? noBase : snapshotOf(this.#state);
    if (isEmpty) this.#log.push(this.#first);
    this.#hardState = this.raisedTo(this.#base.term) ?? this.#hardState;
  }

  #damageState(): void {
    this.#counters.add('states damaged');
    this.#state = this.#prng.chance(0.5) ? emptyState : this.#earlier;
    this.#earlier = emptyState;
  }

  #damageLog(): void {
    this.#log.length = this.#prng.int({ from: 0, to: this.#log.length + 1 });
    this.#impaired = true;
    const lastTerm = Math.max(1, this.#log.at(-1)?.term ?? this.#base.term);
    const term = asTerm(this.#prng.int({ from: lastTerm, to: this.#hardState.term + 1 }));
    this.#hardState = { term, vote: undefined };
  }

  /** The log holds the last entry that the state has applied, or begins right behind it. */
  get #isInStep(): boolean {
    const { applied, last } = this.#state;
    if (this.lastIndex === 0 || applied < this.#base.index) return false;
    if (applied === this.#base.index) return true;
    return this.#log[applied - this.#base.index - 1]?.term === last?.term;
  }

  #install(snapshot: LogBase): void {
    const staged = present(this.#staged, 'what is installed was staged');
    assert(staged.applied === snapshot.index, 'what is installed was staged');
    this.#state = this.#earlier = staged;
    this.#staged = undefined;
    this.#base = snapshot;
    this.#log.length = 0;
  }

  #truncate(from: LogIndex): void {
    assert(from > 1 && from > this.#base.index, 'what was committed is never truncated');
    if (from <= this.lastIndex) this.#counters.add('truncations of synced entries');
    this.#log.length = Math.min(this.#log.length, from - this.#base.index - 1);
  }
}
