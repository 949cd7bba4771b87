// Entries that left memory and are read from the disk again: who waits for which.
// Owns: one outstanding request per purpose. Does not own: what an answer is good for.
// B1. One request per purpose is outstanding, across changes of role and term; the driver answers each once.
// B2. An answer is taken only if it is what the log holds now: entries are named by index and term.
// B3. What is committed and durable can be read, unless it was cut off after it was asked for (R9).

import { assert, present } from '../src/lib/assert.ts';
import type { Log } from './log.ts';
import type { Outbox } from './outbox.ts';
import type { Entry, LogIndex, StoreId } from './types.ts';

/** For whom entries that left the core's memory are read from disk again. */
export type LoadPurpose =
  | { readonly kind: 'apply' }
  | { readonly kind: 'follower'; readonly storeId: StoreId };

export interface LoadRequest {
  readonly purpose: LoadPurpose;
  /** Entries in `[from, to)`, at most about `bytesMax` bytes but at least one. */
  readonly from: LogIndex;
  readonly to: LogIndex;
  readonly bytesMax: number;
}

/** Names a purpose; store ids are hex digits, so that none is equal to `apply`. */
function keyOf(purpose: LoadPurpose): string {
  return purpose.kind === 'apply' ? 'apply' : purpose.storeId;
}

export class Loads {
  readonly #log: Log;
  readonly #outbox: Outbox;
  /** The first index asked for. */
  readonly #outstanding = new Map<string, LogIndex>();

  constructor(log: Log, outbox: Outbox) {
    this.#log = log;
    this.#outbox = outbox;
  }

  isOutstanding(purpose: LoadPurpose): boolean {
    return this.#outstanding.has(keyOf(purpose));
  }

  /** Asks for entries in `[from, to)` unless an answer is awaited already (B1). */
  request(
    purpose: LoadPurpose,
    range: { readonly from: LogIndex; readonly to: LogIndex; readonly bytesMax: number },
  ): void {
    assert(range.from < range.to, 'a load asks for something');
    if (this.isOutstanding(purpose)) return;
    assert(range.from > this.#log.base, 'R9: what was cut off is not asked for');
    this.#outstanding.set(keyOf(purpose), range.from);
    this.#outbox.load({ purpose, ...range });
  }

  /** The entries of an answer as far as they are what the log holds (B2). */
  onLoaded(purpose: LoadPurpose, entries: readonly Entry[]): readonly Entry[] {
    const from = present(this.#outstanding.get(keyOf(purpose)), 'B1: an answer was awaited');
    this.#outstanding.delete(keyOf(purpose));
    let valid = 0;
    for (const entry of entries) {
      if (entry.index !== (entries[0]?.index ?? 0) + valid) break;
      if (this.#log.termAt(entry.index) !== entry.term) break;
      valid += 1;
    }
    const isLost = valid === 0 && from > this.#log.base;
    assert(purpose.kind === 'follower' || !isLost, 'B3: what is committed and durable can be read');
    return valid === entries.length ? entries : entries.slice(0, valid);
  }
}
