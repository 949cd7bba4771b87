// Conditions of an object: sorted by type, each with the moment at which its status last turned.

import type { Condition } from '../protocol/objects.ts';
import { byCodeUnits } from './row.ts';

export type ConditionUpdate = Omit<Condition, 'lastTransitionTime'>;

/** `conditions` with `updates` replaced or added by type; a status that stays keeps its `lastTransitionTime`. */
export function withConditions(
  conditions: readonly Condition[],
  updates: readonly ConditionUpdate[],
  time: string,
): Condition[] {
  const byType = new Map(conditions.map((condition) => [condition.type, condition]));
  for (const update of updates) {
    const before = byType.get(update.type);
    const lastTransitionTime = before?.status === update.status ? before.lastTransitionTime : time;
    byType.set(update.type, { ...update, lastTransitionTime });
  }
  return [...byType.values()].sort((a, b) => byCodeUnits(a.type, b.type));
}
