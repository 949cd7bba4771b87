// The form of every invariant: it sees each observation once, right after the evidence took it in, and says what is
// wrong or nothing. Each keeps only what it needs to judge the next observation, so that checking stays cheap.

import type { Evidence } from '../evidence.ts';
import type { Observation } from '../observation.ts';

export interface Invariant {
  readonly name: string;
  /** What is broken, as a sentence; `undefined` when all is well. */
  check(observation: Observation, evidence: Evidence): string | undefined;
}
