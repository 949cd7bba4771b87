// The words in which a rollout is told: the condition Progressing of a service, and the result of its revisions.
// Shared by the reconciler, which says how it goes, and apply, which begins revisions and notes what becomes of them.

import type { Condition } from './objects.ts';
import type { RevisionRow } from './records.ts';

type Statement = Omit<Condition, 'lastTransitionTime'>;

export const progressingType = 'Progressing';

/** From the entry that begins a revision on: what was said before was about another. */
export function rollingOut(revision: number): Statement {
  const message = `replicas of revision ${revision} are being started`;
  return { type: progressingType, status: 'True', reason: 'RollingOut', message };
}

export function rolledOut(revision: number): Statement {
  const message = `every replica is of revision ${revision}`;
  return { type: progressingType, status: 'True', reason: 'Complete', message };
}

/** What `conditions` make of the revision under way; undefined when they say nothing of it. */
export function resultOf(
  conditions: readonly Pick<Condition, 'type' | 'status' | 'reason'>[],
): Exclude<RevisionRow['result'], 'superseded'> | undefined {
  const said = conditions.find(({ type }) => type === progressingType);
  if (said === undefined) return undefined;
  if (said.status === 'False') return 'failed';
  return said.reason === 'Complete' ? 'complete' : 'progressing';
}
