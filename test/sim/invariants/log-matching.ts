// If two logs hold an entry with the same index and term, they are the same up to there (§5.3, Log Matching).
// It is enough that every entry, wherever it shows up, is the one first seen with its index and term, and follows an
// entry of the same term: the rest is induction. And the time stamped into entries never falls along a log.

import type { Entry, LogIndex, Term } from '../../../raft/types.ts';
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
  readonly #links = new Map<string, Link>();

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
      const key = `${entry.index}/${entry.term}`;
      const link = { digest: markOf(entry).digest, previousTerm, time: entry.time };
      const before =
        previousTerm === undefined ? undefined : this.#links.get(`${entry.index - 1}/${previousTerm}`);
      if (before !== undefined && before.time > entry.time) return `time falls before entry ${entry.index}`;
      const known = this.#links.get(key) ?? link;
      this.#links.set(key, known);
      if (known.digest !== link.digest) return `two entries at ${entry.index} in term ${entry.term}`;
      if (known.previousTerm !== link.previousTerm) {
        return `the logs below entry ${entry.index} of term ${entry.term} differ`;
      }
      previousTerm = entry.term;
      previousIndex = entry.index;
    }
    return undefined;
  }
}
