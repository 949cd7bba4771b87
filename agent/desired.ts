// What this node should run, as the last accepted leader said it.
//
// A1. Accepted only if its (epoch, term, version) is not below the highest one accepted, and durable before it is acted on.
// A2. Accepted only from the cluster that this agent belongs to; it joins the first that speaks to it.
// A3. Changes are applied to exactly the set that they were made for; anything else asks for a complete set.

import { join } from 'node:path';
import type { AgentDown, Assigned, SetVersion } from '../src/protocol/agent.ts';
import { desiredSchema, type Desired } from '../src/protocol/agent-directory.ts';
import { readWhole, writeWhole } from './files.ts';

type Assignments = Extract<AgentDown, { type: 'assignments' }>;

export type AcceptResult =
  | { readonly kind: 'accepted'; readonly set: readonly Assigned[] }
  /** This sender is not to be followed, or not from here: another session is needed. */
  | { readonly kind: 'refused'; readonly reason: string };

export class DesiredSet {
  readonly #path: string;
  /** A cluster that this agent may move to, whatever it belonged to. */
  readonly #acceptCluster: string | undefined;
  #desired: Desired | undefined;

  /** Throws CONFIG_INVALID when the file is damaged. */
  constructor(directory: string, acceptCluster: string | undefined) {
    this.#path = join(directory, 'desired.json');
    this.#acceptCluster = acceptCluster;
    this.#desired = readWhole(this.#path, desiredSchema);
  }

  /** Undefined: no leader has ever said anything. */
  get set(): readonly Assigned[] | undefined {
    return this.#desired?.set;
  }

  get version(): SetVersion | undefined {
    return this.#desired?.version;
  }

  /** Why a cluster is not to be listened to, or undefined. */
  refuseCluster(clusterId: string): string | undefined {
    const mine = this.#desired?.clusterId;
    if (mine === undefined || mine === clusterId || this.#acceptCluster === clusterId) return undefined;
    return (
      `cluster ${clusterId} is not ${mine}, which this agent belongs to; ` +
      `if it is meant to move, start it once with --accept-cluster ${clusterId}`
    );
  }

  accept(message: Assignments): AcceptResult {
    const foreign = this.refuseCluster(message.clusterId);
    if (foreign !== undefined) return { kind: 'refused', reason: foreign };
    const { clusterId, epoch, term, version } = message;
    const current = this.#desired?.clusterId === clusterId ? this.#desired : undefined;
    if (current !== undefined && compare(message, current.version) < 0) {
      return { kind: 'refused', reason: 'the set is older than one that was accepted before' };
    }
    const set = message.complete ? (message.set ?? []) : changed(current, message);
    if (set === undefined)
      return { kind: 'refused', reason: 'the changes are for another set than this one' };
    const desired: Desired = { format: 1, clusterId, version: { epoch, term, version }, set };
    writeWhole(this.#path, desired); // A1
    this.#desired = desired;
    return { kind: 'accepted', set };
  }
}

function compare(a: SetVersion, b: SetVersion): number {
  return a.epoch - b.epoch || a.term - b.term || a.version - b.version;
}

// A3
function changed(current: Desired | undefined, message: Assignments): Assigned[] | undefined {
  if (current === undefined) return undefined;
  const { epoch, term, version } = current.version;
  if (message.epoch !== epoch || message.term !== term || message.previous !== version) return undefined;
  const set = new Map(current.set.map((assigned) => [assigned.assignmentId, assigned]));
  for (const change of message.changes ?? []) {
    if (change.type === 'put') set.set(change.assignment.assignmentId, change.assignment);
    else set.delete(change.assignmentId);
  }
  return [...set.values()];
}
