// Why a replica runs where it does, or nowhere: what each node says to one more replica, filter by filter.
// Pure, from objects as the API answers them, so that whoever shows it (CLI, terminal screen) needs no route of its own.
//
// W1. The filters are the scheduler's own (fit.ts). Two things only the leader knows, and so are not judged here: whether
//     a ready node's session stands at this moment, and what the leader has planned and not yet applied.

import { type FitVerdict, judgeFit, roomOf, roomWithout } from './fit.ts';
import type { Assignment, Node, Service, ServiceSpec } from './objects.ts';
import { isLive } from './replica.ts';

/** What one node says to one more replica. */
export interface NodeVerdict {
  readonly node: string;
  readonly fits: boolean;
  readonly filters: readonly FitVerdict[];
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
