// The terms of a whole log in a few numbers: one run for each stretch of entries that share a term.
// Why: a term is needed for any index, long after the entries themselves have left memory.
// Owns: the runs. Does not own: entries, cursors.
// T1. Runs rise strictly, in index and in term.
// T2. The first run starts at index 1: a log that a core works on holds genesis.

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
    assert(runs[0]?.from === 1, 'T2: a log starts with genesis');
    for (const run of runs) this.append(run.from, run.term);
  }

  get lastTerm(): Term {
    return this.#at(this.#runs.length - 1).term;
  }

  /** The entry at `index`, behind all others so far, has `term`. */
  append(index: LogIndex, term: Term): void {
    const last = this.#runs.at(-1);
    if (last?.term === term) return;
    assert(last === undefined || last.term < term, 'T1: terms never fall');
    assert(last === undefined || last.from < index, 'T1: indexes rise');
    this.#runs.push({ from: index, term });
  }

  /** Drops everything at and above `from`, which is above 1. */
  truncate(from: LogIndex): void {
    assert(from > 1, 'T2: genesis stays');
    while (this.#at(this.#runs.length - 1).from >= from) this.#runs.pop();
  }

  /** The term at `index`, which the log holds; 0 before the first entry. */
  termAt(index: LogIndex): Term {
    if (index === 0) return asTerm(0);
    return this.#at(this.#find((run) => run.from <= index)).term;
  }

  /** The highest index in `[0, index]` whose term is at most `term`. */
  highestWithTermAtMost(bound: { readonly index: LogIndex; readonly term: Term }): LogIndex {
    const found = this.#find((run) => run.term <= bound.term);
    if (found < 0) return asIndex(0);
    const next = this.#runs[found + 1];
    return next === undefined ? bound.index : asIndex(Math.min(bound.index, next.from - 1));
  }

  /** Position of the last run for which `holds`, true for some prefix of them; -1 when for none. */
  #find(holds: (run: TermRun) => boolean): number {
    let low = -1;
    let high = this.#runs.length - 1;
    if (holds(this.#at(high))) return high;
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
