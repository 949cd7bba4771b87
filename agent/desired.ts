// What this node should run, as the last accepted leader said it.
//
// A1. Accepted only if its (epoch, term, version) is not below the highest one accepted; in `set` once it is durable.
// A2. Accepted only from the cluster that this agent belongs to; it joins the first that speaks to it.
// A3. Changes are applied to exactly the set that they were made for; anything else asks for a complete set.

import { join } from 'node:path';
import type { AgentDown, Assigned, SetVersion } from '../src/protocol/agent.ts';
import { desiredSchema, type Desired } from '../src/protocol/agent-directory.ts';
import { readWhole, writeWhole } from './files.ts';

type Assignments = Extract<AgentDown, { type: 'assignments' }>;

export class DesiredSet {
  readonly #path: string;
  /** A cluster that this agent may move to, whatever it belonged to. */
  readonly #acceptCluster: string | undefined;
  #desired: Desired | undefined;
  /** Accepted after it, and not durable yet. */
  #unsaved: Desired | undefined;

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

  /** Accepted, and not saved: it takes the place of `set` then. */
  get unsaved(): readonly Assigned[] | undefined {
    return this.#unsaved?.set;
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

  /** Why this sender is not to be followed, or not from here, so that another session is needed; or undefined. */
  accept(message: Assignments): string | undefined {
    const foreign = this.refuseCluster(message.clusterId);
    if (foreign !== undefined) return foreign;
    const { clusterId, epoch, term, version } = message;
    const last = this.#unsaved ?? this.#desired;
    const current = last?.clusterId === clusterId ? last : undefined;
    if (current !== undefined && compare(message, current.version) < 0) {
      return 'the set is older than one that was accepted before';
    }
    const set = message.complete ? (message.set ?? []) : changed(current, message);
    if (set === undefined) return 'the changes are for another set than this one';
    this.#unsaved = { format: 1, clusterId, version: { epoch, term, version }, set };
    return undefined;
  }

  /** Makes what was accepted durable. Throws what the disk has to say; it may be tried again. */
  save(): void {
    if (this.#unsaved === undefined) return;
    writeWhole(this.#path, this.#unsaved); // A1
    this.#desired = this.#unsaved;
    this.#unsaved = undefined;
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
