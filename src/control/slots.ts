// The slots of a service: each index that its spec asks for, with the assignments that stand for it.

import type { Assignment, Service } from '../protocol/objects.ts';
import { isEnded, isLive } from '../protocol/replica.ts';

export interface Slot {
  readonly index: number;
  /** The live assignment of the current revision. */
  readonly current: Assignment | undefined;
  /** Of earlier revisions, live or lost, not yet asked to stop. */
  readonly old: readonly Assignment[];
  /** Whether an assignment of an earlier revision is being stopped. */
  readonly isVacating: boolean;
}

/** One slot for each replica that `service` asks for, in order; `assignments` are all that bear its name. */
export function slotsOf(service: Service, assignments: readonly Assignment[]): Slot[] {
  const { revision } = service.status;
  const byIndex = new Map<number, Assignment[]>();
  for (const assignment of assignments) {
    if (assignment.spec.serviceUid !== service.metadata.uid) continue;
    const { index } = assignment.spec;
    byIndex.set(index, [...(byIndex.get(index) ?? []), assignment]);
  }
  return Array.from({ length: service.spec.replicas }, (_, index) => {
    const rows = byIndex.get(index) ?? [];
    const old = rows.filter(({ spec }) => spec.revision !== revision);
    return {
      index,
      current: rows.find((row) => row.spec.revision === revision && isLive(row)),
      old: old.filter(({ spec }) => spec.desired === 'running'),
      isVacating: old.some(({ spec }) => spec.desired === 'stopped'),
    };
  });
}

/** It does what it was started for: a rollout may go on. A failed one is not settled, an ended one is. */
export function isSettled(assignment: Assignment): boolean {
  const { state } = assignment.status;
  return state === 'running' || (state === 'exited' && isEnded(assignment));
}
