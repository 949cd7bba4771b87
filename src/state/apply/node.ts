// Nodes: registered by their agents' sessions, judged alive or not by the leader, deleted by users.
//
// N1. On a node that is down nothing is live: what should run there is lost, what should stop there is gone.
// N2. What ended for good stays as it was reported, whatever becomes of its node: it is not run a second time.
// N3. A lost replica comes back only where its slot is free; else it is dropped, and its agent stops it.

import { unreachable } from '../../lib/assert.ts';
import type { CommandResult } from '../../protocol/command.ts';
import type { Assignment, Node, NodeState } from '../../protocol/objects.ts';
import { isEnded } from '../../protocol/replica.ts';
import { type ConditionUpdate, withConditions } from '../conditions.ts';
import type { Overlay } from '../overlay.ts';
import { slotHolder } from './assignment.ts';
import { type CommandOf, notFound, refused, stale, unmetPrecondition } from './judge.ts';

export function registerNode(overlay: Overlay, command: CommandOf<'node.register'>): CommandResult {
  const { node: name, labels, address, capacity } = command;
  const existing = overlay.get('node', name);
  const conditions = withConditions(
    existing?.status.conditions ?? [],
    [readyCondition('ready', 'SessionOpened')],
    overlay.time,
  );
  const node: Node = {
    kind: 'Node',
    metadata: existing ? { ...existing.metadata, labels } : overlay.metadata({ name, labels }),
    spec: {},
    status: {
      state: 'ready',
      address,
      capacity,
      allocated: existing?.status.allocated ?? { cpu: 0, memory: 0 },
      runtimes: [...command.runtimes],
      conditions,
    },
  };
  overlay.put('node', node);
  const running = new Set(command.running);
  for (const assignment of overlay.assignmentsOfNode(name)) {
    const stillRuns = running.has(assignment.metadata.name);
    if (assignment.status.state === 'lost') {
      if (stillRuns && isWanted(overlay, assignment)) revive(overlay, assignment);
      else overlay.delete(assignment); // N3
    } else if (assignment.spec.desired === 'stopped' && !stillRuns) {
      overlay.delete(assignment);
    }
  }
  return { kind: 'object', created: existing === undefined, object: node };
}

/** A replica of an older revision is wanted as long as no other, of any revision, stands in for it. */
function isWanted(overlay: Overlay, { spec }: Assignment): boolean {
  const service = overlay.get('service', spec.service);
  if (service?.metadata.uid !== spec.serviceUid || spec.index >= service.spec.replicas) return false;
  const { service: name, serviceUid, index, revision } = spec;
  const isCurrent = revision === service.status.revision;
  const slot = { service: name, serviceUid, index, ...(isCurrent && { revision }) };
  return slotHolder(overlay, slot) === undefined;
}

/** Its agent says everything again in a new session: whatever comes next is news. Until then it is only starting. */
function revive(overlay: Overlay, assignment: Assignment): void {
  const { reason: _reason, message: _message, ...status } = assignment.status;
  overlay.put('assignment', { ...assignment, status: { ...status, state: 'starting', sequence: 0 } });
}

export function setNodeState(overlay: Overlay, command: CommandOf<'node.state'>): CommandResult {
  const { state, reason } = command;
  const node = overlay.get('node', command.node);
  if (node?.metadata.resourceVersion !== command.resourceVersion) {
    return stale(`node "${command.node}" has changed`);
  }
  if (node.status.state === 'down' && state !== 'down') {
    return stale(`node "${command.node}" is down, and comes back by registering`);
  }
  const conditions = withConditions(node.status.conditions, [readyCondition(state, reason)], overlay.time);
  overlay.put('node', { ...node, status: { ...node.status, state, conditions } });
  if (state === 'down') for (const row of overlay.assignmentsOfNode(command.node)) lose(overlay, row);
  return { kind: 'done' };
}

function lose(overlay: Overlay, assignment: Assignment): void {
  if (assignment.spec.desired === 'stopped') return overlay.delete(assignment); // N1
  if (isEnded(assignment)) return; // N2
  const { pid: _pid, ...status } = assignment.status;
  overlay.put('assignment', { ...assignment, status: { ...status, state: 'lost', reason: 'NODE_DOWN' } });
}

export function deleteNode(overlay: Overlay, command: CommandOf<'node.delete'>): CommandResult {
  const node = overlay.get('node', command.name);
  if (node === undefined) return notFound('Node', command.name);
  const unmet = unmetPrecondition(command, node);
  if (unmet !== undefined) return unmet;
  if (node.status.state !== 'down') {
    return refused(
      'CONFLICT',
      `The node "${command.name}" is ${node.status.state}, and only one that is down can be deleted: stop its agent.`,
    );
  }
  overlay.delete(node);
  for (const assignment of overlay.assignmentsOfNode(command.name)) {
    if (assignment.status.state === 'lost') overlay.delete(assignment);
  }
  return { kind: 'deleted' };
}

function readyCondition(state: NodeState, reason: string): ConditionUpdate {
  switch (state) {
    case 'ready':
      return { type: 'Ready', status: 'True', reason, message: 'its agent has a session' };
    case 'unknown':
      return { type: 'Ready', status: 'Unknown', reason, message: 'its agent has not been heard lately' };
    case 'down':
      return {
        type: 'Ready',
        status: 'False',
        reason,
        message: 'its agent has not been heard for so long that its replicas run elsewhere',
      };
    default:
      return unreachable(state);
  }
}
