// The ledger of a run: every entry that some log held, by index and term, and which of them are committed.
// Owns: entries as values (the evidence keeps marks only). Does not own: any judgement of them.

import type { Configuration, Entry, Membership, StoreId } from '../../../raft/types.ts';
import { present } from '../../../src/lib/assert.ts';
import type { Evidence } from '../evidence.ts';
import type { Observation } from '../observation.ts';

export class Ledger {
  readonly #entries = new Map<string, Entry>();
  readonly #committed: Entry[] = [];
  /** Those that say who the members are. */
  readonly #configurations: Entry[] = [];
  #configuration: Configuration | undefined;

  /** The newest committed configuration; undefined before the cluster is founded. */
  get configuration(): Configuration | undefined {
    return this.#configuration;
  }

  /** The newest committed configuration, and those behind it that the log of one of `stores` holds. */
  candidates(stores: readonly StoreId[], evidence: Evidence): readonly Configuration[] {
    const from = this.#configuration?.index ?? 0;
    const isHeld = ({ index, term }: Entry): boolean =>
      stores.some((storeId) => evidence.issued(storeId).at(index)?.term === term);
    return this.#configurations
      .filter((entry) => entry.index >= from && (entry.index === from || isHeld(entry)))
      .map((entry) => present(configurationOf(entry), 'such entries were kept'));
  }

  committedAt(index: number): Entry | undefined {
    return this.#committed[index - 1];
  }

  /** The entries of that log behind what is committed. */
  behindCommit(storeId: StoreId, evidence: Evidence): readonly Entry[] {
    const log = evidence.issued(storeId);
    const behind: Entry[] = [];
    for (let index = evidence.commit + 1; index <= log.lastIndex; index += 1) {
      const entry = this.#entries.get(`${index}/${log.at(index)?.term}`);
      if (entry !== undefined) behind.push(entry);
    }
    return behind;
  }

  observe(observation: Observation): void {
    switch (observation.kind) {
      case 'started':
        return this.#add(observation.log);
      case 'issued':
        return this.#add(observation.operation.entries);
      default: // Whatever is sent was in the log of its sender, or is issued there in the same breath.
    }
  }

  /** The entries that were committed since the last call, in order. */
  advance(evidence: Evidence): readonly Entry[] {
    const before = this.#committed.length;
    while (this.#committed.length < evidence.commit) {
      const index = this.#committed.length + 1;
      const entry = this.#entries.get(`${index}/${evidence.committedAt(index)?.term}`);
      if (entry === undefined) break;
      this.#committed.push(entry);
      this.#configuration = configurationOf(entry) ?? this.#configuration;
    }
    return this.#committed.slice(before);
  }

  #add(entries: readonly Entry[]): void {
    for (const entry of entries) {
      const key = `${entry.index}/${entry.term}`;
      if (this.#entries.has(key)) continue;
      this.#entries.set(key, entry);
      if (configurationOf(entry) !== undefined) this.#configurations.push(entry);
    }
  }
}

/** What `entry` makes of the members; undefined when it changes nothing of them. */
export function configurationOf({ index, payload }: Entry): Configuration | undefined {
  switch (payload.kind) {
    case 'genesis':
      return { index, voters: payload.genesis.founders, outgoing: [], learners: [], removed: [] };
    case 'configuration':
      return { ...payload.membership, index };
    default:
      return undefined;
  }
}

export const storesOf = ({ voters, outgoing, learners }: Membership): ReadonlySet<StoreId> =>
  new Set([...voters, ...outgoing, ...learners].map(({ storeId }) => storeId));
