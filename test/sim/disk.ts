// The simulated disk of one peer, at the level of whole operations: what a LogStore and a StateStore promise.
// Owns: what is in flight, and when it is durable. It outlives the peer's crashes. Does not own: the image (disk-image.ts).
//
// D1. One persist in flight; it becomes durable in one piece, after a while that may be long.
// D2. A crash keeps the write in flight whole or loses it whole; what was synced before stays. Of one that installs a
//     snapshot the state may be switched alone: then the log follows when the disk is opened (R10).
// D3. A flushed or staged state is durable a while after it was handed over, or lost with the crash.
// D4. A read gives the entries that were durable when it was asked for, however late it answers; of those that were cut off
//     meanwhile perhaps none.

import type { Entry, LogIndex, PersistOperation } from '../../raft/types.ts';
import { assert } from '../../src/lib/assert.ts';
import type { Prng } from '../../src/lib/prng.ts';
import type { Counters } from './counters.ts';
import { DiskImage, type InitialDisk } from './disk-image.ts';
import { drawFrom, type DiskFaults } from './faults.ts';
import type { Restored } from './restored.ts';
import type { StateImage } from './state-machine.ts';
import type { VirtualTime } from './virtual-time.ts';

export interface SimDiskOptions {
  readonly time: VirtualTime;
  readonly prng: Prng;
  readonly counters: Counters;
  readonly faults: DiskFaults;
  /** A sync longer than this can cost an election. */
  readonly electionMaxMs: number;
  readonly initial: InitialDisk;
  /** Told at the moment at which an operation becomes durable. */
  readonly onSynced: (operation: PersistOperation) => void;
  /** An operation takes longer than a disk that works. */
  readonly onStalled: () => void;
}

export class SimDisk {
  protected readonly image: DiskImage;
  readonly #options: SimDiskOptions;
  /** There is no room for entries, nor for a state that another peer sends. */
  full = false;
  #faults: DiskFaults;
  /** So much longer takes the next write to the log, in virtual ms. */
  #hangMs = 0;
  #inFlight: PersistOperation | undefined;
  /** Rises with every crash: what was asked for before it is not answered. */
  #epoch = 0;

  constructor(options: SimDiskOptions) {
    this.#options = options;
    this.#faults = options.faults;
    this.image = new DiskImage(options.initial, options);
  }

  get busy(): boolean {
    return this.#inFlight !== undefined;
  }

  get installing(): boolean {
    return this.#inFlight?.install !== undefined;
  }

  /** Entries at and below it were cut off. */
  get base(): LogIndex {
    return this.image.base;
  }

  /** As it was last flushed or installed. */
  get state(): StateImage {
    return this.image.state;
  }

  persist(operation: PersistOperation, onDone: () => void): void {
    assert(this.#inFlight === undefined, 'D1: one persist is in flight');
    this.#inFlight = operation;
    const { stallMs } = this.#faults;
    if (stallMs !== undefined) {
      this.#options.time.after(stallMs, () => {
        if (this.#inFlight === operation) this.#options.onStalled();
      });
    }
    const hangMs = this.#hangMs;
    this.#hangMs = 0;
    this.#later(() => {
      this.#inFlight = undefined;
      this.#sync(operation);
      onDone();
    }, hangMs);
  }

  /** Durable entries in `[from, to)`, at least one unless they are cut off; about `bytesMax` bytes of commands (D4). */
  read(
    range: { readonly from: LogIndex; readonly to: LogIndex; readonly bytesMax: number },
    onDone: (entries: readonly Entry[]) => void,
  ): void {
    assert(range.from < range.to, 'a read asks for an entry');
    assert(range.to - 1 <= this.image.lastIndex, 'only durable entries are read from disk');
    const entries: Entry[] = [];
    let bytes = 0;
    for (const entry of this.image.entries(range)) {
      bytes += entry.payload.kind === 'command' ? entry.payload.data.length : 1;
      if (entries.length > 0 && bytes > range.bytesMax) break;
      entries.push(entry);
    }
    const epoch = this.#epoch;
    const { time, prng } = this.#options;
    time.after(drawFrom(prng, this.#faults.readMs), () => {
      if (epoch !== this.#epoch) return;
      const isCut = range.from <= this.image.base;
      onDone(isCut && prng.chance(0.5) ? [] : entries);
    });
  }

  flush(state: StateImage, onDone: () => void): void {
    this.#later(() => {
      this.image.flush(state);
      onDone();
    });
  }

  /** Keeps `state`, which another peer sent, until it is installed or dropped. */
  stage(state: StateImage, onDone: () => void): void {
    this.#later(() => {
      this.image.stage(state);
      onDone();
    });
  }

  discard(): void {
    this.image.discard();
  }

  compact(base: LogIndex): void {
    this.image.compact(base);
  }

  /** The process is gone. What was in flight is settled by chance (D2). */
  crash(): void {
    this.#epoch += 1;
    const operation = this.#inFlight;
    this.#inFlight = undefined;
    if (operation === undefined) return;
    const { prng, counters } = this.#options;
    const [isKept, isSwitched] = [prng.chance(0.5), prng.chance(0.5)];
    if (isKept) {
      counters.add('crashes with a write in flight: kept');
      this.#sync(operation);
    } else if (operation.install !== undefined && isSwitched) {
      counters.add('crashes with a write in flight: a state switched without its log');
      const hardState = this.image.raisedTo(operation.install.term);
      this.#sync({ ...operation, hardState, truncateFrom: undefined, entries: [], mended: false });
    } else {
      counters.add('crashes with a write in flight: lost');
    }
  }

  /** The next write to the log takes `ms` longer. */
  hangNext(ms: number): void {
    this.#hangMs = ms;
  }

  /** Loses what it held, while no process runs. */
  damage(): void {
    this.image.damage();
  }

  heal(faults: DiskFaults): void {
    this.#faults = faults;
  }

  /** What a start reads: all terms, but only a drawn part of the newest entries. */
  restore(): Restored {
    const { prng } = this.#options;
    const length = this.image.lastIndex - this.image.base;
    const read = prng.chance(0.5) ? length : prng.int({ from: Math.min(1, length), to: length + 1 });
    return this.image.restore(read);
  }

  /** Makes `operation` part of the image; a subclass may be a disk that lies. */
  protected write(operation: PersistOperation): void {
    this.image.write(operation);
  }

  #later(act: () => void, hangMs = 0): void {
    const epoch = this.#epoch;
    this.#options.time.after(this.#drawSyncMs() + hangMs, () => {
      if (epoch === this.#epoch) act();
    });
  }

  #sync(operation: PersistOperation): void {
    this.write(operation);
    this.#options.onSynced(operation);
  }

  #drawSyncMs(): number {
    const { prng, counters, electionMaxMs } = this.#options;
    if (!prng.chance(this.#faults.hangChance)) return drawFrom(prng, this.#faults.syncMs);
    const hangMs = drawFrom(prng, this.#faults.hangMs);
    if (hangMs > electionMaxMs) counters.add('syncs that hang longer than an election');
    return hangMs;
  }
}
