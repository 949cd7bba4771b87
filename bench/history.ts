// The data directory of a peer with a long life: as many entries as asked for, written and flushed as a peer does it.

import {
  asClusterId,
  asIndex,
  asOperation,
  asPeerId,
  asTerm,
  type Configuration,
  type Entry,
  type Genesis,
} from '../raft/types.ts';
import { hash128 } from '../src/lib/hash.ts';
import { limits } from '../src/lib/limits.ts';
import type { CommandCodec } from '../src/peer/ports.ts';
import { State } from '../src/state/state.ts';
import { emptyStateHash } from '../src/state/state-hash.ts';
import { openStorage } from '../src/storage/open.ts';

export const historyPeer = {
  clusterName: 'bench',
  peerId: asPeerId('p1'),
  api: 'http://127.0.0.1:1',
  raft: '127.0.0.1:2',
};

const startMs = 1_700_000_000_000;
const entriesPerBatch = 500;
/** Settings that the history writes to, again and again. */
const settings = 10_000;
const dataBytes = 256;
const term = asTerm(1);

export interface History {
  readonly entries: number;
  /** Entries at the end that the state on disk has not applied; all: there is none. */
  readonly unflushed: number;
  /** The log is cut behind the state, as a compactor leaves it; else all of it is there. */
  readonly isCut: boolean;
}

export async function writeHistory(directory: string, { entries, unflushed, isCut }: History): Promise<void> {
  const storage = await openStorage({ directory, peerId: historyPeer.peerId });
  const { log, state: store, codec } = storage;
  const member = { ...historyPeer, storeId: log.identity.storeId };
  const { clusterName: name, ...founder } = member;
  const genesis: Genesis = { clusterId: asClusterId(hash128('bench')), name, founders: [founder] };
  const configuration: Configuration = {
    index: asIndex(1),
    voters: [founder],
    outgoing: [],
    learners: [],
    removed: [],
  };
  await log.joinCluster(genesis.clusterId);
  const state = new State({ applied: 0, clusterId: '', rows: new Map(), hash: emptyStateHash });
  let bytes = 0;
  const flush = async (): Promise<void> => {
    bytes = 0;
    const index = asIndex(state.appliedIndex);
    await store.flush({ snapshot: { index, term, time: startMs, configuration }, rows: state.takeDirty() });
    if (isCut) await log.compact(asIndex(Math.max(0, index - limits.logKeepEntries)));
  };
  for (let from = 1; from <= entries; from += entriesPerBatch) {
    const count = Math.min(entriesPerBatch, entries + 1 - from);
    const batch = Array.from({ length: count }, (_, i) => entryAt(from + i, genesis, codec));
    await log.persist({
      operation: asOperation(from),
      install: undefined,
      mended: false,
      hardState: from === 1 ? { term, vote: undefined } : undefined,
      truncateFrom: undefined,
      entries: batch,
    });
    for (const entry of batch) {
      if (entry.index > entries - unflushed) continue;
      bytes += dataBytes;
      state.apply(applicable(entry, codec));
    }
    if (bytes >= limits.flushBytesMax) await flush();
  }
  if (unflushed < entries) await flush();
  await storage.close();
}

function entryAt(index: number, genesis: Genesis, codec: CommandCodec): Entry {
  const payload: Entry['payload'] =
    index === 1
      ? { kind: 'genesis', genesis }
      : {
          kind: 'command',
          data: codec.encode({
            kind: 'setting.put',
            schema: 1,
            requestId: `request-${index}`,
            name: `setting-${(index * 7_919) % settings}`,
            data: 'x'.repeat(dataBytes),
          }),
        };
  return { index: asIndex(index), term, time: startMs + index, payload };
}

function applicable({ payload, ...entry }: Entry, codec: CommandCodec): Parameters<State['apply']>[0] {
  return payload.kind === 'command'
    ? { ...entry, payload: { kind: 'command', command: codec.decode(payload.data) } }
    : { ...entry, payload: { kind: 'genesis', clusterId: 'bench' } };
}
