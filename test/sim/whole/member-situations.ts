// Counts what became of changes of members, by the configurations that were committed one after the other.

import type { Configuration, Entry, StoreId, Term } from '../../../raft/types.ts';
import { configurationOf, storesOf } from './ledger.ts';
import type { Situations } from './situations.ts';

export class MemberSituations {
  readonly #situations: Situations;
  #newest: { readonly configuration: Configuration; readonly term: Term } | undefined;

  constructor(situations: Situations) {
    this.#situations = situations;
  }

  /** `entry` is committed, in order; `leader` has committed it. */
  committed(entry: Entry, leader: StoreId): void {
    const configuration = configurationOf(entry);
    if (configuration === undefined) return;
    const before = this.#newest;
    this.#newest = { configuration, term: entry.term };
    if (before === undefined) return;
    this.#compare(before.configuration, configuration);
    const hasLeft = before.configuration.outgoing.length > 0 && configuration.outgoing.length === 0;
    if (!hasLeft) return;
    if (before.term < entry.term) this.#situations.add('joint configurations left by a later leader');
    if (!storesOf(configuration).has(leader)) this.#situations.add('leaders removed');
  }

  #compare(before: Configuration, after: Configuration): void {
    const [old, now] = [storesOf(before), storesOf(after)];
    const situations = this.#situations;
    situations.add('members added', [...now].filter((storeId) => !old.has(storeId)).length);
    situations.add('members removed', [...old].filter((storeId) => !now.has(storeId)).length);
    for (const { storeId, replaces } of before.learners) {
      if (!after.voters.some((voter) => voter.storeId === storeId)) continue;
      situations.add(replaces === undefined ? 'learners promoted' : 'disks replaced');
    }
  }
}
