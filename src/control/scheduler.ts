// The scheduler: which node takes a replica, or why none does.
// Owns: one pass over the nodes, as the view shows them. Does not own: the fit itself (protocol/fit.ts), which apply
// judges again.
//
// D1. What was placed in a pass, or is on its way to be applied, is subtracted before the next replica is placed.
// D2. The same view and the same questions give the same answers: ties are broken by name.
// D3. A node without a live session takes nothing, whatever its row says.

import { unreachable } from '../lib/assert.ts';
import { type FitFilter, milli, misfit, type Room, roomOf, roomWith, roomWithout } from '../protocol/fit.ts';
import type { Assignment, Node, Service } from '../protocol/objects.ts';
import { isLive } from '../protocol/replica.ts';
import type { View } from '../state/view.ts';

export type Placement =
  | { readonly kind: 'placed'; readonly node: string }
  /** `explanation` as `2 node(s) lack cpu, 1 node(s) are not ready`. */
  | { readonly kind: 'unplaced'; readonly explanation: string };

/** A replica that was planned, and whose command has not settled. */
export interface Reservation {
  readonly service: string;
  readonly serviceUid: string;
  readonly revision: number;
  readonly index: number;
  readonly node: string;
}

/** A node, and what stands on it as this pass goes on (D1). */
interface Candidate {
  readonly node: Node;
  room: Room;
  /** Live replicas, by service. */
  readonly replicas: Map<string, number>;
  replicasTotal: number;
}

const hasSession: Pick<FitFilter, 'explain'> = {
  explain: (count) => `${count} node(s) have no live session`,
};

/** As much of the state as a pass reads. */
export interface SchedulingView extends Pick<View, 'nodes' | 'assignmentsOfNode' | 'assignmentsOfService'> {
  readonly services: Pick<View['services'], 'get'>;
}

export class SchedulingPass {
  readonly #view: SchedulingView;
  readonly #liveNodes: ReadonlySet<string>;
  readonly #reservations: readonly Reservation[];
  #candidates: ReadonlyMap<string, Candidate> | undefined;

  constructor(options: {
    readonly view: SchedulingView;
    /** Names of the nodes with a live session. */
    readonly liveNodes: ReadonlySet<string>;
    readonly reservations: readonly Reservation[];
  }) {
    this.#view = options.view;
    this.#liveNodes = options.liveNodes;
    this.#reservations = options.reservations;
  }

  /** A node for replica `index` of `service`; it counts as placed from here on. */
  place(service: Service, index: number): Placement {
    const placement = this.wouldPlace(service, index, []);
    const candidate = placement.kind === 'placed' ? this.#all().get(placement.node) : undefined;
    if (candidate !== undefined) add(candidate, service);
    return placement;
  }

  /** The same, were the assignments `freed` gone; nothing is placed. */
  wouldPlace(service: Service, index: number, freed: readonly Assignment[]): Placement {
    const fitting: Candidate[] = [];
    const reasons = new Map<Pick<FitFilter, 'explain'>, number>();
    for (const candidate of this.#all().values()) {
      const { name } = candidate.node.metadata;
      const here = freed.filter(({ spec }) => spec.node === name);
      const room = here.reduce(roomWithout, candidate.room);
      const isLive = this.#liveNodes.has(name); // D3
      const reason = misfit(service.spec, candidate.node, room) ?? (isLive ? undefined : hasSession);
      if (reason === undefined) fitting.push(candidate);
      else reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
    const chosen = choose(fitting, service, index);
    if (chosen !== undefined) return { kind: 'placed', node: chosen.node.metadata.name };
    const lines = [...reasons].map(([filter, count]) => filter.explain(count, service.spec));
    return { kind: 'unplaced', explanation: lines.join(', ') || 'there is no node' };
  }

  /** Made on the first question: most passes have nothing to place. In the order of names (D2). */
  #all(): ReadonlyMap<string, Candidate> {
    if (this.#candidates !== undefined) return this.#candidates;
    const candidates = new Map<string, Candidate>();
    for (const node of this.#view.nodes.values()) {
      const assignments = this.#view.assignmentsOfNode(node.metadata.name);
      candidates.set(node.metadata.name, candidateFor(node, assignments));
    }
    for (const reservation of this.#reservations) {
      const candidate = candidates.get(reservation.node);
      const service = this.#view.services.get(reservation.service);
      if (candidate === undefined || service === undefined) continue;
      const assignments = this.#view.assignmentsOfService(reservation.service);
      if (!assignments.some((row) => fulfils(row, reservation))) add(candidate, service);
    }
    this.#candidates = candidates;
    return candidates;
  }
}

function candidateFor(node: Node, assignments: readonly Assignment[]): Candidate {
  const replicas = new Map<string, number>();
  const live = assignments.filter(isLive);
  for (const { spec } of live) replicas.set(spec.service, (replicas.get(spec.service) ?? 0) + 1);
  return { node, room: roomOf(node, assignments), replicas, replicasTotal: live.length };
}

/** D1. */
function add(candidate: Candidate, service: Service): void {
  const { name } = service.metadata;
  candidate.room = roomWith(candidate.room, service.spec);
  candidate.replicas.set(name, (candidate.replicas.get(name) ?? 0) + 1);
  candidate.replicasTotal += 1;
}

function fulfils({ spec }: Assignment, reservation: Reservation): boolean {
  return (
    spec.serviceUid === reservation.serviceUid &&
    spec.revision === reservation.revision &&
    spec.index === reservation.index
  );
}

/** `fitting` stands in the order of names: of equals the first name wins (D2). */
function choose(fitting: readonly Candidate[], service: Service, index: number): Candidate | undefined {
  const { name } = service.metadata;
  const own = (candidate: Candidate): number => candidate.replicas.get(name) ?? 0;
  switch (service.spec.placement.strategy) {
    case 'spread':
      return least(fitting, (a, b) => own(a) - own(b) || byUse(a, b));
    case 'binpack':
      return least(fitting, (a, b) => byUse(b, a));
    case 'roundRobin':
      return fitting[index % Math.max(1, fitting.length)];
    default:
      return unreachable(service.spec.placement.strategy);
  }
}

/** The first that none is below; sorting all of them for one costs several times as much. */
function least(
  fitting: readonly Candidate[],
  compare: (a: Candidate, b: Candidate) => number,
): Candidate | undefined {
  let [best] = fitting;
  for (const candidate of fitting) if (best !== undefined && compare(candidate, best) < 0) best = candidate;
  return best;
}

/** By cpu in use, then memory, then replicas. */
function byUse(a: Candidate, b: Candidate): number {
  const milliCpu = milliInUse(a) - milliInUse(b);
  return milliCpu || bytesInUse(a) - bytesInUse(b) || a.replicasTotal - b.replicasTotal;
}

const milliInUse = ({ node, room }: Candidate): number => milli(node.status.capacity.cpu) - room.milliCpu;
const bytesInUse = ({ node, room }: Candidate): number => node.status.capacity.memory - room.memory;
