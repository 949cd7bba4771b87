// A peer that founds a cluster of one, with parts in memory.

import { raftDefaults } from '../../raft/config.ts';
import { asPeerId } from '../../raft/types.ts';
import { compactionDefaults } from '../../src/peer/compactor.ts';
import { Peer } from '../../src/peer/peer.ts';
import type { PeerOptions } from '../../src/peer/peer-options.ts';
import { createCommandCodec } from '../../src/storage/codec.ts';
import { MemoryStateStore } from '../storage/memory-state-store.ts';
import { MemoryIncarnations } from './memory-incarnations.ts';

export const peerId = asPeerId('p1');

/** Fails loudly unless `options` has an `onFatal` of its own. */
export function openPeer(
  options: Pick<PeerOptions, 'log' | 'clock' | 'transport'> & Partial<PeerOptions>,
): Promise<Peer> {
  return Peer.open({
    clusterName: 'home',
    founders: [{ peerId, api: 'http://127.0.0.1:1', raft: '127.0.0.1:2' }],
    peerId,
    joins: false,
    version: '0',
    raftConfig: raftDefaults,
    compaction: compactionDefaults,
    incarnations: new MemoryIncarnations(),
    doubts: { stand: false, note: () => Promise.resolve() },
    stateStore: new MemoryStateStore(),
    codec: createCommandCodec(),
    seed: 1,
    requestId: () => 'id',
    hash: () => 'c1',
    report: () => undefined,
    onFatal: (error) => {
      throw error;
    },
    ...options,
  });
}
