// A log as invariants know it: a mark for every entry, and by whom it is voted.
// Owns: marks (term and digest) that stand for entries, also for those that a disk has cut off: what was cut off had
// been committed, and a state holds what it did. Does not own: any judgement.

import type { Configuration, Entry, LogIndex, PersistOperation, StoreId, Term } from '../../raft/types.ts';
import { digestOf } from './digest.ts';

/** Who votes: a majority of each set decides. Two sets are a joint configuration (§4.3). */
export interface Electorate {
  readonly index: LogIndex;
  readonly sets: readonly (readonly StoreId[])[];
}

export interface Mark {
  readonly term: Term;
  readonly digest: number;
  /** Whom the entry makes voters, if it says so. */
  readonly electorate: Electorate | undefined;
}

export function electorateOf({
  index,
  voters,
  outgoing,
}: Pick<Configuration, 'index' | 'voters' | 'outgoing'>): Electorate {
  const sets = [voters, outgoing].filter(({ length }) => length > 0);
  return { index, sets: sets.map((set) => set.map(({ storeId }) => storeId)) };
}

/** By entry, as digests are. */
const marks = new WeakMap<Entry, Mark>();

export function markOf(entry: Entry): Mark {
  const known = marks.get(entry);
  if (known !== undefined) return known;
  const { index, term, payload } = entry;
  const electorate =
    payload.kind === 'configuration' ? electorateOf({ ...payload.membership, index }) : undefined;
  const mark = { term, digest: digestOf(entry), electorate };
  marks.set(entry, mark);
  return mark;
}

export const isSame = (a: Mark | undefined, b: Mark | undefined): boolean =>
  a !== undefined && b !== undefined && a.term === b.term && a.digest === b.digest;

/** A log of marks: entry i stands at i - 1. */
export class MarkedLog {
  readonly #founding: Electorate;
  readonly #marks: Mark[] = [];
  /** Those of `#marks`, in order. */
  #electorates: Electorate[] = [];

  /** `founding`: who votes before any entry says so. */
  constructor(founding: Electorate) {
    this.#founding = founding;
  }

  get lastIndex(): number {
    return this.#marks.length;
  }

  get lastTerm(): number {
    return this.#marks.at(-1)?.term ?? 0;
  }

  /** The newest in the log (§4.1). */
  get electorate(): Electorate {
    return this.#electorates.at(-1) ?? this.#founding;
  }

  /** The newest at or below `index`, and all behind it. */
  electoratesFrom(index: number): readonly Electorate[] {
    const all = [this.#founding, ...this.#electorates];
    return all.slice(
      Math.max(
        0,
        all.findLastIndex((electorate) => electorate.index <= index),
      ),
    );
  }

  at(index: number): Mark | undefined {
    return this.#marks[index - 1];
  }

  copy(): MarkedLog {
    const copied = new MarkedLog(this.#founding);
    copied.reset(this.#marks, []);
    return copied;
  }

  /** The log is `log`, behind `head`, the marks of what was cut off. */
  reset(head: readonly Mark[], log: readonly Entry[]): void {
    this.#truncate(1);
    for (const mark of head) this.#push(mark);
    for (const entry of log) this.#push(markOf(entry));
  }

  /** Answers with the lowest index that may have changed. `head` as in `reset`, where a snapshot is installed. */
  write({ install, truncateFrom, entries }: PersistOperation, head: readonly Mark[]): number {
    if (install !== undefined) this.reset(head, []);
    if (truncateFrom !== undefined) this.#truncate(truncateFrom);
    const first = this.lastIndex + 1;
    for (const entry of entries) this.#push(markOf(entry));
    return install === undefined ? first : 1;
  }

  #push(mark: Mark): void {
    this.#marks.push(mark);
    if (mark.electorate !== undefined) this.#electorates.push(mark.electorate);
  }

  /** Drops everything at and above `from`. */
  #truncate(from: number): void {
    if (from > this.#marks.length) return;
    this.#marks.length = from - 1;
    this.#electorates = this.#electorates.filter(({ index }) => index < from);
  }
}
