// The whole log of a peer that does not run, applied to its state, as if all of it were committed.

import { asIndex, type Entry } from '../../raft/types.ts';
import { present } from '../lib/assert.ts';
import { systemClock } from '../lib/clock.ts';
import { limits } from '../lib/limits.ts';
import { Applier } from '../peer/applier.ts';
import { emptyStateHash } from '../state/state-hash.ts';
import { State } from '../state/state.ts';
import type { Storage } from '../storage/open.ts';

/** Leaves the state on disk as of the last entry, and answers that entry's time. Throws `DISK_FAILED`. */
export async function replay({ log, state: store, codec }: Storage): Promise<number> {
  const { lastIndex, base, genesis } = log.restored;
  const { snapshot, rows } = await store.load();
  const applied = snapshot?.index ?? 0;
  const hash = snapshot?.hash ?? emptyStateHash;
  const clusterId = applied === 0 ? '' : present(genesis, 'a state belongs to a cluster').clusterId;
  const failures: unknown[] = [];
  const applier = new Applier({
    state: new State({ applied, clusterId, rows, hash }),
    store,
    codec,
    clock: systemClock,
    events: {
      onApplied: () => undefined,
      onChanges: () => undefined,
      onFlushed: () => undefined,
      onFatal: (error) => failures.push(error),
    },
  });
  let time = snapshot?.time ?? base.time;
  for (let next = applied + 1; next <= lastIndex && failures.length === 0;) {
    const entries: readonly Entry[] = await log.read({
      from: asIndex(next),
      to: asIndex(lastIndex + 1),
      bytesMax: limits.logTailBytesMax,
    });
    for (const entry of entries) applier.apply(entry);
    const last = present(entries.at(-1), 'what the log holds can be read');
    next = last.index + 1;
    time = last.time;
  }
  await applier.stop();
  for (const failure of failures) throw failure;
  return time;
}
