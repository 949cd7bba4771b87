// What may go wrong in a run, drawn from its seed: swarm testing. Each seed leaves most kinds of fault out, and draws how bad the
// others are: all at once, everywhere, would only show clusters that never get anything done, and what one fault does would
// hide what another would have shown. Some seeds set the stage for one kind of trouble.

import { raftDefaults } from '../../raft/config.ts';
import type { Prng } from '../../src/lib/prng.ts';
import {
  drawCompaction,
  drawDisk,
  drawMembers,
  drawNetwork,
  drawRaftConfig,
  drawTransfers,
} from './draw-parts.ts';
import { drawFrom, type FaultPlan, type Recurring, type Span } from './faults.ts';

/** The plan of one seed. */
export function drawFaults(prng: Prng): FaultPlan {
  const plan = drawPlan(prng);
  const drawn = prng.fraction();
  if (drawn < 0.23) return crawling(plan, prng);
  if (drawn < 0.26) return belating(plan, prng);
  if (drawn < 0.39) return stranding(plan, prng);
  if (drawn < 0.43) return receiving(plan, prng);
  if (drawn < 0.55) return usurping(plan, prng);
  if (drawn < 0.65) return forgetting(plan, prng);
  return drawn < 0.97 ? plan : belating(plan, prng);
}

/** Replication crawls and leaders die young: entries of many terms meet (§5.4.2). */
function crawling(plan: FaultPlan, prng: Prng): FaultPlan {
  const raft = { ...plan.raft, appendBytesMax: 64, inflightMessagesMax: 1 };
  const network = { ...plan.network, delayMs: { from: 1, to: drawFrom(prng, { from: 5, to: 30 }) } };
  return { ...plan, raft, network, crash: undefined, crashLeaderChance: prng.fraction() * 0.3 };
}

/** Of three voters two are left most of the time. */
const dwindling = { membersMax: 3, weights: { add: 1, replace: 0.2, remove: 2, promote: 0.2 } };

/** Leaders are cut off as they change the members, while the others cut their logs: snapshots meet what was never committed. */
function stranding(plan: FaultPlan, prng: Prng): FaultPlan {
  const { electionMaxMs } = plan.raft;
  const votersMin = prng.int({ from: 1, to: 4 });
  const members = { ...drawMembers(prng), votersMin, ...(votersMin === 1 ? dwindling : {}) };
  return {
    ...plan,
    members,
    damage: members.votersMin < 3 ? undefined : plan.damage,
    flushEveryMs: drawFrom(prng, { from: 20, to: 150 }),
    compaction: { chance: 1, keep: { from: 0, to: 2 }, heedsFollowers: false },
    strand: { everyMs: 3 * electionMaxMs, lastsMs: { from: electionMaxMs, to: 4 * electionMaxMs } },
    isolateChance: prng.chance(0.5) ? prng.fraction() : 0,
    deposeSenderChance: prng.chance(0.5) ? prng.fraction() * 0.3 : 0,
    laggards: prng.chance(0.5) ? 1 : 0,
    laggardMs: { from: 5, to: drawFrom(prng, { from: 20, to: 150 }) },
    cut: undefined,
  };
}

/** Little is written; one peer and the leader lose sight of each other; and when it campaigns, the leader hears hardly anyone. */
function usurping(plan: FaultPlan, prng: Prng): FaultPlan {
  const { electionMaxMs } = plan.raft;
  const lastsMs = { from: electionMaxMs, to: 4 * electionMaxMs };
  return {
    ...plan,
    peers: prng.chance(0.5) ? 5 : plan.peers,
    thinkMs: { from: 1, to: drawFrom(prng, { from: 1_000, to: 5_000 }) },
    part: { everyMs: 3 * electionMaxMs, lastsMs },
    deafenLeaderChance: drawFrom(prng, { from: 0.3, to: 1 }),
    transferEveryMs: prng.chance(0.5) ? electionMaxMs : undefined,
    cut: prng.chance(0.5) ? { everyMs: 3 * electionMaxMs, lastsMs } : undefined,
    crash: undefined,
    ...(prng.chance(0.5) ? swift(plan, prng) : {}),
  };
}

