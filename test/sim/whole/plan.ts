// What may go wrong in a run of whole peers, beside what can happen to cores alone (faults.ts).
// Times are in virtual milliseconds; chances are in [0, 1].

import type { Prng } from '../../../src/lib/prng.ts';
import { drawFaults } from '../draw-faults.ts';
import { drawFrom, type FaultPlan } from '../faults.ts';

export interface WholePlan extends FaultPlan {
  /** Machines on which no founder runs: peers to be added. */
  readonly spares: number;
  /** The chance that a sync fails. */
  readonly syncErrorChance: number;
  /** Between two changes of members that somebody asks for, on average; none when absent. */
  readonly changeEveryMs: number | undefined;
  /** Between two losses of a disk, on average; none when absent. */
  readonly wipeEveryMs: number | undefined;
}

export function drawWholePlan(prng: Prng): WholePlan {
  const plan = drawFaults(prng);
  const changes = prng.chance(0.6);
  return {
    ...plan,
    peers: prng.chance(0.2) ? 5 : 3,
    spares: changes ? prng.int({ from: 1, to: 3 }) : 0,
    syncErrorChance: prng.chance(0.3) ? prng.fraction() * 0.03 : 0,
    changeEveryMs: changes ? drawFrom(prng, { from: 200, to: 2_500 }) : undefined,
    wipeEveryMs: changes && prng.chance(0.5) ? drawFrom(prng, { from: 500, to: 4_000 }) : undefined,
  };
}
