// What a peer finds on its simulated disk when it starts, in the form in which a core wants it.

import type { Configuration, Entry, Genesis, HardState, LogBase, LogIndex, Term } from '../../raft/types.ts';
import { asIndex } from '../../raft/types.ts';
import { assert, present } from '../../src/lib/assert.ts';
import { configurationIn, type StateImage } from './state-machine.ts';

export interface Restored {
  readonly hardState: HardState;
  readonly base: LogBase;
  readonly lastIndex: LogIndex;
  readonly termRuns: readonly { readonly from: LogIndex; readonly term: Term }[];
  readonly tail: readonly Entry[];
  readonly genesis: Genesis;
  readonly configurations: readonly Configuration[];
  readonly impaired: boolean;
  /** Everything behind the base. */
  readonly log: readonly Entry[];
  readonly state: StateImage;
}

type Image = Pick<Restored, 'hardState' | 'base' | 'log' | 'genesis'>;

/** The newest `read` entries come at once. */
export function restoredFrom(
  { hardState, base, log, genesis }: Image,
  read: number,
): Omit<Restored, 'impaired' | 'state'> {
  const termRuns: { from: LogIndex; term: Term }[] = [];
  if (base.index >= 1) termRuns.push({ from: base.index, term: base.term });
  for (const { index, term } of log) if (termRuns.at(-1)?.term !== term) termRuns.push({ from: index, term });
  return {
    hardState,
    base,
    lastIndex: asIndex(base.index + log.length),
    termRuns,
    tail: log.slice(log.length - read),
    genesis,
    configurations: log.flatMap((entry) => (entry.index === 1 ? [] : (configurationIn(entry) ?? []))),
    log,
  };
}

/** The place at which a log behind `base` is cut. */
export function baseAt(index: LogIndex, base: LogBase, log: readonly Entry[]): LogBase {
  const cut = log.slice(0, index - base.index);
  const { term, time } = present(cut.at(-1), 'something is cut off');
  const newest = cut.findLast((entry) => configurationIn(entry) !== undefined);
  const configuration = newest === undefined ? base.configuration : configurationIn(newest);
  return { index, term, time, configuration };
}

/** The genesis record in the first entry of a log. */
export function genesisOf(log: readonly Entry[]): Genesis {
  const first = present(log[0], 'a log begins with its genesis');
  assert(first.payload.kind === 'genesis', 'the first entry is the genesis record');
  return first.payload.genesis;
}
