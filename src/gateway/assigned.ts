// What a node is told of its assignments: pure functions from rows to the sets and changes of the agent protocol.
//
// A row counts while it is in the set of its node: not `lost`, since then its replica runs elsewhere or will.

import type { Assigned, AgentDown } from '../protocol/agent.ts';
import type { Assignment } from '../protocol/objects.ts';
import type { RowChange } from '../state/view.ts';

type Assignments = Extract<AgentDown, { type: 'assignments' }>;
export type AssignedChange = NonNullable<Assignments['changes']>[number];

/** Everything that `rows`, the assignments of one node, ask of it. */
export function assignedSet(rows: readonly Assignment[]): readonly Assigned[] {
  return rows.filter(counts).map(assigned);
}

/** What an entry changed for each node, by node; a change that the node need not know of is left out. */
export function changesByNode(changes: readonly RowChange[]): ReadonlyMap<string, readonly AssignedChange[]> {
  const byNode = new Map<string, AssignedChange[]>();
  for (const { before, after } of changes) {
    const old = before?.kind === 'Assignment' ? before : undefined;
    const now = after?.kind === 'Assignment' ? after : undefined;
    const change = changeOf(old, now);
    const node = (now ?? old)?.spec.node;
    if (change === undefined || node === undefined) continue;
    const list = byNode.get(node) ?? [];
    list.push(change);
    byNode.set(node, list);
  }
  return byNode;
}

/** Of an assignment's spec, only `desired` ever changes; all the rest of a change is what the agent itself reported. */
function changeOf(before: Assignment | undefined, after: Assignment | undefined): AssignedChange | undefined {
  const old = before !== undefined && counts(before) ? before : undefined;
  const now = after !== undefined && counts(after) ? after : undefined;
  if (now !== undefined) {
    if (old?.spec.desired === now.spec.desired) return undefined;
    return { type: 'put', assignment: assigned(now) };
  }
  return old === undefined ? undefined : { type: 'delete', assignmentId: old.metadata.name };
}

const counts = (row: Assignment): boolean => row.status.state !== 'lost';

function assigned({ metadata, spec }: Assignment): Assigned {
  const { service, index, revision, desired, workload } = spec;
  return { assignmentId: metadata.name, service, index, revision, desired, workload };
}
