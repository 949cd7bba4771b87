// What may go wrong in a run of whole peers, beside what can happen to cores alone (faults.ts).
// Times are in virtual milliseconds; chances are in [0, 1].

import { raftDefaults } from '../../../raft/config.ts';
import { type CompactionBounds, compactionDefaults } from '../../../src/peer/compactor.ts';
import { Prng } from '../../../src/lib/prng.ts';
import { drawFaults } from '../draw-faults.ts';
import { calmDisk, calmNetwork, drawFrom, type FaultPlan } from '../faults.ts';
import { segmentBytesMax } from './stores.ts';

export interface WholePlan extends FaultPlan {
  /** Machines on which no founder runs: peers to be added. */
  readonly spares: number;
  /** The chance that a sync fails. */
  readonly syncErrorChance: number;
  /** The chance that a write to the state finds no room, and the next one does. */
  readonly noRoomChance: number;
  /** Between two changes of members that somebody asks for, on average; none when absent. */
  readonly changeEveryMs: number | undefined;
  /** When the log is cut short. */
  readonly cuts: CompactionBounds;
  /** Between two copies of some disk, and two attempts to put one back, on average; none when absent. */
  readonly backupEveryMs: number | undefined;
  /** Between two kills of one peer that is back at once each time, on average; none when absent. */
  readonly flapEveryMs: number | undefined;
  /** Between two losses of a disk, on average; none when absent. */
  readonly wipeEveryMs: number | undefined;
  /** Within so long the operations of one client's burst begin. */
  readonly spreadMs: number;
  /** Whole peers are led into one course of events, step by step (courses/). */
  readonly course: CourseName | undefined;
}

export type CourseName = 'overtaking' | 'leftBehind' | 'heldFlush' | 'cutShort' | 'lostDisk';

/** From a log of a few entries, of which followers soon need what is gone, to one that is never cut. */
function drawCuts(prng: Prng): CompactionBounds {
  if (prng.chance(0.2)) return compactionDefaults;
  const tight = prng.chance(0.6);
  return {
    keepEntries: prng.int({ from: 1, to: tight ? 8 : 60 }),
    keepBytes: 1_000_000,
    retainBytesMax: prng.int({ from: 1, to: tight ? 10_000 : 100_000 }),
    retainHeardMs: drawFrom(prng, { from: 1, to: tight ? 300 : 3_000 }),
    cutBytesMin: prng.int({ from: 500, to: segmentBytesMax }),
  };
}

function drawPlan(prng: Prng): WholePlan {
  const plan = drawFaults(new Prng(prng.next()));
  const changes = prng.chance(0.6);
  return {
    ...plan,
    peers: prng.chance(0.2) ? 5 : 3,
    spares: changes ? prng.int({ from: 1, to: 3 }) : 0,
    syncErrorChance: prng.chance(0.3) ? prng.fraction() * 0.03 : 0,
    changeEveryMs: changes ? drawFrom(prng, { from: 200, to: 2_500 }) : undefined,
    cuts: drawCuts(prng),
    backupEveryMs: prng.chance(0.25) ? drawFrom(prng, { from: 200, to: 1_000 }) : undefined,
    flapEveryMs: prng.chance(0.15) ? drawFrom(prng, { from: 200, to: 900 }) : undefined,
    fill: prng.chance(0.25) ? { everyMs: 1_500, lastsMs: { from: 300, to: 4_000 } } : undefined,
    damage: prng.chance(0.4)
      ? { everyMs: drawFrom(prng, { from: 500, to: 4_000 }), lastsMs: { from: 1, to: 800 } }
      : undefined,
    wipeEveryMs: changes && prng.chance(0.5) ? drawFrom(prng, { from: 500, to: 4_000 }) : undefined,
    spreadMs: prng.chance(0.6) ? drawFrom(prng, { from: 1, to: 40 }) : 0,
    course: undefined,
    noRoomChance: prng.chance(0.4) ? prng.fraction() * 0.1 : 0,
  };
}

export function drawWholePlan(prng: Prng): WholePlan {
  const plan = drawPlan(prng);
  const drawn = prng.fraction();
  if (drawn < 0.035) return { ...calm(plan, 8), course: 'overtaking' };
  if (drawn < 0.075) return { ...calm(plan, 64), course: 'leftBehind', cuts: shortest };
  if (drawn < 0.11) return { ...calm(plan, 64), course: 'heldFlush', cuts: shortest, peers: 3 };
  if (drawn < 0.14) return { ...calm(plan, 64), course: 'cutShort', cuts: shortest, peers: 3 };
  if (drawn < 0.165) return { ...calm(plan, 64), course: 'lostDisk', peers: 3 };
  return plan;
}

/** Whoever was away for a moment needs a snapshot. */
const shortest: CompactionBounds = {
  keepEntries: 1,
  keepBytes: 1_000_000,
  retainBytesMax: 1,
  retainHeardMs: 1,
  cutBytesMin: 500,
};

/** Five peers that elect quickly, and nothing that goes wrong by itself. */
function calm(plan: WholePlan, uncommittedMax: number): WholePlan {
  const timeouts = { tickMs: 10, heartbeatMs: 30, electionMinMs: 90, electionMaxMs: 180 };
  const { appendBytesMax, inflightMessagesMax, inflightBytesMax } = raftDefaults;
  const windows = { appendBytesMax, inflightMessagesMax, inflightBytesMax };
  return {
    ...plan,
    peers: 5,
    spares: 0,
    tickMs: 10,
    raft: { ...plan.raft, ...timeouts, ...windows, uncommittedMax },
    clients: 1,
    thinkMs: { from: 300, to: 1_000 },
    network: { ...calmNetwork, delayMs: { from: 0.5, to: 1 } },
    disk: calmDisk,
    syncErrorChance: 0,
    noRoomChance: 0,
    changeEveryMs: undefined,
    backupEveryMs: undefined,
    flapEveryMs: undefined,
    wipeEveryMs: undefined,
    fill: undefined,
    damage: undefined,
    crash: undefined,
    stall: undefined,
    cut: undefined,
    crashAtPersistChance: 0,
  };
}
