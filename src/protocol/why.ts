// Why a service or one of its replicas is as it is: what does not hold, what failed, what happened, and what each node
// says to one more replica, filter by filter.
// Pure, from objects as the API answers them, so that whoever shows it (CLI, terminal screen) needs no route of its own.
//
// W1. The filters are the scheduler's own (fit.ts). Two things only the leader knows, and so are not judged here: whether
//     a ready node's session stands at this moment, and what the leader has planned and not yet applied.

import { type FitVerdict, judgeFit, roomOf, roomWithout } from './fit.ts';
import type { Assignment, Condition, Event, Node, Service, ServiceSpec } from './objects.ts';
import { isLive } from './replica.ts';

/** What one node says to one more replica. */
export interface NodeVerdict {
  readonly node: string;
  readonly fits: boolean;
  readonly filters: readonly FitVerdict[];
}

/** One replica, and how it fares. */
export interface ReplicaState {
  readonly assignment: string;
  readonly index: number;
  readonly revision: number;
  readonly node: string;
  readonly desired: Assignment['spec']['desired'];
  readonly state: Assignment['status']['state'];
  readonly restarts: number;
  readonly exitCode: number | null;
  readonly reason: string;
  /** What failed, and the last lines it wrote. */
  readonly message: string;
}

export interface Why {
  readonly kind: 'Service' | 'Assignment';
  readonly name: string;
  /** Of the service. */
  readonly conditions: readonly Condition[];
  /** Indexes that no live assignment of the current revision holds; of a service alone. */
  readonly missing: readonly number[];
  /** In the order of indexes. */
  readonly replicas: readonly ReplicaState[];
  /** What each node says to one more replica; of an assignment, what its node and the others would say to it anew. */
  readonly nodes: readonly NodeVerdict[];
  /** About the service, its assignments and their nodes; the one last seen first. */
  readonly events: readonly Event[];
}

/** The objects that an answer is read from. */
export interface WhyObjects {
  readonly services: readonly Service[];
  readonly nodes: readonly Node[];
  readonly assignments: readonly Assignment[];
  readonly events: readonly Event[];
}

/** The answer for the service called `name`, else for the assignment of that name; undefined when there is neither. */
export function whyOf(name: string, objects: WhyObjects): Why | undefined {
  const service = objects.services.find((one) => one.metadata.name === name);
  if (service !== undefined) return whyService(service, objects);
  const assignment = objects.assignments.find((one) => one.metadata.name === name);
  return assignment === undefined ? undefined : whyAssignment(assignment, objects);
}

function whyService(service: Service, { nodes, assignments, events }: WhyObjects): Why {
  const { name } = service.metadata;
  const own = assignments.filter((one) => one.spec.service === name);
  return {
    kind: 'Service',
    name,
    conditions: service.status.conditions,
    missing: missingReplicas(service, assignments),
    replicas: own.map(stateOf).toSorted((a, b) => a.index - b.index || b.revision - a.revision),
    nodes: judgeNodes(service.spec, nodes, assignments),
    events: eventsOn([service, ...own], events),
  };
}

function whyAssignment(assignment: Assignment, { services, nodes, assignments, events }: WhyObjects): Why {
  const { spec, metadata } = assignment;
  const service = services.find((one) => one.metadata.uid === spec.serviceUid);
  const node = nodes.filter((one) => one.metadata.name === spec.node);
  return {
    kind: 'Assignment',
    name: metadata.name,
    conditions: service?.status.conditions ?? [],
    missing: [],
    replicas: [stateOf(assignment)],
    nodes: service === undefined ? [] : judgeNodes(service.spec, nodes, assignments, assignment),
    events: eventsOn([assignment, ...node], events),
  };
}

function stateOf({ metadata, spec, status }: Assignment): ReplicaState {
  return {
    assignment: metadata.name,
    index: spec.index,
    revision: spec.revision,
    node: spec.node,
    desired: spec.desired,
    state: status.state,
    restarts: status.restarts,
    exitCode: status.exitCode ?? null,
    reason: status.reason ?? '',
    message: status.message ?? '',
  };
}

function eventsOn(objects: readonly (Service | Assignment | Node)[], events: readonly Event[]): Event[] {
  const uids = new Set(objects.map(({ metadata }) => metadata.uid));
  return events
    .filter(({ spec }) => uids.has(spec.regarding.uid))
    .toSorted((a, b) => (a.status.lastSeen < b.status.lastSeen ? 1 : -1));
}

/**
 * What each of `nodes` says to one more replica of `spec`, in the order of names. `assignments` are all that there are;
 * `freed` is one that the replica would take the place of.
 */
export function judgeNodes(
  spec: ServiceSpec,
  nodes: Iterable<Node>,
  assignments: readonly Assignment[],
  freed?: Assignment,
): NodeVerdict[] {
  return [...nodes]
    .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
    .map((node) => {
      const { name } = node.metadata;
      const all = roomOf(
        node,
        assignments.filter((one) => one.spec.node === name),
      );
      const room = freed?.spec.node === name ? roomWithout(all, freed) : all;
      const filters = judgeFit(spec, node, room);
      return { node: name, fits: filters.every(({ passed }) => passed), filters };
    });
}

/** Indexes that `service` asks for and that no live assignment of its current revision holds. */
export function missingReplicas(service: Service, assignments: readonly Assignment[]): number[] {
  const held = new Set(
    assignments
      .filter((one) => isLive(one) && one.spec.serviceUid === service.metadata.uid)
      .filter((one) => one.spec.revision === service.status.revision)
      .map((one) => one.spec.index),
  );
  return Array.from({ length: service.spec.replicas }, (_, index) => index).filter(
    (index) => !held.has(index),
  );
}
