// A process that starts the peer of a data directory, alone in its cluster, and says how long that took and what memory.

import { randomUUID } from 'node:crypto';
import { raftDefaults } from '../raft/config.ts';
import { systemClock } from '../src/lib/clock.ts';
import { hash128 } from '../src/lib/hash.ts';
import { limits } from '../src/lib/limits.ts';
import { compactionDefaults } from '../src/peer/compactor.ts';
import { Peer } from '../src/peer/peer.ts';
import type { Transport } from '../src/peer/ports.ts';
import { openStorage } from '../src/storage/open.ts';
import { historyPeer } from './history.ts';

const MiB = 1024 * 1024;

/** Nobody to talk to. */
const transport: Transport = {
  start: () => Promise.resolve(),
  setPeers: () => undefined,
  send: () => false,
  reconnect: () => undefined,
  stop: () => Promise.resolve(),
};

const startedMs = performance.now();
const since = (ms: number): number => Math.round(performance.now() - ms);
const { peerId, clusterName, api, raft } = historyPeer;
const storage = await openStorage({ directory: process.argv[2] ?? '', peerId });
const peer = await Peer.open({
  clusterName,
  founders: [{ peerId, api, raft }],
  peerId,
  joins: false,
  version: '0',
  raftConfig: { ...raftDefaults, tickMs: limits.tickMs },
  compaction: compactionDefaults,
  log: storage.log,
  incarnations: storage.incarnations,
  doubts: storage.doubts,
  stateStore: storage.state,
  codec: storage.codec,
  transport,
  clock: systemClock,
  seed: 1,
  requestId: () => randomUUID(),
  hash: hash128,
  report: () => undefined,
  onFatal: (error) => {
    throw error;
  },
});
const openMs = since(startedMs);
const from = peer.view.appliedIndex;
await peer.start();
for (let isReady = false; !isReady;)
  isReady = await peer.readBarrier().then(
    () => true,
    () => false,
  );
const readyMs = since(startedMs);
const memory = process.memoryUsage();
const figures = {
  openMs,
  readyMs,
  applied: peer.view.appliedIndex - from,
  rssMiB: Math.round(memory.rss / MiB),
  peakMiB: Math.round(process.resourceUsage().maxRSS / 1024),
};
await peer.stop();
await storage.close();
process.stdout.write(`${JSON.stringify(figures)}\n`);
