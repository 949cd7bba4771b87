// The applier: committed entries into the state, and the state behind them onto disk.
// Owns: the state and its write-behind. Does not own: the order of entries (Raft), who waits for them (Proposals).
//
// W1. Entries are applied strictly in order, each exactly once in a run.
// W2. One flush is in flight; it holds every row changed since the last one and the index they add up to. The next
//     gathers all that came meanwhile. A restart applies again what came after the last flush.
// W3. No row changed, no flush, unless so much of the log was applied that it could be cut: an idle cluster writes nothing.
// W4. A flush that fails stops the peer, and is the last one. One that finds the disk full is made again, with what changed
//     meanwhile; it and a slow one only make new commands BUSY: once too many rows or bytes wait, or wait for too long.
// W5. A snapshot takes the place of the state between two flushes, and nothing is applied meanwhile.

import { firstConfiguration } from '../../raft/configurations.ts';
import type { Entry, LogIndex, Snapshot } from '../../raft/types.ts';
import { assert, present, unreachable } from '../lib/assert.ts';
import type { Clock } from '../lib/clock.ts';
import { isOrionError } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';
import type { EntryResult } from '../protocol/command.ts';
import type { Row, RowKey } from '../state/row.ts';
import type { Applicable, State } from '../state/state.ts';
import type { RowChange } from '../state/view.ts';
import { decodeNote, namesOf } from './member-note.ts';
import type { CommandCodec, FlushPoint, StateStore } from './ports.ts';

export interface ApplierEvents {
  onApplied(entry: Entry, result: EntryResult | undefined): void;
  onChanges(index: number, changes: readonly RowChange[]): void;
  /** A restart finds everything up to `index` in the state. */
  onFlushed(index: LogIndex): void;
  onFatal(error: unknown): void;
}

export class Applier {
  readonly state: State;
  readonly #store: StateStore;
  readonly #codec: CommandCodec;
  readonly #clock: Clock;
  readonly #events: ApplierEvents;
  readonly #unflushedRowsMax: number;
  /** Up to where the state has applied the log; undefined before genesis. */
  #point: FlushPoint | undefined;
  #bytesSinceFlush = 0;
  #appliedBytes = 0;
  #flushing: Promise<void> | undefined;
  #installing: Promise<void> | undefined;
  /** Of a flush that is under way, or that found the disk full. */
  #unflushed: ReadonlyMap<RowKey, Row | undefined> = new Map();
  /** When that flush was first begun. */
  #flushingSinceMs: number | undefined;
  /** Of the commands applied since the last flush that ended was begun. */
  #unflushedBytes = 0;
  #foundFull = false;
  #cancelTimer: (() => void) | undefined;
  #stopped = false;
  /** A flush failed: its rows are in no later one. */
  #failed = false;

