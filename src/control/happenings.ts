// What one changed object means to a person: pure, from the row as it was and as it is.
//
// A message says the same when the same happens again: no pids, no times, no lines of a log (which may hold secrets).
// Settings and events are passed over: the first change with every write, and the second would tell of themselves.

import { unreachable } from '../lib/assert.ts';
import type { Assignment, Condition, Event, Node, Service } from '../protocol/objects.ts';
import { progressingType } from '../protocol/progress.ts';
import type { RowChange } from '../state/view.ts';

export type Happening = Event['spec'];

/** `before` and `after` of one object of a kind; not both are absent. */
interface Change<T> {
  readonly before: T | undefined;
  readonly after: T | undefined;
}

export function happeningsOf({ before, after }: RowChange): readonly Happening[] {
  const row = after ?? before;
  switch (row?.kind) {
    case 'Service':
      return ofService({ before, after } as Change<Service>);
    case 'Assignment':
      return ofAssignment({ before, after } as Change<Assignment>);
    case 'Node':
      return ofNode({ before, after } as Change<Node>);
    case 'Setting':
    case 'Event':
    case undefined:
      return [];
    default:
      return unreachable(row);
  }
}

type About = Pick<Happening, 'regarding' | 'source'>;

function about({ kind, metadata }: Service | Assignment | Node, source: Happening['source']): About {
  return { regarding: { kind, name: metadata.name, uid: metadata.uid }, source };
}

const normal = (subject: About, reason: string, message: string): Happening => ({
  ...subject,
  type: 'Normal',
  reason,
  message,
});

const warning = (subject: About, reason: string, message: string): Happening => ({
  ...subject,
  type: 'Warning',
  reason,
  message,
});

function ofService({ before, after }: Change<Service>): readonly Happening[] {
  if (after === undefined) {
    return before === undefined ? [] : [normal(about(before, 'rollout'), 'Deleted', 'it was deleted')];
  }
  const subject = about(after, 'rollout');
  const { replicas } = after.spec;
  if (before === undefined || before.metadata.uid !== after.metadata.uid) {
    return [normal(subject, 'Created', `it was created with ${replicas} replica(s)`)];
  }
  const happenings: Happening[] = [];
  const { revision } = after.status;
  if (revision !== before.status.revision) {
    happenings.push(normal(subject, 'Updated', `it is at revision ${revision}`));
  }
  if (replicas !== before.spec.replicas) {
    happenings.push(normal(subject, 'Scaled', `from ${before.spec.replicas} to ${replicas} replica(s)`));
  }
  return [...happenings, ...ofConditions({ before, after })];
}

function ofConditions({ before, after }: { before: Service; after: Service }): readonly Happening[] {
  const happenings: Happening[] = [];
  const placed = turned('Placed', before, after);
  if (placed?.status === 'False') {
    happenings.push(warning(about(after, 'scheduler'), 'Unplaced', firstSentence(placed.message)));
  }
  const progress = turned(progressingType, before, after);
  if (progress?.status === 'False') {
    happenings.push(warning(about(after, 'rollout'), 'RolloutFailed', firstSentence(progress.message)));
  } else if (progress?.reason === 'Complete') {
    happenings.push(normal(about(after, 'rollout'), 'RolloutComplete', progress.message));
  }
  return happenings;
}

/** The condition `type`, when it says something else than before, whatever lines of a log it adds. */
function turned(type: string, before: Service, after: Service): Condition | undefined {
  const find = ({ status }: Service): Condition | undefined =>
    status.conditions.find((condition) => condition.type === type);
  const now = find(after);
  const then = find(before);
  const sayings = [now, then].map(
    (said) => said && [said.status, said.reason, firstSentence(said.message)].join(),
  );
  return sayings[0] === sayings[1] ? undefined : now;
}