/** An election takes less than the time in which a leader that hears nobody may still take itself for the one. */
function swift(plan: FaultPlan, prng: Prng): Partial<FaultPlan> {
  const raft = { ...plan.raft, heartbeatMs: 100, electionMinMs: 500, electionMaxMs: 600 };
  return {
    raft,
    tickMs: drawFrom(prng, { from: 10, to: 20 }),
    applyMs: { from: 0, to: 0 },
    network: { ...plan.network, delayMs: { from: 0.1, to: 2 }, lossChance: 0, slowChance: 0 },
    disk: { ...plan.disk, syncMs: { from: 0.3, to: 3 }, hangChance: 0 },
  };
}

/**
 * Three peers; a leader is cut off, and one of the others forgets that it elected a second one, and what it said to the first, some of
 * which is still on its way.
 */
function forgetting(plan: FaultPlan, prng: Prng): FaultPlan {
  const [heartbeatMs, electionMinMs, electionMaxMs] = [30, 90, 390];
  return {
    ...plan,
    peers: 3,
    members: undefined,
    raft: { ...plan.raft, tickMs: 15, heartbeatMs, electionMinMs, electionMaxMs },
    tickMs: drawFrom(prng, { from: 10, to: 15 }),
    thinkMs: { from: 1, to: drawFrom(prng, { from: 10, to: 60 }) },
    network: {
      ...plan.network,
      delayMs: { from: 0.1, to: 3 },
      lossChance: 0,
      slowChance: prng.chance(0.5) ? prng.fraction() * 0.2 : 0,
      slowMs: { from: 5, to: 10 * heartbeatMs },
      reorder: true,
    },
    disk: { ...plan.disk, syncMs: { from: 0.3, to: 5 }, hangChance: 0, stallMs: undefined },
    strand: { everyMs: 3 * electionMaxMs, lastsMs: { from: electionMaxMs, to: 2 * electionMaxMs } },
    damage: { everyMs: 20 * electionMaxMs, lastsMs: { from: 1, to: heartbeatMs } },
    forgetChance: drawFrom(prng, { from: 0.3, to: 1 }),
    cut: undefined,
    crash: undefined,
    crashAtPersistChance: 0,
    crashLeaderChance: 0,
    crashInElectionChance: 0,
    deafenLeaderChance: 0,
    transferEveryMs: undefined,
    stall: undefined,
    fill: undefined,
    distrust: undefined,
  };
}

/**
 * One leader, which loses sight of all but one of the others, or has somebody join: and what that one says arrives late, when it has
 * forgotten it.
 */
function belating(plan: FaultPlan, prng: Prng): FaultPlan {
  const isJoining = prng.chance(0.5);
  const weights = { add: 1, replace: 1, remove: 1, promote: 0 };
  return {
    ...forgetting(plan, prng),
    members: isJoining ? { everyMs: 60, votersMin: 3, membersMax: 5, weights } : undefined,
    strand: undefined,
    forgetChance: 0,
    belateChance: isJoining ? 1 : prng.fraction() * 0.02,
    damage: isJoining ? { everyMs: 300, lastsMs: { from: 1, to: 30 } } : undefined,
  };
}

/**
 * Logs are always cut short, so that followers are sent snapshots; and one of them dies as it takes one in, or has written much that
 * nobody else has, and hears of another term meanwhile.
 */
