// Whether a replica fits a node: asked by the scheduler when it plans, and again by apply when the plan arrives.
// Cpu is counted in thousandths of a core, so that sums are whole numbers and the same on every peer.

import { limits } from '../lib/limits.ts';
import type { Assignment, Node, Resources, ServiceSpec, Workload } from './objects.ts';
import { specBytesOf } from './references.ts';
import { isReserving } from './replica.ts';

/** What is left of a node. May be negative: a node that returns can hold more than it has. */
export interface Room {
  readonly milliCpu: number;
  /** Bytes. */
  readonly memory: number;
  /** Host ports in use, fixed or chosen by the agent. */
  readonly ports: ReadonlySet<number>;
  /** Bytes that its agent can still be told of. */
  readonly setBytes: number;
}

/** One reason for which a node may not take a replica. It explains itself, counted over nodes and for one. */
export interface FitFilter {
  /** One word, as a table's column is headed. */
  readonly name: string;
  check(spec: ServiceSpec, node: Node, room: Room): boolean;
  explain(count: number, spec: ServiceSpec): string;
  /** What it compared, whether it passed or not: `needs 2, has 0.5`. */
  detail(spec: ServiceSpec, node: Node, room: Room): string;
}

const isReady: FitFilter = {
  name: 'ready',
  check: (_spec, node) => node.status.state === 'ready',
  explain: (count) => `${count} node(s) are not ready`,
  detail: (_spec, node) => `is ${node.status.state}`,
};
const hasRuntime: FitFilter = {
  name: 'runtime',
  check: (spec, node) => node.status.runtimes.includes(spec.runtime),
  explain: (count, spec) => `${count} node(s) lack the runtime ${spec.runtime}`,
  detail: (spec, node) => `needs ${spec.runtime}, has ${node.status.runtimes.join(' ') || 'none'}`,
};
const hasLabels: FitFilter = {
  name: 'labels',
  check: (spec, node) => missingLabels(spec, node).length === 0,
  explain: (count) => `${count} node(s) lack the labels`,
  detail: (spec, node) => {
    const missing = missingLabels(spec, node);
    return missing.length === 0 ? 'has all' : `lacks ${missing.join(' ')}`;
  },
};
const hasCpu: FitFilter = {
  name: 'cpu',
  check: (spec, _node, room) => spec.resources.cpu === 0 || milli(spec.resources.cpu) <= room.milliCpu,
  explain: (count) => `${count} node(s) lack cpu`,
  detail: (spec, _node, room) => `needs ${spec.resources.cpu}, has ${room.milliCpu / 1_000}`,
};
const hasMemory: FitFilter = {
  name: 'memory',
  check: (spec, _node, room) => spec.resources.memory === 0 || spec.resources.memory <= room.memory,
  explain: (count) => `${count} node(s) lack memory`,
  detail: (spec, _node, room) => `needs ${mebibytes(spec.resources.memory)}, has ${mebibytes(room.memory)}`,
};
const hasPorts: FitFilter = {
  name: 'ports',
  check: (spec, _node, room) => takenPorts(spec, room).length === 0,
  explain: (count) => `${count} node(s) have a fixed port in use`,
  detail: (spec, _node, room) => {
    const taken = takenPorts(spec, room);
    return taken.length === 0 ? 'free' : `${taken.join(' ')} in use`;
  },
};

function missingLabels(spec: ServiceSpec, node: Node): string[] {
  return Object.entries(spec.placement.labels)
    .filter(([key, value]) => node.metadata.labels[key] !== value)
    .map(([key, value]) => `${key}=${value}`);
}

function takenPorts(spec: ServiceSpec, room: Room): number[] {
  return fixedPorts(spec).filter((port) => room.ports.has(port));
}

const mebibytes = (bytes: number): string => `${Number((bytes / 1024 ** 2).toFixed(1))}Mi`;

export interface FitVerdict {
  readonly filter: string;
  readonly passed: boolean;
  /** What was compared. */
  readonly detail: string;
}
/** As much as any replica may take: how much this one takes is known once its settings are filled in. */
const canBeTold: FitFilter = {
  name: 'settings',
  check: (_spec, _node, room) => room.setBytes >= limits.workloadBytesMax,
  explain: (count) => `${count} node(s) run as much as an agent can be told of`,
  detail: (_spec, _node, room) =>
    `needs up to ${mebibytes(limits.workloadBytesMax)}, can be told of ${mebibytes(Math.max(0, room.setBytes))} more`,
};

/** In the order in which a person wants to hear of them: the first that fails is the reason. */
const fitFilters: readonly FitFilter[] = [
  isReady,
  hasRuntime,
  hasLabels,
  hasCpu,
  hasMemory,
  hasPorts,
  canBeTold,
];

export const milli = (cores: number): number => Math.round(cores * 1_000);

/** Why `node` cannot take one more replica of `spec`; undefined when it can. */
export function misfit(spec: ServiceSpec, node: Node, room: Room): FitFilter | undefined {
  return fitFilters.find((filter) => !filter.check(spec, node, room));
}

/** Every filter's verdict on one more replica of `spec` on `node`. */
export function judgeFit(spec: ServiceSpec, node: Node, room: Room): readonly FitVerdict[] {
  return fitFilters.map((filter) => ({
    filter: filter.name,
    passed: filter.check(spec, node, room),
    detail: filter.detail(spec, node, room),
  }));
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
    setBytes: assignments.reduce(
      (left, { spec }) => left - toldBytesOf(spec.workload),
      limits.agentSetBytesMax,
    ),
  };
}

/** `room` after one replica of `spec` was placed in it. */
export function roomWith(room: Room, spec: ServiceSpec): Room {
  return {
    milliCpu: room.milliCpu - milli(spec.resources.cpu),
    memory: room.memory - spec.resources.memory,
    ports: new Set([...room.ports, ...fixedPorts(spec)]),
    setBytes: room.setBytes - toldBytesOf(spec),
  };
}

/** `room` after `assignment`, which stood in it, is gone. */
export function roomWithout(room: Room, assignment: Assignment): Room {
  const setBytes = room.setBytes + toldBytesOf(assignment.spec.workload);
  if (!isReserving(assignment)) return { ...room, setBytes };
  const { resources } = assignment.spec.workload;
  const freed = portsOf(assignment);
  return {
    milliCpu: room.milliCpu + milli(resources.cpu),
    memory: room.memory + resources.memory,
    ports: new Set([...room.ports].filter((port) => !freed.includes(port))),
    setBytes,
  };
}

/** Beside a workload: the names and numbers of its assignment. */
const aboutBytes = 512;

const toldBytesOf = (workload: ServiceSpec | Workload): number => specBytesOf(workload) + aboutBytes;

function portsOf({ spec, status }: Assignment): number[] {
  return [...fixedPorts(spec.workload), ...Object.values(status.ports)];
}

function fixedPorts({ ports }: Pick<ServiceSpec, 'ports'>): number[] {
  return ports.flatMap(({ port }) => (port === undefined ? [] : [port]));
}
