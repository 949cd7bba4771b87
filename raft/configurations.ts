// The configurations of a log: who belongs to the cluster from which entry on (§4.1).
// Owns: the newest one, and those to which a truncation may go back. Does not own: which change is allowed (membership.ts).
// F1. The newest configuration in the log is in effect, committed or not; a truncation brings back the one before.
// F2. Never empty: the first is that of genesis or, once the log was cut short, of its base. It stays when entries go.
// F3. What can't come back any more is forgotten: everything before the newest committed one.
// F4. A snapshot brings its own: what the log said, committed or not, is replaced by it (openraft #1808).

import { assert, present } from '../src/lib/assert.ts';
import type { Quorum } from './quorum.ts';
import {
  asIndex,
  type Configuration,
  type Entry,
  type Genesis,
  type LogIndex,
  type StoreId,
} from './types.ts';

/** The configuration that genesis makes: its founders vote. */
export function firstConfiguration(genesis: Genesis): Configuration {
  return { index: asIndex(1), voters: genesis.founders, outgoing: [], learners: [], removed: [] };
}

export class Configurations {
  readonly #quorum: Quorum;
  /** Indexes rise; the last is in effect. */
  #history: Configuration[];

  /** `later`: every configuration in the log behind `first`, in order. `quorum` is that of `first`, and follows. */
  constructor(options: {
    readonly first: Configuration;
    readonly later: readonly Configuration[];
    readonly quorum: Quorum;
  }) {
    this.#quorum = options.quorum;
    this.#history = [options.first];
    for (const configuration of options.later) this.#push(configuration);
  }

  get current(): Configuration {
    return present(this.#history.at(-1), 'F2: a log has a configuration');
  }

  /**
   * Whether it may be needed as a candidate: it votes by the configuration in effect, or by one before it, as long as
   * that is the newest known to be committed or newer. Who was removed by an entry that is not committed may be the only
   * one who can commit it: the others may lack it, and vote for no shorter log (§4.2.2).
   */
  mayCampaign(storeId: StoreId): boolean {
    return this.#history.some(({ voters, outgoing }) =>
      [...voters, ...outgoing].some((voter) => voter.storeId === storeId),
    );
  }

  /** `entry` was appended to the log. */
  onAppended(entry: Entry): void {
    if (entry.payload.kind !== 'configuration') return;
    this.#push({ ...entry.payload.membership, index: entry.index });
  }

  /** Everything at and above `from` left the log. */
  onTruncated(from: LogIndex): void {
    if (this.current.index < from) return;
    this.#history = this.#history.filter((configuration) => configuration.index < from);
    this.#quorum.adopt(this.current); // F1
  }

  /** The log begins anew behind a snapshot that has this one. */
  onInstalled(configuration: Configuration): void {
    this.#history = [configuration];
    this.#quorum.adopt(configuration); // F4
  }

  onCommitted(commit: LogIndex): void {
    const newest = this.#history.findLastIndex((configuration) => configuration.index <= commit);
    if (newest > 0) this.#history = this.#history.slice(newest); // F3
  }

  #push(configuration: Configuration): void {
    assert(configuration.index > this.current.index, 'indexes rise');
    this.#history.push(configuration);
    this.#quorum.adopt(configuration);
  }
}
