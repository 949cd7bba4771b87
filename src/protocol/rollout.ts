// How far a service's rollout is: read from its conditions and its assignments, for whoever follows one.
//
// R1. Nothing is said of a spec that no controller has seen: it waits.
// R2. One crash is no failure: the agent tries again. A replica that crashes again and again, cannot be started at all, or
//     shall not be started again, has failed.
// R3. Whether a rollout has failed is what its condition says, and nothing else: the result of its revision is noted from the
//     same words, so that nobody hears of it earlier than another.

import type { Assignment, Service } from './objects.ts';
import { isEnded, isLive } from './replica.ts';

/** A replica of the current revision that does not run, and will not without somebody's help. */
export interface FailedReplica {
  readonly assignment: string;
  readonly index: number;
  readonly node: string;
  readonly reason: string;
  readonly exitCode: number | null;
  /** How it ended, and the last lines it wrote. */
  readonly message: string;
}

export interface Rollout {
  readonly service: string;
  readonly revision: number;
  readonly state: 'waiting' | 'progressing' | 'complete' | 'failed';
  /** Replicas asked for. */
  readonly desired: number;
  /** Of these, how many are of the current revision, running or not. */
  readonly updated: number;
  /** Of these, how many run, on nodes that are ready. */
  readonly ready: number;
  /** Replicas of earlier revisions that are still there. */
  readonly old: number;
  /** What the controllers say, in one sentence. */
  readonly message: string;
  readonly failed: readonly FailedReplica[];
}

/** `assignments`: all that bear the service's name, and others too. */
export function rolloutOf(service: Service, assignments: Iterable<Assignment>): Rollout {
  const { metadata, spec, status } = service;
  const own = [...assignments].filter((one) => one.spec.serviceUid === metadata.uid);
  const current = own.filter((one) => isLive(one) && one.spec.revision === status.revision);
  const wanted = current.filter((one) => one.spec.index < spec.replicas);
  const failed = wanted.filter(hasFailed).map(failureOf);
  return {
    service: metadata.name,
    revision: status.revision,
    ...stateOf(service),
    desired: spec.replicas,
    updated: wanted.length,
    ready: status.ready,
    old: own.length - wanted.length,
    failed,
  };
}

function stateOf(service: Service): Pick<Rollout, 'state' | 'message'> {
  const { metadata, status } = service;
  if (status.observedGeneration < metadata.generation) {
    return { state: 'waiting', message: 'no controller has looked at it yet' }; // R1
  }
  const said = (type: string): Service['status']['conditions'][number] | undefined =>
    status.conditions.find((condition) => condition.type === type);
  const progressing = said('Progressing');
  const message = progressing?.message.split('\n')[0] ?? '';
  if (progressing?.status === 'False') return { state: 'failed', message }; // R3
  if (progressing?.reason === 'Complete') return { state: 'complete', message };
  const placed = said('Placed');
  return { state: 'progressing', message: placed?.status === 'False' ? placed.message : message };
}

/** R2. */
export function hasFailed(assignment: Assignment): boolean {
  const { state, reason = '' } = assignment.status;
  return state === 'failed' && (isEnded(assignment) || !['CRASHED', 'EXIT_UNKNOWN'].includes(reason));
}

function failureOf({ metadata, spec, status }: Assignment): FailedReplica {
  return {
    assignment: metadata.name,
    index: spec.index,
    node: spec.node,
    reason: status.reason ?? 'FAILED',
    exitCode: status.exitCode ?? null,
    message: status.message ?? '',
  };
}
