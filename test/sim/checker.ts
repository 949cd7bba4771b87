// Judges a run: takes in every observation, then asks every invariant. The first one that is broken ends the run.

import { Evidence } from './evidence.ts';
import type { StoreId } from '../../raft/types.ts';
import { Acknowledged } from './invariants/acknowledged.ts';
import { Changes } from './invariants/changes.ts';
import { CommittedDurable } from './invariants/committed-durable.ts';
import { Control } from './invariants/control.ts';
import { Electable } from './invariants/electable.ts';
import { Elected } from './invariants/elected.ts';
import { FullDisks } from './invariants/full-disks.ts';
import { Held } from './invariants/held.ts';
import { HonestPromises } from './invariants/honest-promises.ts';
import { Impaired } from './invariants/impaired.ts';
import { InEffect } from './invariants/in-effect.ts';
import type { Invariant } from './invariants/invariant.ts';
import { LeaderCompleteness } from './invariants/leader-completeness.ts';
import { LogMatching } from './invariants/log-matching.ts';
import { Monotone } from './invariants/monotone.ts';
import { OneLeader } from './invariants/one-leader.ts';
import { Reads } from './invariants/reads.ts';
import { Snapshots } from './invariants/snapshots.ts';
import { StateHash } from './invariants/state-hash.ts';
import { Votes } from './invariants/votes.ts';
import { type Observation, Violation } from './observation.ts';

export const allInvariants = (): readonly Invariant[] => [
  new OneLeader(),
  new Elected(),
  new LogMatching(),
  new LeaderCompleteness(),
  new CommittedDurable(),
  new Electable(),
  new StateHash(),
  new Votes(),
  new Monotone(),
  new Acknowledged(),
  new HonestPromises(),
  new Held(),
  new Reads(),
  new Control(),
  new InEffect(),
  new Changes(),
  new Snapshots(),
  new Impaired(),
  new FullDisks(),
];

export class Checker {
  readonly #evidence: Evidence;
  readonly #invariants: readonly Invariant[];

  constructor(founders: readonly StoreId[], invariants: readonly Invariant[]) {
    this.#evidence = new Evidence(founders);
    this.#invariants = invariants;
  }

  get evidence(): Evidence {
    return this.#evidence;
  }

  /** Throws {@link Violation} when `observation` breaks an invariant. */
  observe(observation: Observation): void {
    this.#evidence.observe(observation);
    for (const invariant of this.#invariants) {
      const broken = invariant.check(observation, this.#evidence);
      if (broken !== undefined) throw new Violation(`${invariant.name}: ${broken}`);
    }
  }
}
