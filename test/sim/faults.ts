// What may go wrong in a run, drawn from its seed. Each seed switches on a few kinds of fault and draws how bad each is:
// all at once, everywhere, would only show clusters that never get anything done.
// Times are in virtual milliseconds; chances are in [0, 1].

import { raftDefaults, type RaftConfig } from '../../raft/config.ts';
import type { MemberChange } from '../../raft/change.ts';
import type { Prng } from '../../src/lib/prng.ts';

/** A number drawn evenly from `[from, to)`. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export const drawFrom = (prng: Prng, span: Span): number =>
  span.from + prng.fraction() * (span.to - span.from);

export interface NetworkFaults {
  readonly delayMs: Span;
  readonly lossChance: number;
  readonly duplicateChance: number;
  /** Without it a link delivers in the order of sending, as TCP does. */
  readonly reorder: boolean;
  /** Some messages take much longer. */
  readonly slowChance: number;
  readonly slowMs: Span;
}

export interface DiskFaults {
  readonly syncMs: Span;
  readonly readMs: Span;
  readonly hangChance: number;
  readonly hangMs: Span;
  /** A write in flight for longer makes the driver say that the disk stalls; never when absent. */
  readonly stallMs: number | undefined;
}

/** How logs are cut after a flush. */
export interface Compaction {
  /** Of a cut after a given flush. */
  readonly chance: number;
  /** So many entries of the flushed state stay. */
  readonly keep: Span;
  /** Leaders keep what a follower needs. */
  readonly heedsFollowers: boolean;
}

export interface TransferFaults {
  readonly ms: Span;
  readonly answerMs: Span;
  readonly failChance: number;
  readonly twiceChance: number;
}

/** Something that strikes again and again, with `everyMs` between two strikes on average. */
export interface Recurring {
  readonly everyMs: number;
  readonly lastsMs: Span;
}

/** Who is a voter, who learns, who is gone. */
export interface MemberChanges {
  /** Between two orders to change the members, on average. */
  readonly everyMs: number;
  /** No order leaves fewer voters, but those that ask for nonsense. */
  readonly votersMin: number;
  /** No order makes more members. */
  readonly membersMax: number;
  /** How often each kind of order is given, relative to the others. */
  readonly weights: Readonly<Record<MemberChange['kind'], number>>;
}

export interface FaultPlan {
  /** Founders: three to five. */
  readonly peers: number;
  readonly members: MemberChanges | undefined;
  readonly raft: RaftConfig;
  readonly tickMs: number;
  /** From the arrival of an input to the turn of the loop that takes it. */
  readonly loopMs: Span;
  /** From handing out an entry to its being applied; 0: at once, as in the product. */
  readonly applyMs: Span;
  readonly flushEveryMs: number;
  readonly clients: number;
  readonly thinkMs: Span;
  /** Of a client's acts, so many are reads; the others are bursts of writes. */
  readonly readChance: number;
  readonly network: NetworkFaults;
  readonly disk: DiskFaults;
  readonly transfers: TransferFaults;
  readonly compaction: Compaction | undefined;
  /** So many founders have low priority. */
  readonly lowPriority: number;
  /** Disks lose what they held, never so many that no majority is left. */
  readonly damage: Recurring | undefined;
  /** A disk has no room for a while. */
  readonly fill: Recurring | undefined;
  readonly crash: Recurring | undefined;
  /** A crash while a given write is in flight. */
  readonly crashAtPersistChance: number;
  /** A crash, and a start right after it, of some peer while another campaigns: votes are best forgotten then. */
  readonly crashInElectionChance: number;
  /** A crash, found out every few ms, of a leader that has entries under way. */
  readonly crashLeaderChance: number;
  /** The event loop does nothing for a while. */
  readonly stall: Recurring | undefined;
  readonly cut: Recurring | undefined;
  /** Followers of a peer that crashes hear of it, as a kernel tells when a process dies. */
  readonly noticeDeaths: boolean;
  /** Between two orders to a leader to hand over, on average; none when absent. */
  readonly transferEveryMs: number | undefined;
}

export const calmNetwork: NetworkFaults = {
  delayMs: { from: 0.2, to: 1 },
  lossChance: 0,
  duplicateChance: 0,
  reorder: false,
  slowChance: 0,
  slowMs: { from: 0, to: 1 },
};

export const calmDisk: DiskFaults = {
  syncMs: { from: 0.3, to: 2 },
  readMs: { from: 0.1, to: 1 },
  hangChance: 0,
  hangMs: { from: 0, to: 1 },
  stallMs: undefined,
};

export const calmTransfers: TransferFaults = {
  ms: { from: 1, to: 10 },
  answerMs: { from: 0.2, to: 1 },
  failChance: 0,
  twiceChance: 0,
};

