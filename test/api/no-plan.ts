// A scheduler that has nothing to say of a dry run.

import type { TrialPlan } from '../../src/protocol/dry-run.ts';

// oxlint-disable-next-line require-yield
export function* noPlan(): Generator<void, TrialPlan> {
  return { placement: [], warnings: [] };
}
