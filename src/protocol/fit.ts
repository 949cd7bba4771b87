// Whether a replica fits a node: asked by the scheduler when it plans, and again by apply when the plan arrives.
// Cpu is counted in thousandths of a core, so that sums are whole numbers and the same on every peer.

import type { Assignment, Node, Resources, ServiceSpec } from './objects.ts';
import { isReserving } from './replica.ts';

/** What is left of a node. May be negative: a node that returns can hold more than it has. */
export interface Room {
  readonly milliCpu: number;
  /** Bytes. */
  readonly memory: number;
  /** Host ports in use, fixed or chosen by the agent. */
  readonly ports: ReadonlySet<number>;
}

/** One reason for which a node may not take a replica. It explains itself, counted over nodes. */
export interface FitFilter {
  check(spec: ServiceSpec, node: Node, room: Room): boolean;
  explain(count: number, spec: ServiceSpec): string;
}

const isReady: FitFilter = {
  check: (_spec, node) => node.status.state === 'ready',
  explain: (count) => `${count} node(s) are not ready`,
};
const hasRuntime: FitFilter = {
  check: (spec, node) => node.status.runtimes.includes(spec.runtime),
  explain: (count, spec) => `${count} node(s) lack the runtime ${spec.runtime}`,
};
const hasLabels: FitFilter = {
  check: (spec, node) =>
    Object.entries(spec.placement.labels).every(([key, value]) => node.metadata.labels[key] === value),
  explain: (count) => `${count} node(s) lack the labels`,
};
const hasCpu: FitFilter = {
  check: (spec, _node, room) => spec.resources.cpu === 0 || milli(spec.resources.cpu) <= room.milliCpu,
  explain: (count) => `${count} node(s) lack cpu`,
};
const hasMemory: FitFilter = {
  check: (spec, _node, room) => spec.resources.memory === 0 || spec.resources.memory <= room.memory,
  explain: (count) => `${count} node(s) lack memory`,
};
const hasPorts: FitFilter = {
  check: (spec, _node, room) => spec.ports.every(({ port }) => port === undefined || !room.ports.has(port)),
  explain: (count) => `${count} node(s) have a fixed port in use`,
};

/** In the order in which a person wants to hear of them: the first that fails is the reason. */
const fitFilters: readonly FitFilter[] = [isReady, hasRuntime, hasLabels, hasCpu, hasMemory, hasPorts];

export const milli = (cores: number): number => Math.round(cores * 1_000);

/** Why `node` cannot take one more replica of `spec`; undefined when it can. */
export function misfit(spec: ServiceSpec, node: Node, room: Room): FitFilter | undefined {
  return fitFilters.find((filter) => !filter.check(spec, node, room));
}

/** What the assignments of a node reserve. */
export function allocated(assignments: Iterable<Assignment>): Resources {
  let milliCpu = 0;
  let memory = 0;
  for (const assignment of assignments) {
    if (!isReserving(assignment)) continue;
    milliCpu += milli(assignment.spec.workload.resources.cpu);
    memory += assignment.spec.workload.resources.memory;
  }
  return { cpu: milliCpu / 1_000, memory };
}

export function roomOf(node: Node, assignments: readonly Assignment[]): Room {
  const used = allocated(assignments);
  return {
    milliCpu: milli(node.status.capacity.cpu) - milli(used.cpu),
    memory: node.status.capacity.memory - used.memory,
    ports: new Set(assignments.filter(isReserving).flatMap(portsOf)),
  };
}

/** `room` after one replica of `spec` was placed in it. */
export function roomWith(room: Room, spec: ServiceSpec): Room {
  return {
    milliCpu: room.milliCpu - milli(spec.resources.cpu),
    memory: room.memory - spec.resources.memory,
    ports: new Set([...room.ports, ...fixedPorts(spec)]),
  };
}

/** `room` after `assignment`, which stood in it, is gone. */
export function roomWithout(room: Room, assignment: Assignment): Room {
  if (!isReserving(assignment)) return room;
  const { resources } = assignment.spec.workload;
  const freed = portsOf(assignment);
  return {
    milliCpu: room.milliCpu + milli(resources.cpu),
    memory: room.memory + resources.memory,
    ports: new Set([...room.ports].filter((port) => !freed.includes(port))),
  };
}

function portsOf({ spec, status }: Assignment): number[] {
  return [...fixedPorts(spec.workload), ...Object.values(status.ports)];
}

function fixedPorts({ ports }: Pick<ServiceSpec, 'ports'>): number[] {
  return ports.flatMap(({ port }) => (port === undefined ? [] : [port]));
}
