// What may go wrong in a run, as numbers; what a seed makes of them is drawn in draw-faults.ts.
// Times are in virtual milliseconds; chances are in [0, 1].

import type { RaftConfig } from '../../raft/config.ts';
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
  /** So many founders, the last ones, apply slowly: an entry at a time, after this. */
  readonly laggards: number;
  readonly laggardMs: Span;
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
  /** A state is taken to differ from the others' for a while. */
  readonly distrust: Recurring | undefined;
  /** A disk has no room for a while. */
  readonly fill: Recurring | undefined;
  readonly crash: Recurring | undefined;
  /** A crash while a given write is in flight. */
  readonly crashAtPersistChance: number;
  /** A crash, and a start right after it, of some peer while another campaigns: votes are best forgotten then. */
  readonly crashInElectionChance: number;
  /** A crash, found out every few ms, of a leader that has entries under way. */
  readonly crashLeaderChance: number;
  /** A leader hears nobody any more, or one only, found out every few ms, while another campaigns. */
  readonly deafenLeaderChance: number;
  /** A leader and one of the others hear nothing of each other; everyone else hears both. */
  readonly part: Recurring | undefined;
  /** A leader is cut off as it begins to change the members. */
  readonly strand: Recurring | undefined;
  /** A leader is cut off, found out every few ms, while its joint configuration is not committed; later it is told to lead. */
  readonly isolateChance: number;
  /** A leader that sends a snapshot is told to hand over, found out every few ms. */
  readonly deposeSenderChance: number;
  /** While two lead, a disk loses what it held, found out every few ms. */
  readonly forgetChance: number;
  /** A follower loses what it acknowledged while its word of that is still on its way, found out every few ms. */
  readonly belateChance: number;
  /** Whoever takes in a snapshot crashes before that is in the place of its log, found out every few ms. */
  readonly crashReceiverChance: number;
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
