// What the reconciler has to say about a service, for people and for whoever waits: Placed and Progressing.
// Said only when it differs from what stands there: an idle cluster writes nothing.

import type { ConditionsCommand } from './plan.ts';
import type { Assignment, Condition, Service } from '../protocol/objects.ts';
import { isLive } from '../protocol/replica.ts';
import { hasFailed } from '../protocol/rollout.ts';
import { progressingType, rolledOut, rollingOut } from '../protocol/progress.ts';
import { isSettled, type Slot } from './slots.ts';

/** The first replica that fits no node, and why. */
export interface Obstacle {
  readonly index: number;
  readonly explanation: string;
}

type Statement = Omit<Condition, 'lastTransitionTime'>;

/** The command that brings the conditions up to date; none when they are. */
export function reportOn(
  service: Service,
  slots: readonly Slot[],
  obstacle: Obstacle | undefined,
): ConditionsCommand[] {
  const { name, uid, generation } = service.metadata;
  const { revision } = service.status;
  const conditions = [placed(obstacle), progressing(service, slots)];
  const isKnown = conditions.every((condition) => stands(service, condition));
  if (isKnown && service.status.observedGeneration === generation) return [];
  return [{ kind: 'service.conditions', service: name, serviceUid: uid, generation, revision, conditions }];
}

function stands({ status }: Service, { type, status: value, reason, message }: Statement): boolean {
  return status.conditions.some(
    (condition) =>
      condition.type === type &&
      condition.status === value &&
      condition.reason === reason &&
      condition.message === message,
  );
}

function placed(obstacle: Obstacle | undefined): Statement {
  if (obstacle === undefined) {
    return { type: 'Placed', status: 'True', reason: 'NodesFound', message: 'every replica has a node' };
  }
  const message = `replica ${obstacle.index} fits no node: ${obstacle.explanation}`;
  return { type: 'Placed', status: 'False', reason: 'NoNodeFits', message };
}

function progressing(service: Service, slots: readonly Slot[]): Statement {
  const type = progressingType;
  const current = slots.flatMap((slot) => slot.current ?? []);
  const failed = current.find(hasFailed);
  if (failed !== undefined) {
    return { type, status: 'False', reason: 'ReplicaFailed', message: failureOf(failed, 'failed') };
  }
  const said = service.status.conditions.find((condition) => condition.type === type);
  // Between two tries a crash loop is no progress: what was said stands until the replica runs.
  if (said?.status === 'False' && current.some(isRetrying)) {
    return { type, status: said.status, reason: said.reason, message: said.message };
  }
  const { revision } = service.status;
  if (slots.every(({ current, old }) => current && isSettled(current) && !old.some(isLive))) {
    return rolledOut(revision);
  }
  const crashed = current.find(({ status }) => status.state === 'failed');
  if (crashed === undefined) return rollingOut(revision);
  return { ...rollingOut(revision), message: failureOf(crashed, 'is started again') };
}

function isRetrying({ status }: Assignment): boolean {
  return status.state === 'starting' && status.restarts > 0;
}

/** One sentence: the lines that it wrote last stand with the replica. */
function failureOf({ spec, status }: Assignment, what: string): string {
  const how = status.message?.split('\n')[0]?.replace(/; it wrote last:$/, '');
  const parts = [status.reason, how ?? (status.exitCode && `exit code ${status.exitCode}`)];
  return [`replica ${spec.index} ${what} on ${spec.node}`, ...parts.filter(Boolean)].join(': ');
}
