// The terms of a whole log in a few numbers: one run for each stretch of entries that share a term.
// Why: a term is needed for any index, long after the entries themselves have left memory.
// Owns: the runs. Does not own: entries, cursors.
// T1. Runs rise strictly, in index and in term.
// T2. The first run starts at 1 or, once a log was cut short, at its base: the last index cut off, whose term stays known.

import { assert, present } from '../src/lib/assert.ts';
import { asIndex, asTerm, type LogIndex, type Term } from './types.ts';

/** Entries from `from` up to the next run have term `term`. */
export interface TermRun {
  readonly from: LogIndex;
  readonly term: Term;
}

export class TermRuns {
  readonly #runs: TermRun[] = [];

  constructor(runs: readonly TermRun[]) {
    for (const run of runs) this.append(run.from, run.term);
  }

  /** 0 for a log that never had an entry. */
  get lastTerm(): Term {
    return this.#runs.at(-1)?.term ?? asTerm(0);
  }

  /** The entry at `index`, behind all others so far, has `term`. */
  append(index: LogIndex, term: Term): void {
    const last = this.#runs.at(-1);
    if (last?.term === term) return;
    assert(last === undefined || last.term < term, 'T1: terms never fall');
    assert(last === undefined || last.from < index, 'T1: indexes rise');
    this.#runs.push({ from: index, term });
  }

  /** Drops everything at and above `from`, which is above the base. */
  truncate(from: LogIndex): void {
    while ((this.#runs.at(-1)?.from ?? 0) >= from) this.#runs.pop();
  }

  /** The log begins behind `base`, which it holds. */
  cutTo(base: LogIndex): void {
    const found = this.#find((run) => run.from <= base);
    const { term } = this.#at(found);
    this.#runs.splice(0, found + 1, { from: base, term });
  }

  /** The log is empty behind `base`, which is of that term. */
  restart(base: TermRun): void {
    this.#runs.splice(0, this.#runs.length, base);
  }

  /** The term at `index`, up to the last; 0 before the first entry of all, undefined for what was cut off. */
  termAt(index: LogIndex): Term | undefined {
    const found = this.#find((run) => run.from <= index);
    if (found >= 0) return this.#at(found).term;
    return this.#first === 1 ? asTerm(0) : undefined;
  }

  /** The highest index up to `index` whose term is at most `term`. What was cut off counts as if it were. */
  highestWithTermAtMost(bound: { readonly index: LogIndex; readonly term: Term }): LogIndex {
    const found = this.#find((run) => run.term <= bound.term);
    const above = found < 0 ? this.#first : this.#runs[found + 1]?.from;
    return above === undefined ? bound.index : asIndex(Math.min(bound.index, above - 1));
  }

  get #first(): number {
    return this.#runs[0]?.from ?? 1;
  }

  /** Position of the last run for which `holds`, true for some prefix of them; -1 when for none. */
  #find(holds: (run: TermRun) => boolean): number {
    let low = -1;
    let high = this.#runs.length - 1;
    if (high < 0 || holds(this.#at(high))) return high;
    while (low < high) {
      const middle = low + Math.ceil((high - low) / 2);
      if (holds(this.#at(middle))) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #at(position: number): TermRun {
    return present(this.#runs[position], 'a run stands at every position');
  }
}
