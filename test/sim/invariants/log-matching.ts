// If two logs hold an entry with the same index and term, they are the same up to there (§5.3, Log Matching).
// It is enough that every entry, wherever it shows up, is the one first seen with its index and term, and follows an
// entry of the same term: the rest is induction. And the time stamped into entries never falls along a log.

import { asIndex, type Entry, type LogIndex, type Term } from '../../../raft/types.ts';
import type { Evidence } from '../evidence.ts';
import { markOf } from '../marked-log.ts';
import type { Observation } from '../observation.ts';
import type { Invariant } from './invariant.ts';

interface Link {
  readonly digest: number;
  readonly previousTerm: Term | undefined;
  readonly time: number;
}

export class LogMatching implements Invariant {
  readonly name = 'log matching';
  /** By term and index. */
  readonly #links = new Map<Term, Map<LogIndex, Link>>();

  check(observation: Observation, evidence: Evidence): string | undefined {
    switch (observation.kind) {
      case 'started':
        return this.#chain(observation.log, evidence.issued(observation.peer).at(observation.base)?.term);
      case 'issued': {
        const { entries } = observation.operation;
        const first = entries[0];
        if (first === undefined) return undefined;
        return this.#chain(entries, evidence.issued(observation.peer).at(first.index - 1)?.term);
      }
      case 'sent':
        if (observation.message.kind !== 'appendRequest') return undefined;
        return this.#chain(
          observation.message.entries,
          observation.message.previousIndex === 0 ? undefined : observation.message.previousTerm,
        );
      default:
        return undefined;
    }
  }

  #chain(entries: readonly Entry[], before: Term | undefined): string | undefined {
    let previousTerm = before;
    let previousIndex: LogIndex | undefined;
    for (const entry of entries) {
      if (previousIndex !== undefined && entry.index !== previousIndex + 1) {
        return `entry ${entry.index} follows entry ${previousIndex}`;
      }
      if (previousTerm !== undefined && entry.term < previousTerm) {
        return `entry ${entry.index} of term ${entry.term} follows one of term ${previousTerm}`;
      }
      const broken = this.#link(entry, previousTerm);
      if (broken !== undefined) return broken;
      previousTerm = entry.term;
      previousIndex = entry.index;
    }
    return undefined;
  }

  #link(entry: Entry, previousTerm: Term | undefined): string | undefined {
    const { index, term, time } = entry;
    const { digest } = markOf(entry);
    const before =
      previousTerm === undefined ? undefined : this.#links.get(previousTerm)?.get(asIndex(index - 1));
    if (before !== undefined && before.time > time) return `time falls before entry ${index}`;
    const links = this.#links.get(term) ?? new Map<LogIndex, Link>();
    const known = links.get(index);
    if (known === undefined) {
      this.#links.set(term, links.set(index, { digest, previousTerm, time }));
      return undefined;
    }
    if (known.digest !== digest) return `two entries at ${index} in term ${term}`;
    if (known.previousTerm === previousTerm) return undefined;
    return `the logs below entry ${index} of term ${term} differ`;
  }
}
