// Assignments: placed and stopped by the controllers, observed by agents.
//
// A1. A slot (service uid, revision, index) is held by at most one live assignment.
// A2. What runs is what an agent reported, and nothing else; an older report than the last is ignored.
// A3. An assignment that was asked to stop stays until its end is reported: its ports and room are in use till then.
// A4. A lost assignment comes back only when its node registers (node.ts): until then its reports are ignored.

import { misfit, roomOf } from '../../protocol/fit.ts';
import type { AssignmentReport, CommandResult } from '../../protocol/command.ts';
import type { Assignment, Service } from '../../protocol/objects.ts';
import { workloadWith } from '../../protocol/references.ts';
import { isLive } from '../../protocol/replica.ts';
import type { Overlay } from '../overlay.ts';
import { type CommandOf, stale } from './judge.ts';

type Create = CommandOf<'assignment.create'>;

export function createAssignment(overlay: Overlay, command: Create): CommandResult {
  const service = overlay.get('service', command.service);
  const obstacle = obstacleToSlot(overlay, command, service) ?? obstacleOnNode(overlay, command, service);
  if (service === undefined || obstacle !== undefined) return stale(obstacle ?? 'the service is gone');
  const { metadata, status, spec } = service;
  const assignment: Assignment = {
    kind: 'Assignment',
    metadata: overlay.metadata({
      name: `${metadata.name.slice(0, 40)}-${command.index}-${overlay.index.toString(36)}`,
      labels: {},
    }),
    spec: {
      service: metadata.name,
      serviceUid: metadata.uid,
      revision: command.revision,
      index: command.index,
      node: command.node,
      desired: 'running',
      workload: workloadWith(spec, (setting) => overlay.get('setting', setting)?.spec.data),
    },
    status: { state: 'pending', sequence: 0, ports: {}, restarts: 0 },
  };
  overlay.put('assignment', assignment);
  overlay.put('service', { ...service, status: { ...status, observedGeneration: metadata.generation } });
  return { kind: 'object', created: true, object: assignment };
}

function obstacleToSlot(overlay: Overlay, command: Create, service: Service | undefined): string | undefined {
  if (
    service?.metadata.uid !== command.serviceUid ||
    service.metadata.generation !== command.generation ||
    service.status.revision !== command.revision
  ) {
    return `service "${command.service}" has changed`;
  }
  if (command.index >= service.spec.replicas) return `service "${command.service}" has no such replica`;
  const holder = slotHolder(overlay, command); // A1
  return holder && `replica ${command.index} is "${holder.metadata.name}" already`;
}

function obstacleOnNode(overlay: Overlay, command: Create, service: Service | undefined): string | undefined {
  const node = overlay.get('node', command.node);
  if (service === undefined || node === undefined) return `node "${command.node}" is gone`;
  const room = roomOf(node, overlay.assignmentsOfNode(command.node));
  const reason = misfit(service.spec, node, room);
  return reason && `it does not fit node "${command.node}" (${reason.explain(1, service.spec)})`;
}

/** The live assignment of a slot; without a `revision`, of that index in any. */
export function slotHolder(
  overlay: Overlay,
  slot: { service: string; serviceUid: string; index: number; revision?: number },
): Assignment | undefined {
  return overlay
    .assignmentsOfService(slot.service)
    .find(
      (assignment) =>
        isLive(assignment) &&
        assignment.spec.serviceUid === slot.serviceUid &&
        assignment.spec.index === slot.index &&
        (slot.revision === undefined || assignment.spec.revision === slot.revision),
    );
}

export function stopAssignment(overlay: Overlay, command: CommandOf<'assignment.stop'>): CommandResult {
  const assignment = overlay.get('assignment', command.assignmentId);
  if (assignment?.metadata.resourceVersion !== command.resourceVersion) {
    return stale(`assignment "${command.assignmentId}" has changed`);
  }
  const service = overlay.get('service', assignment.spec.service);
  if ((service?.metadata.generation ?? 0) !== command.generation) {
    return stale(`service "${assignment.spec.service}" has changed`);
  }
  askToStop(overlay, assignment);
  return { kind: 'done' };
}

/** A3. Where nothing runs by the last report, or nobody is left to report, the row goes at once. */
export function askToStop(overlay: Overlay, assignment: Assignment): void {
  const { state } = assignment.status;
  if (state === 'lost' || state === 'exited' || state === 'failed') overlay.delete(assignment);
  else overlay.put('assignment', { ...assignment, spec: { ...assignment.spec, desired: 'stopped' } });
}

export function reportAssignments(overlay: Overlay, command: CommandOf<'assignment.report'>): CommandResult {
  for (const report of command.reports) {
    const assignment = overlay.get('assignment', report.assignmentId);
    if (assignment === undefined || assignment.spec.node !== command.node) continue;
    if (assignment.status.state === 'lost') continue; // A4
    if (report.sequence <= assignment.status.sequence) continue; // A2
    if (assignment.spec.desired === 'stopped' && (report.state === 'exited' || report.state === 'failed')) {
      overlay.delete(assignment);
    } else {
      overlay.put('assignment', { ...assignment, status: statusOf(report) });
    }
  }
  return { kind: 'done' };
}

function statusOf(report: AssignmentReport): Assignment['status'] {
  const { pid, startedAt, exitCode, reason, message } = report;
  return {
    state: report.state,
    sequence: report.sequence,
    ports: report.ports,
    restarts: report.restarts,
    ...(pid !== undefined && { pid }),
    ...(startedAt !== undefined && { startedAt }),
    ...(exitCode !== undefined && { exitCode }),
    ...(reason !== undefined && { reason }),
    ...(message !== undefined && { message }),
  };
}
