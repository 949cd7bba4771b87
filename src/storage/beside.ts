// A log and the state beside it: whether they go together, and what the log must begin with if they do not.
//
// Z1. The state may be behind the log, within it: the entries between are applied again. It is never ahead of it, nor
//     at an entry that the log does not hold, but for a snapshot whose installation was interrupted (R10).
// Z2. Where they do not go together, entries of this disk were lost: the log begins anew, behind the state. Without a
//     state it holds genesis alone, and the others send the rest.

import { asIndex, asTerm, type Entry, type Genesis, type LogBase, noBase } from '../../raft/types.ts';
import type { EntryIndex } from './entry-index.ts';

/** As the state's store tells when it is loaded. */
export interface StateBeside {
  /** Up to where it has applied the log; undefined for an empty state. */
  readonly snapshot: LogBase | undefined;
  /** That is a snapshot that was installed, and nothing was applied since. */
  readonly installed: boolean;
}

/** How a log begins anew. */
export interface Beginning {
  readonly base: LogBase;
  readonly entries: readonly Entry[];
  /** Entries that may have been acknowledged were lost. */
  readonly isLoss: boolean;
}

/** Undefined when they go together. `state`: undefined when there is none to judge by. */
export function judgeBeside(index: EntryIndex, state: StateBeside | undefined): Beginning | undefined {
  const applied = state?.snapshot;
  const { base, genesis, lastIndex } = index;
  const isEmpty = lastIndex === 0 && genesis !== undefined; // of a store that has joined: it held genesis
  if (applied !== undefined) {
    if (!isEmpty && index.termAt(applied.index) === applied.term) return undefined;
    const isLoss = isEmpty || !(state?.installed === true && applied.index > base.index);
    return { base: applied, entries: [], isLoss };
  }
  const isBehind = state !== undefined && base.index > 0;
  if (genesis === undefined || !(isEmpty || isBehind)) return undefined;
  return { base: noBase, entries: [genesisEntry(genesis)], isLoss: true };
}

function genesisEntry(genesis: Genesis): Entry {
  return { index: asIndex(1), term: asTerm(1), time: 0, payload: { kind: 'genesis', genesis } };
}
