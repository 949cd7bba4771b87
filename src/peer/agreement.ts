// Agreement: peers tell each other the hash of their state at the same indices, since the same entries must give the same
// rows. Where hashes differ a disk, a memory or a program is at fault.
// Owns: what was told, and the judgement. Does not own: what a peer does that is not to be trusted.
//
// G1. Hashes are compared at one index alone. What was found of a peer stands until a comparison at a later index.
// G2. Who differs from a hash that a majority of the voters has is wrong. While no hash has one nobody can say who is wrong.
// G3. "No majority" is judged only once every linked voter has told its hash of that index, or has had
//     `limits.stateHashGraceMs` for it: a peer that is merely behind proves nothing.
// G4. Bounded: of each peer the newest `limits.stateHashesKept` hashes are remembered.

import { membersOf } from '../../raft/membership.ts';
import type { Configuration, LogIndex, Member, StoreId } from '../../raft/types.ts';
import type { Clock } from '../lib/clock.ts';
import { limits } from '../lib/limits.ts';

/** What is known of one peer's state. */
export type Standing =
  | { readonly kind: 'trusted' }
  /** It is not the state that a majority has. */
  | { readonly kind: 'differs'; readonly index: LogIndex }
  /** Some differ, and no majority says who is right. */
  | { readonly kind: 'undecided'; readonly index: LogIndex };

export interface AgreementOptions {
  readonly self: StoreId;
  readonly clock: Clock;
  readonly configuration: () => Configuration;
  readonly isLinked: (storeId: StoreId) => boolean;
  readonly tell: (index: LogIndex, hash: string) => void;
  /** Something was told: who stands how may have changed. */
  readonly onChange: () => void;
}

export class Agreement {
  readonly #options: AgreementOptions;
  /** By who told it. */
  readonly #told = new Map<StoreId, Map<LogIndex, string>>();
  /** What the last comparison found of each, and where (G1). */
  readonly #found = new Map<StoreId, { readonly index: LogIndex; readonly differs: boolean }>();
  /** Differences without a majority, and how long others may still take (G3). */
  readonly #graces = new Map<LogIndex, { isOver: boolean; readonly cancel: () => void }>();

  constructor(options: AgreementOptions) {
    this.#options = options;
  }

  /** The newest that was told of the own state. */
  get newest(): { readonly index: LogIndex; readonly hash: string } | undefined {
    const last = [...(this.#told.get(this.#options.self) ?? [])].at(-1);
    return last === undefined ? undefined : { index: last[0], hash: last[1] };
  }

  /** Somebody has told the hash of that index, and it is remembered. */
  isTold(index: LogIndex): boolean {
    for (const hashes of this.#told.values()) if (hashes.has(index)) return true;
    return false;
  }

  /** The state here has applied `index`, and has that hash. */
  onApplied(index: LogIndex, hash: string): void {
    this.#options.tell(index, hash);
    this.onTold(this.#options.self, index, hash);
  }

  onTold(from: StoreId, index: LogIndex, hash: string): void {
    const members = new Set(membersOf(this.#options.configuration()).map(({ storeId }) => storeId));
    if (!members.has(from)) return;
    for (const storeId of this.#told.keys()) if (!members.has(storeId)) this.#leave(storeId);
    const hashes = this.#told.get(from) ?? new Map<LogIndex, string>();
    this.#told.set(from, hashes);
    hashes.set(index, hash);
    if (hashes.size > limits.stateHashesKept) hashes.delete(Math.min(...hashes.keys()) as LogIndex); // G4
    this.#compareAt(index);
    this.#options.onChange();
  }

  /** The own state was found to differ in an earlier run: so it does until a comparison at `index` or later says otherwise. */
  suspect(index: LogIndex): void {
    this.#found.set(this.#options.self, { index, differs: true });
  }

  /** What it told is of no account any more; it may tell the same again. */
  forget(storeId: StoreId): void {
    this.#told.delete(storeId);
    this.#options.onChange();
  }

  standingOf(storeId: StoreId): Standing {
    const found = this.#found.get(storeId);
    const later = [...(this.#told.get(storeId)?.keys() ?? [])].filter((index) => index > (found?.index ?? 0));
    const undecided = later.findLast((index) => this.#isUndecided(index));
    if (undecided !== undefined) return { kind: 'undecided', index: undecided };
    return found?.differs === true ? { kind: 'differs', index: found.index } : { kind: 'trusted' };
  }

  stop(): void {
    for (const { cancel } of this.#graces.values()) cancel();
    this.#graces.clear();
  }

  #leave(storeId: StoreId): void {
    this.#told.delete(storeId);
    this.#found.delete(storeId);
  }

  /** G2. */
  #compareAt(index: LogIndex): void {
    const right = this.#majorityAt(index);
    if (right === undefined) return this.#maybeGrace(index);
    for (const [storeId, hashes] of this.#told) {
      const hash = hashes.get(index);
      if (hash === undefined || (this.#found.get(storeId)?.index ?? 0) > index) continue;
      this.#found.set(storeId, { index, differs: hash !== right });
    }
  }

  /** What the voters told of an index. */
  #ballot(index: LogIndex): readonly (string | undefined)[] {
    return this.#options.configuration().voters.map(({ storeId }) => this.#told.get(storeId)?.get(index));
  }

  #majorityAt(index: LogIndex): string | undefined {
    const ballot = this.#ballot(index);
    return ballot.find(
      (hash) => hash !== undefined && ballot.filter((other) => other === hash).length * 2 > ballot.length,
    );
  }

  #differsAt(index: LogIndex): boolean {
    return new Set(this.#ballot(index).filter((hash) => hash !== undefined)).size > 1;
  }

  /** G3. Only asked where there is no majority. */
  #isUndecided(index: LogIndex): boolean {
    if (!this.#differsAt(index)) return false;
    const { self, isLinked, configuration } = this.#options;
    const isAwaited = ({ storeId }: Member): boolean =>
      (storeId === self || isLinked(storeId)) && this.#told.get(storeId)?.has(index) !== true;
    return this.#graces.get(index)?.isOver === true || !configuration().voters.some(isAwaited);
  }

  #maybeGrace(index: LogIndex): void {
    if (this.#graces.has(index) || !this.#differsAt(index)) return;
    const { clock, onChange } = this.#options;
    const cancel = clock.after(limits.stateHashGraceMs, () => {
      grace.isOver = true;
      onChange();
    });
    const grace = { isOver: false, cancel };
    this.#graces.set(index, grace);
    const oldest = [...this.#graces.keys()][0];
    if (oldest === undefined || this.#graces.size <= limits.stateHashesKept) return;
    this.#graces.get(oldest)?.cancel();
    this.#graces.delete(oldest); // G4
  }
}
