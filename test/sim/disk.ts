// The simulated disk of one peer, at the level of whole operations: what a LogStore and a StateStore promise.
// Owns: the synced image of log, hard state and flushed state; the write in flight. It outlives the peer's crashes.
//
// D1. One persist in flight; it becomes durable in one piece, after a while that may be long.
// D2. A crash keeps the write in flight whole or loses it whole; what was synced before stays.
// D3. A flushed state is durable a while after it was handed over, or lost with the crash.
// D4. A read gives the entries that were durable when it was asked for, however late it answers.

import type {
  Configuration,
  Entry,
  HardState,
  LogBase,
  LogIndex,
  PersistOperation,
  Term,
} from '../../raft/types.ts';
import { asIndex, noBase } from '../../raft/types.ts';
import { assert, present } from '../../src/lib/assert.ts';
import type { Prng } from '../../src/lib/prng.ts';
import type { Counters } from './counters.ts';
import { drawFrom, type DiskFaults } from './faults.ts';
import type { StateImage } from './state-machine.ts';
import type { VirtualTime } from './virtual-time.ts';

/** What a peer finds when it starts. */
export interface Restored {
  readonly hardState: HardState;
  readonly base: LogBase;
  readonly lastIndex: LogIndex;
  readonly termRuns: readonly { readonly from: LogIndex; readonly term: Term }[];
  readonly tail: readonly Entry[];
  readonly log: readonly Entry[];
  readonly state: StateImage;
}

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
  protected readonly log: Entry[];
  #state: StateImage;
  #faults: DiskFaults;
  #inFlight: PersistOperation | undefined;
  /** Rises with every crash: what was asked for before it is not answered. */
  #epoch = 0;

  constructor(options: SimDiskOptions) {
    this.options = options;
    this.#faults = options.faults;
    this.hardState = options.initial.hardState;
    this.log = [...options.initial.log];
    this.#state = options.initial.state;
  }

  get busy(): boolean {
    return this.#inFlight !== undefined;
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

  /** Durable entries in `[from, to)`, at least one; about `bytesMax` bytes of commands. */
  read(
    range: { readonly from: LogIndex; readonly to: LogIndex; readonly bytesMax: number },
    onDone: (entries: readonly Entry[]) => void,
  ): void {
    assert(range.from < range.to, 'a read asks for an entry');
    assert(range.to - 1 <= this.log.length, 'only durable entries are read from disk');
    const entries: Entry[] = [];
    let bytes = 0;
    for (const entry of this.log.slice(range.from - 1, range.to - 1)) {
      bytes += entry.payload.kind === 'command' ? entry.payload.data.length : 1;
      if (entries.length > 0 && bytes > range.bytesMax) break;
      entries.push(entry);
    }
    const epoch = this.#epoch;
    this.options.time.after(drawFrom(this.options.prng, this.#faults.readMs), () => {
      if (epoch === this.#epoch) onDone(entries);
    });
  }

  flush(state: StateImage, onDone: () => void): void {
    const epoch = this.#epoch;
    this.options.time.after(this.#drawSyncMs(), () => {
      if (epoch !== this.#epoch) return;
      this.#state = state;
      onDone();
    });
  }

  /** The process is gone. What was in flight is settled by chance (D2). */
  crash(): void {
    this.#epoch += 1;
    const operation = this.#inFlight;
    this.#inFlight = undefined;
    if (operation === undefined) return;
    const kept = this.options.prng.chance(0.5);
    this.options.counters.add(
      kept ? 'crashes with a write in flight: kept' : 'crashes with a write in flight: lost',
    );
    if (kept) this.#sync(operation);
  }

  heal(faults: DiskFaults): void {
    this.#faults = faults;
  }

  /** What a start reads: all terms, but only a drawn part of the newest entries. */
  restore(): Restored {
    const termRuns: { from: LogIndex; term: Term }[] = [];
    for (const entry of this.log) {
      if (termRuns.at(-1)?.term !== entry.term) termRuns.push({ from: entry.index, term: entry.term });
    }
    const read = this.options.prng.chance(0.5)
      ? this.log.length
      : this.options.prng.int({ from: 1, to: this.log.length + 1 });
    if (read < this.log.length) this.options.counters.add('restarts with a log read only in part');
    return {
      hardState: this.hardState,
      base: noBase,
      lastIndex: asIndex(this.log.length),
      termRuns,
      tail: this.log.slice(this.log.length - read),
      log: [...this.log],
      state: this.#state,
    };
  }

  /** Makes `operation` part of the image; a subclass may be a disk that lies. */
  protected write(operation: PersistOperation): void {
    if (operation.truncateFrom !== undefined) {
      assert(operation.truncateFrom > 1, 'the genesis record is never cut off');
      if (operation.truncateFrom <= this.log.length)
        this.options.counters.add('truncations of synced entries');
      this.log.length = Math.min(this.log.length, operation.truncateFrom - 1);
    }
    for (const entry of operation.entries) {
      assert(entry.index === this.log.length + 1, 'a persist leaves no gap');
      this.log.push(entry);
    }
    if (operation.hardState !== undefined) this.hardState = operation.hardState;
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

/** The genesis record in the first entry of a log. */
export function genesisOf(log: readonly Entry[]): Extract<Entry['payload'], { kind: 'genesis' }>['genesis'] {
  const first = present(log[0], 'a log begins with its genesis');
  assert(first.payload.kind === 'genesis', 'the first entry is the genesis record');
  return first.payload.genesis;
}

/** Of every configuration entry in a log. */
export function configurationsOf(log: readonly Entry[]): readonly Configuration[] {
  return log.flatMap(({ index, payload }) =>
    payload.kind === 'configuration' ? [{ ...payload.membership, index }] : [],
  );
}
