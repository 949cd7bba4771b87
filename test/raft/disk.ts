// The durable image of one core under test: hard state, base and entries, and what a restart is told of them.

import { assert, present } from '../../src/lib/assert.ts';
import { firstConfiguration } from '../../raft/configurations.ts';
import {
  asIndex,
  type Configuration,
  type Entry,
  type Genesis,
  type HardState,
  type LogBase,
  type LogIndex,
  noBase,
  type PersistOperation,
  type Ready,
  type Snapshot,
  type Term,
} from '../../raft/types.ts';

export function termRunsOf(entries: readonly Entry[]): { from: Entry['index']; term: Entry['term'] }[] {
  return entries
    .filter((entry, i) => entries[i - 1]?.term !== entry.term)
    .map((entry) => ({ from: entry.index, term: entry.term }));
}

function configurationsOf(entries: readonly Entry[]): Configuration[] {
  return entries.flatMap(({ index, payload }) =>
    payload.kind === 'configuration' ? [{ ...payload.membership, index }] : [],
  );
}

/** What a disk was once. */
export interface Past {
  readonly term: Term;
  readonly base: LogBase;
  readonly entries: readonly Entry[];
}

/** What survives a crash. */
export class Disk {
  readonly genesis: Genesis;
  hardState: HardState;
  base: LogBase = noBase;
  /** Those behind `base`. */
  entries: Entry[];
  /** Entries were lost, and no write since said that it is mended. */
  impaired = false;

  constructor(options: {
    readonly genesis: Genesis;
    readonly hardState: HardState;
    readonly entries: Entry[];
  }) {
    this.genesis = options.genesis;
    this.hardState = options.hardState;
    this.entries = options.entries;
  }

  get lastIndex(): LogIndex {
    return asIndex(this.base.index + this.entries.length);
  }

  /** What a start is told, with the newest `tail` entries in memory. */
  restored(tail: number) {
    const { base, hardState, genesis, lastIndex } = this;
    const runs = termRunsOf(this.entries).filter(({ term }, i) => i > 0 || term !== base.term);
    return {
      hardState,
      base,
      lastIndex,
      termRuns: base.index === 0 ? runs : [{ from: base.index, term: base.term }, ...runs],
      tail: this.entries.slice(-Math.max(1, tail)),
      genesis,
      configurations: configurationsOf(this.entries),
      impaired: this.impaired,
    };
  }

  /** Entries of `[from, to)`, as far as they are there. */
  read(from: number, to: number): readonly Entry[] {
    if (from <= this.base.index) return [];
    return this.entries.slice(from - this.base.index - 1, to - this.base.index - 1);
  }

  /** What is acknowledged is here (R4, R10), and what was cut off is not read (R9). */
  check({ messages, loads }: Pick<Ready, 'messages' | 'loads'>): void {
    for (const message of messages) {
      if (message.kind !== 'appendResponse' || message.outcome.kind !== 'accepted') continue;
      assert(message.outcome.match <= this.lastIndex, 'acknowledged entries are durable');
    }
    for (const { from } of loads) assert(from > this.base.index, 'what was cut off is not read');
  }

  /** The operation is durable. */
  write({ hardState, install, truncateFrom, entries, mended }: PersistOperation): void {
    if (mended) this.impaired = false;
    this.hardState = hardState ?? this.hardState;
    if (install !== undefined) {
      assert(install.index > this.base.index, 'a snapshot is newer than the log it replaces');
      assert(truncateFrom === undefined, 'a log that begins anew has nothing to be truncated');
      const { hash: _, ...base } = install;
      this.base = base;
      this.entries = [];
    }
    if (truncateFrom !== undefined) {
      assert(truncateFrom > this.base.index, 'what was cut off is not truncated');
      this.entries.length = Math.min(this.entries.length, truncateFrom - this.base.index - 1);
    }
    for (const entry of entries) {
      assert(entry.index === this.lastIndex + 1, 'a write leaves no gap');
      this.entries.push(entry);
    }
  }

  /** What could be lost from now on. */
  get past(): Past {
    return { term: this.hardState.term, base: this.base, entries: [...this.entries] };
  }

  /** Forgets whatever was written after `past` was so, and every vote. */
  damage({ term, base, entries }: Past): void {
    this.hardState = { term, vote: undefined };
    this.base = base;
    this.entries = [...entries];
    this.impaired = true;
  }

  /** A snapshot that ends with `index`, which this log holds. */
  snapshot(index: number): Snapshot {
    const { base } = this;
    const last = index === base.index ? base : present(this.entries[index - base.index - 1], 'held');
    const before = configurationsOf(this.entries).findLast((found) => found.index <= index);
    const configuration = before ?? base.configuration ?? firstConfiguration(this.genesis);
    return { index: last.index, term: last.term, time: last.time, configuration, hash: `state of ${index}` };
  }

  /** Entries at and below `index` are gone. */
  cut(index: number): void {
    const { hash: _, ...base } = this.snapshot(index);
    this.entries = this.entries.slice(index - this.base.index);
    this.base = base;
  }
}
