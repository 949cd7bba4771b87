// What a start may make of a data directory in which one bit is flipped.
//
// J1. What is served is true: entries as they were written, from the beginning of the log on; rows as they were flushed.
// J2. Whoever lost entries, or what was promised in a term, says so (impaired).
// J3. The log begins at or before the state, so that the rest can be applied again.

import { isDeepStrictEqual } from 'node:util';
import type { StoreIdentity } from '../../src/peer/ports.ts';
import { flushedIndexOf, lastIndexOf } from '../crash/model.ts';
import type { Found } from '../crash/play.ts';
import type { Fixture } from './fixture.ts';

/** Everything is there; the state is older, and the log makes up for it; or it says what it lost. */
export type Verdict = 'whole' | 'replayed' | 'impaired';

/** How the peer stands, or throws with what is wrong. */
export function judgeFlipped(found: Found, { disk, flushed }: Fixture, was: StoreIdentity): Verdict {
  const { log } = disk;
  const applied = flushedIndexOf(found);
  const last = found.base.index + found.entries.length;
  assertThat(found.storeId === was.storeId && found.clusterId === was.clusterId, 'it is who it was');
  assertThat(found.incarnation > was.incarnation, 'no incarnation is told twice');
  const isPrefix = found.entries.every((entry) =>
    isDeepStrictEqual(entry, log.entries[entry.index - log.start.index - 1]),
  );
  assertThat(isPrefix, 'entries are those that were written'); // J1
  if (found.base.index > 0) {
    const cut = log.entries[found.base.index - log.start.index - 1];
    assertThat(cut?.term === found.base.term && cut.time === found.base.time, 'the base is an entry');
  }
  const state = flushed.find((one) => flushedIndexOf(one) === applied);
  assertThat(state !== undefined && isDeepStrictEqual(found.rows, state.rows), 'rows are of one flush'); // J1
  assertThat(found.base.index <= applied, 'the log goes on from the state'); // J3
  assertThat(applied <= last, 'the state is within the log');
  const isLost = last < lastIndexOf(log) || !isDeepStrictEqual(found.hardState, log.hardState);
  assertThat(!isLost || found.impaired, 'what is lost is told'); // J2
  assertThat(found.hardState.term <= log.hardState.term, 'no term is made up');
  if (found.impaired) return 'impaired';
  return applied < flushedIndexOf(disk.state) ? 'replayed' : 'whole';
}

function assertThat(holds: boolean, what: string): void {
  if (!holds) throw new Error(`it does not hold that ${what}`);
}
