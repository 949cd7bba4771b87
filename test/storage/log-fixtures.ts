// Entries and operations for tests of the log.

import {
  asIndex,
  asOperation,
  asPeerId,
  asStoreId,
  asTerm,
  type Entry,
  type Genesis,
  type HardState,
  type Membership,
  type PersistOperation,
  type Snapshot,
} from '../../raft/types.ts';
import { present } from '../../src/lib/assert.ts';
import type { LogStore } from '../../src/peer/ports.ts';

export const peerId = asPeerId('pi-1');
export const someStore = asStoreId('0123456789abcdef0123456789abcdef');
export const clock = { monotonicMs: () => 0, after: () => () => undefined };

export const genesis: Genesis = {
  clusterId: 'c'.repeat(32) as Genesis['clusterId'],
  name: 'home',
  founders: [{ storeId: someStore, peerId, api: 'http://127.0.0.1:6060', raft: '127.0.0.1:7060' }],
};

export const genesisEntry: Entry = {
  index: asIndex(1),
  term: asTerm(1),
  time: 0,
  payload: { kind: 'genesis', genesis },
};

const founder = present(genesis.founders[0], 'somebody founds');

export const membership: Membership = {
  voters: [founder],
  outgoing: [],
  learners: [
    { ...founder, storeId: asStoreId('2'.repeat(32)), wants: 'voter', replaces: someStore },
    { ...founder, storeId: asStoreId('3'.repeat(32)), wants: 'learner', replaces: undefined },
  ],
  removed: [asStoreId('4'.repeat(32))],
};

export function configuration(index: number, term: number): Entry {
  return {
    index: asIndex(index),
    term: asTerm(term),
    time: 0,
    payload: { kind: 'configuration', membership },
  };
}

export function command(
  index: number,
  options: { term?: number; bytes?: number; fill?: number } = {},
): Entry {
  const { term = 1, bytes = 16, fill = index % 251 } = options;
  const data = new Uint8Array(bytes).fill(fill);
  return {
    index: asIndex(index),
    term: asTerm(term),
    time: 1_000 + index,
    payload: { kind: 'command', data },
  };
}

export function commands(from: number, to: number, options: { term?: number; bytes?: number } = {}): Entry[] {
  return Array.from({ length: to - from }, (_, i) => command(from + i, options));
}

export function snapshotAt(index: number, term: number): Snapshot {
  const configuration = { ...membership, index: asIndex(1) };
  return {
    index: asIndex(index),
    term: asTerm(term),
    time: 1_000 + index,
    configuration,
    hash: 'f'.repeat(32),
  };
}

export function persistOf(change: {
  hardState?: HardState;
  install?: Snapshot;
  truncateFrom?: number;
  entries?: readonly Entry[];
  mended?: boolean;
}): PersistOperation {
  return {
    operation: asOperation(1),
    install: change.install,
    mended: change.mended ?? false,
    hardState: change.hardState,
    truncateFrom: change.truncateFrom === undefined ? undefined : asIndex(change.truncateFrom),
    entries: change.entries ?? [],
  };
}

/** Every entry behind the base, read in pieces. */
export async function readAll(log: LogStore, lastIndex: number): Promise<Entry[]> {
  const found: Entry[] = [];
  for (;;) {
    const from = asIndex(log.base + found.length + 1);
    if (from > lastIndex) break;
    found.push(...(await log.read({ from, to: asIndex(lastIndex + 1), bytesMax: 4_096 })));
  }
  return found.map(plain);
}

/** The same entry with its bytes as a plain array, so that a Buffer equals a Uint8Array. */
export function plain(entry: Entry): Entry {
  if (entry.payload.kind !== 'command') return entry;
  return { ...entry, payload: { kind: 'command', data: Uint8Array.from(entry.payload.data) } };
}
