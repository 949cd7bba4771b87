// What an assignment's row says about its replica: facts that apply and the controllers must read the same way.

import type { Assignment, ServiceSpec } from './objects.ts';

/** Its program ended, and its policy does not start it again: it keeps its slot, but reserves nothing. */
export function isEnded({ spec, status }: Assignment): boolean {
  if (status.state === 'exited') return spec.workload.restart !== 'always';
  if (status.state === 'failed') return spec.workload.restart === 'never';
  return false;
}

/** It holds its slot (service uid, revision, index): wanted, and on a node that is not given up. */
export function isLive({ spec, status }: Assignment): boolean {
  return spec.desired === 'running' && status.state !== 'lost';
}

/** Its node keeps cpu, memory and ports for it: also while it is being stopped, until its end was reported. */
export function isReserving(assignment: Assignment): boolean {
  return assignment.status.state !== 'lost' && !isEnded(assignment);
}

/** The part of a service's spec that its replicas run. A change of it, and of nothing else, is a new revision. */
export function workloadOf(spec: ServiceSpec): Omit<ServiceSpec, 'replicas' | 'placement'> {
  const { replicas: _replicas, placement: _placement, ...workload } = spec;
  return workload;
}
