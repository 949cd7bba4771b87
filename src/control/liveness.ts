// Which nodes are alive, in the leader's memory: heartbeats never reach the log, only a change of a node's state does.
// Owns: when each node was last heard, and which have a live session. Times are monotonic milliseconds, passed in.
//
// L1. A node is unknown after `nodeUnknownMs` of silence and down after `nodeDownMs`: its row says so, once.
// L2. A leader that is new, or that slept, has heard nobody by no fault of theirs: every node gets a full grace.
// L3. A node that is down comes back by registering, never by a heartbeat alone: only then is known what it still runs.

import { limits } from '../lib/limits.ts';
import type { Node, NodeState } from '../protocol/objects.ts';
import type { NodeStateCommand } from './plan.ts';

export class Liveness {
  readonly #sessions = new Set<string>();
  readonly #heardMs = new Map<string, number>();
  /** Silence counts from here on (L2). */
  #graceMs: number;
  #tickedMs: number;

  constructor(nowMs: number) {
    this.#graceMs = nowMs;
    this.#tickedMs = nowMs;
  }

  /** Names of the nodes with a live session. */
  get sessions(): ReadonlySet<string> {
    return this.#sessions;
  }

  sessionOpened(node: string, nowMs: number): void {
    this.#sessions.add(node);
    this.#heardMs.set(node, nowMs);
  }

  sessionClosed(node: string): void {
    this.#sessions.delete(node);
  }

  heartbeat(node: string, nowMs: number): void {
    if (this.#sessions.has(node)) this.#heardMs.set(node, nowMs);
  }

  /** The states that have changed by `nowMs`: at most one command for each node of `nodes`, all that there are. */
  tick(nowMs: number, nodes: Iterable<Node>): NodeStateCommand[] {
    if (nowMs - this.#tickedMs > limits.nodeUnknownMs / 2) this.#graceMs = nowMs; // L2
    this.#tickedMs = nowMs;
    const commands: NodeStateCommand[] = [];
    const known = new Set<string>();
    for (const { metadata, status } of nodes) {
      known.add(metadata.name);
      const state = this.#judge(metadata.name, status.state, nowMs);
      if (state === status.state) continue;
      commands.push({
        kind: 'node.state',
        node: metadata.name,
        resourceVersion: metadata.resourceVersion,
        state,
        reason: state === 'ready' ? 'HeartbeatResumed' : 'HeartbeatMissed',
      });
    }
    for (const node of this.#heardMs.keys()) {
      if (!known.has(node) && !this.#sessions.has(node)) this.#heardMs.delete(node);
    }
    return commands;
  }

  #judge(node: string, state: NodeState, nowMs: number): NodeState {
    if (state === 'down') return 'down'; // L3
    const heardMs = this.#heardMs.get(node);
    const silentMs = nowMs - Math.max(heardMs ?? this.#graceMs, this.#graceMs);
    if (silentMs > limits.nodeDownMs) return 'down';
    if (silentMs > limits.nodeUnknownMs) return 'unknown';
    // A grace is no sign of life: what was unknown becomes ready again only by being heard.
    const isHeard = this.#sessions.has(node) && heardMs !== undefined && heardMs >= this.#graceMs;
    return isHeard ? 'ready' : state;
  }
}
