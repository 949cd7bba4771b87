// The parts of a plan, each drawn by itself: time-outs and windows, network, disk, transfers, cuts of logs, changes of members.

import { raftDefaults, type RaftConfig } from '../../raft/config.ts';
import type { Prng } from '../../src/lib/prng.ts';
import {
  type Compaction,
  type DiskFaults,
  drawFrom,
  type MemberChanges,
  type NetworkFaults,
  type TransferFaults,
} from './faults.ts';

/** Time-outs as shipped or shorter; windows, queues and cache from tight to wide. */
export function drawRaftConfig(prng: Prng): RaftConfig {
  const pick = (...choices: readonly number[]): number =>
    choices[prng.int({ from: 0, to: choices.length })] ?? 0;
  const heartbeatMs = pick(30, 50, 100);
  const appendBytesMax = pick(64, 64, 512, raftDefaults.appendBytesMax);
  const electionMinMs = heartbeatMs * pick(3, 5);
  return {
    tickMs: Math.min(50, heartbeatMs / 2),
    priority: 'normal',
    heartbeatMs,
    electionMinMs,
    // The narrower the range, the more candidates meet in one term; within one tick they would meet for ever.
    electionMaxMs: electionMinMs + heartbeatMs * pick(1, 2, 5, 10, 10),
    failoverMinMs: pick(1, 10),
    failoverMaxMs: pick(20, 50),
    appendBytesMax,
    inflightMessagesMax: pick(1, 4, 64),
    inflightBytesMax: Math.max(appendBytesMax, pick(256, 4_096, raftDefaults.inflightBytesMax)),
    uncommittedMax: pick(4, 64, 8_192),
    uncommittedBytesMax: pick(1_024, raftDefaults.uncommittedBytesMax),
    applyingMax: pick(1, 16, 4_096),
    readsMax: pick(2, 8_192),
    cacheBytesMax: pick(0, 256, 4_096, raftDefaults.cacheBytesMax),
  };
}

export function drawNetwork(prng: Prng): NetworkFaults {
  const some = (chance: number, most: number): number => (prng.chance(chance) ? prng.fraction() * most : 0);
  return {
    delayMs: { from: 0.1, to: 0.2 + some(0.5, 40) + 1 },
    lossChance: some(0.5, 0.2),
    duplicateChance: some(0.4, 0.2),
    reorder: prng.chance(0.5),
    slowChance: some(0.4, 0.1),
    slowMs: { from: 50, to: prng.chance(0.5) ? 600 : 3_000 },
  };
}

export function drawDisk(prng: Prng, electionMaxMs: number): DiskFaults {
  const slowest = prng.chance(0.3) ? 80 : 6;
  return {
    syncMs: { from: 0.3, to: slowest },
    readMs: { from: 0.1, to: slowest },
    hangChance: prng.chance(0.4) ? prng.fraction() * 0.02 : 0,
    hangMs: { from: 100, to: 2_500 },
    stallMs: prng.chance(0.6) ? electionMaxMs * drawFrom(prng, { from: 0.2, to: 1.5 }) : undefined,
  };
}

export function drawTransfers(prng: Prng, electionMaxMs: number): TransferFaults {
  return {
    ms: { from: 1, to: prng.chance(0.5) ? 50 : 3 * electionMaxMs },
    answerMs: { from: 0.1, to: prng.chance(0.7) ? 5 : electionMaxMs },
    failChance: prng.chance(0.5) ? prng.fraction() * 0.5 : 0,
    twiceChance: prng.chance(0.5) ? prng.fraction() * 0.5 : 0,
  };
}

export function drawCompaction(prng: Prng): Compaction {
  return {
    chance: prng.chance(0.5) ? 1 : prng.fraction(),
    keep: { from: 0, to: prng.chance(0.5) ? 1 : 20 },
    heedsFollowers: prng.chance(0.3),
  };
}

export function drawMembers(prng: Prng): MemberChanges {
  const weigh = (): number => prng.fraction() ** 2;
  return {
    everyMs: drawFrom(prng, prng.chance(0.5) ? { from: 20, to: 200 } : { from: 200, to: 2_000 }),
    votersMin: prng.chance(0.7) ? 3 : prng.int({ from: 1, to: 3 }),
    membersMax: prng.int({ from: 4, to: 8 }),
    weights: { add: weigh(), replace: weigh(), remove: weigh(), promote: weigh() / 3 },
  };
}
