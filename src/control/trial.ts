// What a request would bring about, had it been applied: on which node each replica would stand, and what deserves a
// warning. Pure: it plans on the rows as the request would leave them, by the scheduler's own pass.
//
// Y1. What stands and would be kept is told with its node; what is missing or replaced, with the node that the scheduler
//     would choose now. Nodes may come and go until the request is applied in earnest.
// Y2. At most `limits.trialReplicasMax` replicas are planned; a warning says when there are more.
// Y3. It is worked out in steps of a millisecond or two, between which rows may change.

import { limits } from '../lib/limits.ts';
import type { PlannedReplica, TrialPlan } from '../protocol/dry-run.ts';
import type { Assignment, Service } from '../protocol/objects.ts';
import { isLive } from '../protocol/replica.ts';
import type { RowChange, View } from '../state/view.ts';
import { type Placement, type SchedulingView, SchedulingPass } from './scheduler.ts';
import { type Slot, slotsOf } from './slots.ts';

/** Nodes looked at, for one replica each, in one step. */
const stepNodes = 1_000;

/** `liveNodes`: names of nodes with a session; where nobody knows of sessions, those that are ready count as live. */
export function* planTrial(
  view: View,
  changes: readonly RowChange[],
  liveNodes: ReadonlySet<string> | undefined,
): Generator<void, TrialPlan> {
  const hypothetical = afterwards(view, changes);
  const pass = new SchedulingPass({
    view: hypothetical,
    liveNodes: liveNodes ?? readyNodes(view),
    reservations: [],
  });
  const placement: PlannedReplica[] = [];
  const warnings: string[] = [];
  let looked = 0;
  for (const { before, after } of changes) {
    if (after?.kind === 'Service') {
      const slots = slotsOf(after, hypothetical.assignmentsOfService(after.metadata.name));
      const planned: PlannedReplica[] = [];
      for (const slot of slots.slice(0, limits.trialReplicasMax - placement.length)) {
        planned.push(planSlot(after, slot, pass));
        looked += hypothetical.nodes.size;
        if (looked < stepNodes) continue;
        looked = 0;
        yield; // Y3
      }
      placement.push(...planned);
      warnings.push(...warningsOf(after, slots, planned));
    } else if (before?.kind === 'Service') {
      warnings.push(deletion(before, view));
    }
  }
  return { placement, warnings };
}

function planSlot(service: Service, { index, current, old }: Slot, pass: SchedulingPass): PlannedReplica {
  const replica = { service: service.metadata.name, index };
  if (current !== undefined) return { ...replica, node: current.spec.node };
  const placement = pass.place(service, index);
  const live = old.filter(isLive);
  // Where an old replica is in the way of the new one, it goes first.
  const final =
    placement.kind === 'placed' || live.length === 0 ? placement : pass.wouldPlace(service, index, live);
  return { ...replica, ...nodeOf(final) };
}

function nodeOf(placement: Placement): Pick<PlannedReplica, 'node' | 'reason'> {
  return placement.kind === 'placed'
    ? { node: placement.node }
    : { node: null, reason: placement.explanation };
}

function warningsOf(
  { metadata }: Service,
  slots: readonly Slot[],
  planned: readonly PlannedReplica[],
): string[] {
  const { name } = metadata;
  const warnings: string[] = [];
  const unplaced = planned.filter(({ node }) => node === null);
  const [first] = unplaced;
  if (first !== undefined) {
    warnings.push(
      `service "${name}": ${unplaced.length} of ${slots.length} replica(s) fit no node: ${first.reason}`,
    );
  }
  const replaced = slots.filter(({ current, old }) => current === undefined && old.some(isLive)).length;
  if (replaced > 0)
    warnings.push(`service "${name}": ${replaced} running replica(s) are replaced, one after the other`);
  if (planned.length < slots.length) {
    warnings.push(`service "${name}": ${slots.length - planned.length} more replica(s) were not planned`); // Y2
  }
  return warnings;
}

function deletion({ metadata }: Service, view: View): string {
  const live = view.assignmentsOfService(metadata.name).filter(isLive).length;
  return `service "${metadata.name}" is deleted, and ${live} replica(s) of it are stopped`;
}

function readyNodes(view: View): ReadonlySet<string> {
  const ready = [...view.nodes.values()].filter(({ status }) => status.state === 'ready');
  return new Set(ready.map(({ metadata }) => metadata.name));
}

/** The rows as `changes` leave them. They place no replica: no assignment is new. */
function afterwards(view: View, changes: readonly RowChange[]): SchedulingView {
  const services = new Map<string, Service | undefined>();
  const assignments = new Map<string, Assignment | undefined>();
  for (const { before, after } of changes) {
    const row = after ?? before;
    if (row?.kind === 'Service') services.set(row.metadata.name, after as Service | undefined);
    if (row?.kind === 'Assignment') assignments.set(row.metadata.name, after as Assignment | undefined);
  }
  const left = (rows: readonly Assignment[]): readonly Assignment[] =>
    rows.flatMap((row) => {
      const { name } = row.metadata;
      const after = assignments.has(name) ? assignments.get(name) : row;
      return after === undefined ? [] : [after];
    });
  return {
    nodes: view.nodes,
    services: { get: (name) => (services.has(name) ? services.get(name) : view.services.get(name)) },
    assignmentsOfService: (name) => left(view.assignmentsOfService(name)),
    assignmentsOfNode: (name) => left(view.assignmentsOfNode(name)),
  };
}