  constructor(options: {
    state: State;
    store: StateStore;
    codec: CommandCodec;
    clock: Clock;
    events: ApplierEvents;
    /** Default {@link limits.unflushedRowsMax}. */
    unflushedRowsMax?: number;
  }) {
    this.state = options.state;
    this.#store = options.store;
    this.#codec = options.codec;
    this.#clock = options.clock;
    this.#events = options.events;
    this.#unflushedRowsMax = options.unflushedRowsMax ?? limits.unflushedRowsMax;
    this.#point = options.store.snapshot;
    assert(this.state.appliedIndex === (this.#point?.index ?? 0), 'the state is as its store has loaded it');
  }

  /** True when so much waits for its flush, or for so long, that no new command should be taken (W4). */
  get lagging(): boolean {
    const waitedMs = this.#clock.monotonicMs() - (this.#flushingSinceMs ?? Number.POSITIVE_INFINITY);
    return (
      this.#dirtyCount > this.#unflushedRowsMax ||
      this.#unflushedBytes > limits.unflushedBytesMax ||
      waitedMs > limits.unflushedMs
    );
  }

  /** Of the commands applied in this run. */
  get appliedBytes(): number {
    return this.#appliedBytes;
  }

  apply(entry: Entry): void {
    assert(this.#installing === undefined, 'nothing is applied to a state that is being replaced');
    const { result, changes } = this.state.apply(this.#applicable(entry));
    this.#point = pointAfter(this.#point, entry);
    const bytes = entry.payload.kind === 'command' ? entry.payload.data.length : 0;
    this.#bytesSinceFlush += bytes;
    this.#unflushedBytes += bytes;
    this.#appliedBytes += bytes;
    if (changes.length > 0) this.#events.onChanges(entry.index, changes);
    this.#events.onApplied(entry, result);
    this.#maybeFlush();
  }

  /** W5. Switches to the staged `snapshot`; `clusterId` is not part of it. */
  install(snapshot: Snapshot, clusterId: string): Promise<void> {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#installing = this.#install(snapshot, clusterId).finally(() => (this.#installing = undefined));
    return this.#installing;
  }

  /** Resolves once a restart would find all that is applied now: true, or false when the disk is full. */
  async flush(): Promise<boolean> {
    while ((this.#installing ?? this.#flushing) !== undefined) await (this.#installing ?? this.#flushing);
    if (this.#dirtyCount === 0 && this.#store.snapshot !== undefined) return true;
    if (this.#stopped || this.#failed) return false;
    await this.#startFlush();
    return !this.#failed && !this.#foundFull;
  }

  /** Waits for the flush under way and makes one more, so that a planned restart has nothing to apply again. */
  async stop(): Promise<void> {
    this.#stopped = true; // W2: the flush under way starts no other one when it ends.
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    await this.#installing;
    await this.#flushing;
    if (this.#failed || this.#dirtyCount === 0) return;
    await this.#flushNow().catch((error: unknown) => {
      if (!isOrionError(error, 'DISK_FULL')) throw error; // W4: a restart applies it again.
    });
  }

  async #install(snapshot: Snapshot, clusterId: string): Promise<void> {
    while (this.#flushing !== undefined) await this.#flushing; // W5
    const { index, term, time, configuration, hash } = snapshot;
    const { rows } = await this.#store.install(snapshot);
    const steps = this.state.replace({ applied: index, clusterId, rows, hash });
    while (steps.next().done !== true) await this.#turn();
    this.#point = { index, term, time, configuration };
    this.#bytesSinceFlush = 0;
    this.#onWritten(this.#unflushedBytes);
  }

  /** Lets everything else that waits have its turn. */
  #turn(): Promise<void> {
    return new Promise((resolve) => this.#clock.soon(resolve));
  }

  get #dirtyCount(): number {
    return this.state.dirtyCount + this.#unflushed.size;
  }

  #applicable(entry: Entry): Applicable {
    const { index, term, time, payload } = entry;
    switch (payload.kind) {
      case 'noop':
        return { index, term, time, payload };
      case 'configuration':
        return { index, term, time, payload: this.#changeOf(payload) };
      case 'genesis':
        return { index, term, time, payload: { kind: 'genesis', clusterId: payload.genesis.clusterId } };
      case 'command':
        return { index, term, time, payload: { kind: 'command', command: this.#codec.decode(payload.data) } };
      default:
        return unreachable(payload);
    }
  }

  /** Who the peers are is in the log alone: the state counts the entry, and remembers who asked for it. */
  #changeOf({
    membership,
    note,
  }: Extract<Entry['payload'], { kind: 'configuration' }>): Applicable['payload'] {
    const asked = note === undefined ? undefined : decodeNote(note);
    if (asked === undefined) return { kind: 'noop' };
    const { configuration } = present(this.#point, 'genesis comes first');
    const members = { after: namesOf(membership), before: namesOf(configuration) };
    return { kind: 'members', origin: asked.origin, outcome: { code: 'OK', status: asked.status, members } };
  }

  #maybeFlush(): void {
    if (this.#flushing !== undefined || this.#installing !== undefined) return;
    if (this.#stopped || this.#failed) return;
    if (this.#foundFull) this.#flushLater(limits.flushRetryMs);
    else if (this.#bytesSinceFlush >= limits.flushBytesMax) void this.#startFlush();
    else if (this.#dirtyCount > 0) this.#flushLater(limits.flushMs);
  }

  #flushLater(delayMs: number): void {
    this.#cancelTimer ??= this.#clock.after(delayMs, () => {
      this.#cancelTimer = undefined;
      if (this.#flushing === undefined && !this.#stopped) void this.#startFlush();
    });
  }

  /** Never rejects. */
  #startFlush(): Promise<void> {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const flushing = this.#flushNow().then(
      () => {
        this.#flushing = undefined;
        this.#foundFull = false;
        this.#maybeFlush();
      },
      (error: unknown) => {
        this.#flushing = undefined;
        this.#foundFull = isOrionError(error, 'DISK_FULL');
        if (this.#foundFull) return this.#maybeFlush();
        this.#failed = true;
        this.#events.onFatal(error);
      },
    );
    this.#flushing = flushing;
    return flushing;
  }

  async #flushNow(): Promise<void> {
    const snapshot = present(this.#point, 'what is flushed was applied');
    const rows = new Map([...this.#unflushed, ...this.state.takeDirty()]);
    const bytes = this.#unflushedBytes;
    this.#bytesSinceFlush = 0;
    this.#unflushed = rows; // W4
    this.#flushingSinceMs ??= this.#clock.monotonicMs();
    await this.#store.flush({ snapshot, rows });
    this.#onWritten(bytes);
    this.#events.onFlushed(snapshot.index);
  }

  /** What was to be flushed is on disk, or was replaced: commands of so many bytes wait no longer. */
  #onWritten(bytes: number): void {
    this.#unflushed = new Map();
    this.#unflushedBytes -= bytes;
    this.#flushingSinceMs = undefined;
  }
}

/** `entry` was applied behind `point`. */
function pointAfter(point: FlushPoint | undefined, { index, term, time, payload }: Entry): FlushPoint {
  switch (payload.kind) {
    case 'genesis':
      return { index, term, time, configuration: firstConfiguration(payload.genesis) };
    case 'configuration':
      return { index, term, time, configuration: { ...payload.membership, index } };
    case 'noop':
    case 'command': {
      const { configuration } = present(point, 'genesis comes first');
      return { index, term, time, configuration };
    }
    default:
      return unreachable(payload);
  }
}