function ofAssignment({ before, after }: Change<Assignment>): readonly Happening[] {
  if (after === undefined) {
    const isStopped = before?.spec.desired === 'stopped' && before.status.state !== 'lost';
    return isStopped ? [normal(about(before, 'agent'), 'Stopped', `${replicaOf(before)} was stopped`)] : [];
  }
  const { service, index, node } = after.spec;
  if (before === undefined) {
    const message = `replica ${index} of ${service} was placed on ${node}`;
    return [normal(about(after, 'scheduler'), 'Placed', message)];
  }
  const isAgain = after.status.restarts > before.status.restarts;
  if (after.status.state === before.status.state && !isAgain) return [];
  return ofState(after);
}

const replicaOf = ({ spec }: Assignment): string =>
  `replica ${spec.index} of ${spec.service} on ${spec.node}`;

function ofState(assignment: Assignment): readonly Happening[] {
  const { status } = assignment;
  const subject = about(assignment, 'agent');
  const where = replicaOf(assignment);
  switch (status.state) {
    case 'pending':
    case 'stopping':
      return [];
    case 'starting':
      return [normal(subject, 'Started', `${where} was started`)];
    case 'running':
      return [normal(subject, 'Running', `${where} runs`)];
    case 'exited':
      if (status.reason === 'STOPPED') return []; // told when its row goes
      return [normal(subject, 'Completed', `${where} ended: exit code ${status.exitCode ?? 'unknown'}`)];
    case 'failed': {
      const why = [status.reason, status.exitCode && `exit code ${status.exitCode}`];
      if (status.exitCode === undefined) why.push(status.message && firstSentence(status.message));
      const message = [`${where} failed`, ...why.filter(Boolean)].join(': ');
      return [warning(subject, status.reason === 'CRASH_LOOP' ? 'CrashLoop' : 'Failed', message)];
    }
    case 'lost':
      return [warning(about(assignment, 'node'), 'Lost', `${where} is lost: its node is down`)];
    default:
      return unreachable(status.state);
  }
}

function ofNode({ before, after }: Change<Node>): readonly Happening[] {
  if (after === undefined) {
    return before === undefined ? [] : [normal(about(before, 'node'), 'Deleted', 'it was deleted')];
  }
  const subject = about(after, 'node');
  const { state } = after.status;
  if (before?.status.state === state) return [];
  switch (state) {
    case 'ready':
      return [normal(subject, 'NodeReady', 'its agent has a session')];
    case 'unknown':
      return [warning(subject, 'NodeUnknown', 'its agent has not been heard lately')];
    case 'down':
      return [warning(subject, 'NodeDown', 'its agent is not heard any more: its replicas run elsewhere')];
    default:
      return unreachable(state);
  }
}

/** A member of the cluster, as its configuration has it. */
export interface MemberFact {
  readonly id: string;
  readonly voter: boolean;
}

/** What a change of members means; nothing when there is none. */
export function memberHappenings(
  before: readonly MemberFact[],
  after: readonly MemberFact[],
): readonly Happening[] {
  const happenings: Happening[] = [];
  for (const { id, voter } of after) {
    const known = before.find((member) => member.id === id);
    if (known?.voter === voter) continue;
    const what = voter ? 'votes' : 'learns, and does not vote yet';
    const reason = known === undefined ? 'PeerAdded' : voter ? 'PeerPromoted' : 'PeerReplaced';
    happenings.push(normal(aboutPeer(id), reason, `${id} ${what}`));
  }
  for (const { id } of before) {
    if (after.some((member) => member.id === id)) continue;
    happenings.push(normal(aboutPeer(id), 'PeerRemoved', `${id} belongs to the cluster no more`));
  }
  return happenings;
}

export const leaderElected = (id: string): Happening => normal(aboutPeer(id), 'LeaderElected', `${id} leads`);

const aboutPeer = (id: string): About => ({ regarding: { kind: 'Peer', name: id, uid: '' }, source: 'peer' });

/** Without the lines of its log that an agent adds. */
function firstSentence(message: string): string {
  return message.split(/[;\n]/, 1)[0] ?? '';
}
