// The life of a peer: what a stop may find half-done.

import { expect, test } from 'vitest';
import { raftDefaults } from '../../raft/config.ts';
import { asPeerId, asStoreId, type PersistOperation } from '../../raft/types.ts';
import { compactionDefaults } from '../../src/peer/compactor.ts';
import { Peer } from '../../src/peer/peer.ts';
import type { Transport } from '../../src/peer/ports.ts';
import { createCommandCodec } from '../../src/storage/codec.ts';
import { FakeClock } from '../lib/fake-clock.ts';
import { emptyImage, MemoryLogStore } from '../storage/memory-log-store.ts';
import { MemoryStateStore } from '../storage/memory-state-store.ts';

/** A log whose writes begin at once and end when told to. */
class SlowLog extends MemoryLogStore {
  readonly ends: (() => void)[] = [];

  override async persist(operation: PersistOperation): Promise<void> {
    await new Promise<void>((end) => void this.ends.push(end));
    return super.persist(operation);
  }
}

const transport: Transport = {
  start: () => Promise.resolve(),
  setPeers: () => undefined,
  send: () => false,
  reconnect: () => undefined,
  stop: () => Promise.resolve(),
};

test('a peer that is told to stop while it writes its genesis waits for the write, and does not begin to run', async () => {
  const peerId = asPeerId('p1');
  const log = new SlowLog(emptyImage(peerId, asStoreId('s1')));
  const clock = new FakeClock();
  const peer = await Peer.open({
    clusterName: 'home',
    founders: [{ peerId, api: 'http://127.0.0.1:1', raft: '127.0.0.1:2' }],
    peerId,
    joins: false,
    version: '0',
    raftConfig: raftDefaults,
    compaction: compactionDefaults,
    log,
    stateStore: new MemoryStateStore(),
    codec: createCommandCodec(),
    transport,
    clock,
    seed: 1,
    requestId: () => 'id',
    hash: () => 'c1',
    report: () => undefined,
    onFatal: (error) => {
      throw error;
    },
  });
  await peer.start();
  expect(log.ends).toHaveLength(1);
  let hasStopped = false;
  const stopped = peer.stop().then(() => (hasStopped = true));
  await new Promise((resolve) => setImmediate(resolve));
  expect(hasStopped).toBe(false);
  log.ends[0]?.();
  await stopped;
  clock.advance(raftDefaults.electionMaxMs * 10);
  expect(log.ends).toHaveLength(1);
  expect(clock.timers).toBe(0);
  expect(peer.notReady()).toEqual(['this peer is stopping']);
});