/** Time-outs as shipped or shorter; windows, queues and cache from tight to wide. */
function drawRaftConfig(prng: Prng): RaftConfig {
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

function drawNetwork(prng: Prng): NetworkFaults {
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

function drawDisk(prng: Prng, electionMaxMs: number): DiskFaults {
  const slowest = prng.chance(0.3) ? 80 : 6;
  return {
    syncMs: { from: 0.3, to: slowest },
    readMs: { from: 0.1, to: slowest },
    hangChance: prng.chance(0.4) ? prng.fraction() * 0.02 : 0,
    hangMs: { from: 100, to: 2_500 },
    stallMs: prng.chance(0.6) ? electionMaxMs * drawFrom(prng, { from: 0.2, to: 1.5 }) : undefined,
  };
}

function drawTransfers(prng: Prng, electionMaxMs: number): TransferFaults {
  return {
    ms: { from: 1, to: prng.chance(0.5) ? 50 : 3 * electionMaxMs },
    answerMs: { from: 0.1, to: prng.chance(0.7) ? 5 : electionMaxMs },
    failChance: prng.chance(0.5) ? prng.fraction() * 0.5 : 0,
    twiceChance: prng.chance(0.5) ? prng.fraction() * 0.5 : 0,
  };
}

function drawCompaction(prng: Prng): Compaction {
  return {
    chance: prng.chance(0.5) ? 1 : prng.fraction(),
    keep: { from: 0, to: prng.chance(0.5) ? 1 : 20 },
    heedsFollowers: prng.chance(0.3),
  };
}

/** Some seeds make replication crawl and leaders die young: entries of many terms meet (§5.4.2). */
export function drawFaults(prng: Prng): FaultPlan {
  const plan = drawPlan(prng);
  if (!prng.chance(0.25)) return plan;
  const raft = { ...plan.raft, appendBytesMax: 64, inflightMessagesMax: 1 };
  const network = { ...plan.network, delayMs: { from: 1, to: drawFrom(prng, { from: 5, to: 30 }) } };
  return { ...plan, raft, network, crash: undefined, crashLeaderChance: prng.fraction() * 0.3 };
}

function drawMembers(prng: Prng): MemberChanges {
  const weigh = (): number => prng.fraction() ** 2;
  return {
    everyMs: drawFrom(prng, prng.chance(0.5) ? { from: 20, to: 200 } : { from: 200, to: 2_000 }),
    votersMin: prng.chance(0.7) ? 3 : prng.int({ from: 1, to: 3 }),
    membersMax: prng.int({ from: 4, to: 8 }),
    weights: { add: weigh(), replace: weigh(), remove: weigh(), promote: weigh() / 3 },
  };
}

function drawPlan(prng: Prng): FaultPlan {
  const raft = drawRaftConfig(prng);
  const maybe = (chance: number, recurring: Recurring): Recurring | undefined =>
    prng.chance(chance) ? recurring : undefined;
  const often = (): number =>
    drawFrom(prng, prng.chance(0.4) ? { from: 60, to: 400 } : { from: 400, to: 3_000 });
  return {
    peers: [3, 3, 3, 4, 5][prng.int({ from: 0, to: 5 })] ?? 3,
    members: prng.chance(0.5) ? drawMembers(prng) : undefined,
    raft,
    tickMs: drawFrom(prng, { from: 10, to: raft.tickMs }),
    loopMs: { from: 0, to: drawFrom(prng, { from: 0.05, to: 2 }) },
    applyMs: { from: 0, to: prng.chance(0.3) ? 60 : 0 },
    flushEveryMs: drawFrom(prng, { from: 20, to: prng.chance(0.5) ? 300 : 3_000 }),
    clients: prng.int({ from: 1, to: 5 }),
    thinkMs: { from: 1, to: drawFrom(prng, { from: 10, to: 200 }) },
    readChance: prng.chance(0.7) ? 0.3 : 0.8,
    network: drawNetwork(prng),
    disk: drawDisk(prng, raft.electionMaxMs),
    transfers: drawTransfers(prng, raft.electionMaxMs),
    compaction: prng.chance(0.6) ? drawCompaction(prng) : undefined,
    lowPriority: prng.chance(0.3) ? prng.int({ from: 1, to: 3 }) : 0,
    damage: maybe(0.25, { everyMs: often(), lastsMs: { from: 1, to: raft.electionMaxMs * 2 } }),
    fill: maybe(0.25, { everyMs: often(), lastsMs: { from: 10, to: raft.electionMaxMs * 4 } }),
    crash: maybe(0.6, { everyMs: often(), lastsMs: { from: 1, to: raft.electionMaxMs * 2 } }),
    crashAtPersistChance: prng.chance(0.3) ? prng.fraction() * 0.03 : 0,
    crashLeaderChance: prng.chance(0.3) ? prng.fraction() * 0.3 : 0,
    crashInElectionChance: prng.chance(0.3) ? prng.fraction() * 0.5 : 0,
    stall: maybe(0.4, { everyMs: often(), lastsMs: { from: 10, to: raft.electionMaxMs * 2 } }),
    cut: maybe(0.6, { everyMs: often(), lastsMs: { from: 10, to: raft.electionMaxMs * 4 } }),
    noticeDeaths: prng.chance(0.6),
    transferEveryMs: prng.chance(0.4) ? often() / 2 : undefined,
  };
}
