// Status that follows from other rows: a service's from its assignments, a node's from what is placed on it.
// Derived anew in the entry that changed any of them, so that no reader ever sees the two disagree.

import { allocated } from '../protocol/fit.ts';
import type { Assignment, Node, Service } from '../protocol/objects.ts';
import { isLive } from '../protocol/replica.ts';
import { type ConditionUpdate, withConditions } from './conditions.ts';

/**
 * `service` with the figures and the condition Available that `assignments` (all that bear its name) give it. Other
 * conditions and `observedGeneration` are the controllers' and stay.
 */
export function withServiceStatus(
  service: Service,
  options: {
    readonly assignments: readonly Assignment[];
    readonly isNodeReady: (node: string) => boolean;
    readonly time: string;
  },
): Service {
  const { status, metadata, spec } = service;
  const running = options.assignments.filter(
    (assignment) => assignment.spec.serviceUid === metadata.uid && assignment.status.state === 'running',
  );
  const serving = running.filter(
    (assignment) => isLive(assignment) && options.isNodeReady(assignment.spec.node),
  );
  const served = new Set(serving.map((assignment) => assignment.spec.index).filter((i) => i < spec.replicas));
  return {
    ...service,
    status: {
      ...status,
      desired: spec.replicas,
      running: running.length,
      ready: serving.filter((assignment) => assignment.spec.revision === status.revision).length,
      conditions: withConditions(status.conditions, [available(served.size, spec.replicas)], options.time),
    },
  };
}

/** A replica counts whatever its revision: a rollout that goes well is available throughout. */
function available(have: number, desired: number): ConditionUpdate {
  return {
    type: 'Available',
    status: have >= desired ? 'True' : 'False',
    reason: have >= desired ? 'ReplicasRun' : 'ReplicasMissing',
    message: `${have} of ${desired} replica(s) run on ready nodes`,
  };
}

export function withNodeStatus(node: Node, assignments: readonly Assignment[]): Node {
  return { ...node, status: { ...node.status, allocated: allocated(assignments) } };
}
