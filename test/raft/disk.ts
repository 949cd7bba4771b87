// The durable image of one core under test: hard state and entries, and what a restart is told of them.

import { assert } from '../../src/lib/assert.ts';
import type { Configuration, Entry, HardState, PersistOperation } from '../../raft/types.ts';

/** What survives a crash. */
export interface Disk {
  hardState: HardState;
  entries: Entry[];
}

export function termRunsOf(entries: readonly Entry[]): { from: Entry['index']; term: Entry['term'] }[] {
  return entries
    .filter((entry, i) => entries[i - 1]?.term !== entry.term)
    .map((entry) => ({ from: entry.index, term: entry.term }));
}

export function configurationsOf(entries: readonly Entry[]): Configuration[] {
  return entries.flatMap(({ index, payload }) =>
    payload.kind === 'configuration' ? [{ ...payload.membership, index }] : [],
  );
}

/** The operation is durable. */
export function writeTo(disk: Disk, operation: PersistOperation): void {
  if (operation.hardState !== undefined) disk.hardState = operation.hardState;
  if (operation.truncateFrom !== undefined) disk.entries.length = operation.truncateFrom - 1;
  for (const entry of operation.entries) {
    assert(entry.index === disk.entries.length + 1, 'a write leaves no gap');
    disk.entries.push(entry);
  }
}
