// A peer that founds a cluster of one, with parts in memory.

import { raftDefaults } from '../../raft/config.ts';
import { asPeerId } from '../../raft/types.ts';
import { compactionDefaults } from '../../src/peer/compactor.ts';
import { Peer } from '../../src/peer/peer.ts';
import type { PeerOptions } from '../../src/peer/peer-options.ts';
import type { Transport } from '../../src/peer/ports.ts';
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

/** Reaches nobody. Its end takes as long as a test likes. */
export class LoneTransport implements Transport {
  started: Parameters<Transport['start']>[0] | undefined;
  stops = 0;
  end: Promise<void> = Promise.resolve();

  async start(options: Parameters<Transport['start']>[0]): Promise<void> {
    this.started = options;
  }

  setPeers(): void {}

  send(): boolean {
    return false;
  }

  reconnect(): void {}

  stop(): Promise<void> {
    this.stops += 1;
    return this.end;
  }
}