function receiving(plan: FaultPlan, prng: Prng): FaultPlan {
  const { electionMinMs, electionMaxMs } = plan.raft;
  const lastsMs = { from: electionMinMs, to: 2 * electionMaxMs };
  const base = {
    ...forgetting(plan, prng),
    raft: { ...plan.raft, uncommittedMax: raftDefaults.uncommittedMax },
    strand: undefined,
    forgetChance: 0,
    damage: undefined,
    flushEveryMs: drawFrom(prng, { from: 20, to: 150 }),
    compaction: { chance: 1, keep: { from: 0, to: 2 }, heedsFollowers: false },
    transfers: { ms: { from: 1, to: 20 }, answerMs: { from: 0.1, to: 3 }, failChance: 0, twiceChance: 0 },
  };
  return prng.chance(0.5)
    ? { ...base, part: { everyMs: 2 * electionMaxMs, lastsMs }, crashReceiverChance: 0.3 }
    : { ...base, strand: { everyMs: 3 * electionMaxMs, lastsMs }, deposeSenderChance: 0.5 };
}

function drawPlan(prng: Prng): FaultPlan {
  const density = [0.2, 0.4, 0.6][prng.int({ from: 0, to: 3 })] ?? 0.4;
  const isOn = (): boolean => prng.chance(density);
  const often = (lastsMs: Span): Recurring | undefined => {
    const everyMs = drawFrom(prng, prng.chance(0.4) ? { from: 60, to: 400 } : { from: 400, to: 3_000 });
    return isOn() ? { everyMs, lastsMs } : undefined;
  };
  const sometimes = (most: number): number => (isOn() ? prng.fraction() * most : 0);
  const raft = drawRaftConfig(prng);
  const { electionMaxMs } = raft;
  const members = isOn() ? drawMembers(prng) : undefined;
  const damage = often({ from: 1, to: electionMaxMs * 2 });
  return {
    peers: [3, 3, 3, 4, 5, 5][prng.int({ from: 0, to: 6 })] ?? 3,
    members,
    raft,
    tickMs: drawFrom(prng, { from: 10, to: raft.tickMs }),
    loopMs: { from: 0, to: drawFrom(prng, { from: 0.05, to: 2 }) },
    applyMs: { from: 0, to: isOn() ? 60 : 0 },
    laggards: isOn() ? prng.int({ from: 0, to: 3 }) : 0,
    laggardMs: { from: 5, to: 60 },
    flushEveryMs: drawFrom(prng, { from: 20, to: prng.chance(0.5) ? 300 : 3_000 }),
    clients: prng.int({ from: 1, to: 5 }),
    // Where little is written, whoever was cut off has a log that others would vote for.
    thinkMs: {
      from: 1,
      to: drawFrom(prng, prng.chance(0.7) ? { from: 10, to: 200 } : { from: 500, to: 5_000 }),
    },
    readChance: prng.chance(0.7) ? 0.3 : 0.8,
    network: drawNetwork(prng),
    disk: drawDisk(prng, electionMaxMs),
    transfers: drawTransfers(prng, electionMaxMs),
    compaction: prng.chance(0.5) ? drawCompaction(prng) : undefined,
    lowPriority: isOn() ? prng.int({ from: 1, to: 3 }) : 0,
    // With fewer than three voters, one damaged disk leaves no majority.
    damage: (members?.votersMin ?? 3) < 3 ? undefined : damage,
    distrust: often({ from: 10, to: electionMaxMs * 4 }),
    fill: often({ from: 10, to: electionMaxMs * 4 }),
    crash: often({ from: 1, to: electionMaxMs * 2 }),
    crashAtPersistChance: sometimes(0.03),
    crashLeaderChance: sometimes(0.3),
    crashInElectionChance: sometimes(0.5),
    deafenLeaderChance: sometimes(1),
    part: undefined,
    strand: often({ from: 10, to: electionMaxMs * 6 }),
    isolateChance: sometimes(0.5),
    deposeSenderChance: sometimes(0.1),
    forgetChance: sometimes(0.3),
    belateChance: 0,
    crashReceiverChance: 0,
    stall: often({ from: 10, to: electionMaxMs * 2 }),
    cut: often({ from: 10, to: electionMaxMs * 4 }),
    noticeDeaths: prng.chance(0.6),
    transferEveryMs: isOn() ? drawFrom(prng, { from: 30, to: 1_500 }) : undefined,
  };
}
