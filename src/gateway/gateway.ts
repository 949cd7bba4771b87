// The agents' gateway: who may connect, which session speaks for which node, and what of the state goes to whom.
// Owns: the sessions. It works only while this peer may control; at any other time agents are sent elsewhere.
//
// G1. A node has at most one session. Its own agent's newer session replaces the older; another agent is refused.
// G2. When the control term changes, every session of the old one ends before anything else is done.
// G3. At most `agentSessionsMax` connections; one more is refused.
// G4. A node that is given up has no session: its agent registers anew, and says then what it still runs.

import { WebSocketServer, type WebSocket } from 'ws';
import type { Clock } from '../lib/clock.ts';
import { OrionError } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';
import type { ControlPlane } from '../peer/control-plane.ts';
import type { LogRequest, LogSink, LogSource } from '../protocol/logs.ts';
import type { Resources } from '../protocol/objects.ts';
import type { NodeStats } from '../protocol/watch.ts';
import type { RowChange } from '../state/view.ts';
import { changesByNode } from './assigned.ts';
import { ServiceLogs } from './service-logs.ts';
import { Session, type AgentIdentity, type SessionHost } from './session.ts';

export interface GatewayOptions {
  readonly controlPlane: ControlPlane;
  /** Who keeps the nodes' state hears of every session and heartbeat. */
  readonly liveness: {
    sessionOpened(node: string): void;
    sessionClosed(node: string): void;
    heartbeat(node: string): void;
  };
  readonly clock: Clock;
  readonly log: (fields: object, message: string) => void;
}

type UpgradeArguments = Parameters<WebSocketServer['handleUpgrade']>;
type Upgrade = (request: UpgradeArguments[0], socket: UpgradeArguments[1], head: UpgradeArguments[2]) => void;

export function createGateway(options: GatewayOptions): Gateway {
  return new Gateway(options);
}

export class Gateway implements LogSource, SessionHost {
  readonly controlPlane: ControlPlane;
  readonly clock: Clock;
  readonly log: (fields: object, message: string) => void;
  readonly #options: GatewayOptions;
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: limits.agentMessageBytesMax,
    perMessageDeflate: false,
  });
  readonly #sessions = new Set<Session>();
  /** By node with a session. */
  readonly #used = new Map<string, NodeStats>();
  readonly #byNode = new Map<string, { readonly session: Session; readonly agentId: string }>();
  readonly #logs: ServiceLogs;
  readonly #unsubscribe: (() => void)[];
  #term: number | undefined;
  #sweptMs: number;
  #cancelSweep: () => void = () => {};

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.controlPlane = options.controlPlane;
    this.clock = options.clock;
    this.log = options.log;
    this.#logs = new ServiceLogs({
      view: options.controlPlane.view,
      streamsOf: (node) => this.#liveSession(node)?.logs,
      openStreams: () => [...this.#sessions].reduce((sum, session) => sum + session.logs.size, 0),
    });
    this.#sweptMs = options.clock.monotonicMs();
    this.#unsubscribe = [
      options.controlPlane.onControlTerm((term) => this.#onTerm(term)),
      options.controlPlane.onChanges((index, changes) => this.#onChanges(index, changes)),
    ];
    options.controlPlane.offerNodeStats(() => Object.fromEntries(this.#used));
    this.#sweepLater();
  }

  /** Agents that are connected. */
  get sessions(): number {
    return this.#sessions.size;
  }

  /** Of a request whose Host and Origin were judged. */
  readonly upgrade: Upgrade = (request, socket, head) => {
    this.#server.handleUpgrade(request, socket, head, (webSocket) => this.accept(webSocket));
  };

  /** A connection whose Host and Origin were judged. */
  accept(socket: WebSocket): void {
    const term = this.controlPlane.controlTerm();
    const session = new Session(this, socket, term ?? 0);
    if (term === undefined || term !== this.#term) return session.redirect();
    if (this.#sessions.size >= limits.agentSessionsMax) return session.refuse('too many agents'); // G3
    this.#sessions.add(session);
  }

  open(request: LogRequest, sink: LogSink): () => void {
    if (this.#term === undefined)
      throw new OrionError('NO_LEADER', 'The agents are not here: ask the leader.');
    return this.#logs.open(request, sink);
  }

  async close(): Promise<void> {
    for (const end of this.#unsubscribe) end();
    this.#cancelSweep();
    this.#onTerm(undefined);
    this.#server.close();
  }

  // ── What sessions ask ──────────────────────────────────────────────────────────────────────────────────

  claim(session: Session, { nodeId, agentId }: AgentIdentity): string | undefined {
    const holder = this.#byNode.get(nodeId);
    if (holder !== undefined && holder.agentId !== agentId) {
      return `node "${nodeId}" is held by another agent: give this one a --node-id of its own`;
    }
    this.#byNode.set(nodeId, { session, agentId });
    holder?.session.end('a newer session of the same agent'); // G1
    return undefined;
  }

  onLive(_session: Session, node: string): void {
    this.#options.liveness.sessionOpened(node);
    this.log({ node }, 'an agent has a session');
    this.#logs.refresh();
  }

  onHeartbeat(node: string, used: Resources): void {
    this.#options.liveness.heartbeat(node);
    this.#used.set(node, { ...used, atMs: Math.floor(this.clock.wallMs()) });
  }

  onClosed(session: Session, agent: AgentIdentity | undefined): void {
    this.#sessions.delete(session);
    if (agent === undefined || this.#byNode.get(agent.nodeId)?.session !== session) return;
    this.#byNode.delete(agent.nodeId);
    this.#used.delete(agent.nodeId);
    this.#options.liveness.sessionClosed(agent.nodeId);
    this.log({ node: agent.nodeId }, 'an agent has no session any more');
  }

  // ── What the control plane tells ───────────────────────────────────────────────────────────────────────

  #onTerm(term: number | undefined): void {
    if (term === this.#term) return;
    this.#term = term;
    for (const session of this.#sessions) session.redirect(); // G2
    this.#logs.endAll(new OrionError('NO_LEADER', 'This peer does not lead any more.'));
  }

  #onChanges(index: number, changes: readonly RowChange[]): void {
    if (this.#sessions.size === 0) return;
    for (const { after } of changes) {
      if (after?.kind !== 'Node' || after.status.state !== 'down') continue;
      this.#liveSession(after.metadata.name)?.end('its node was given up'); // G4, before it hears what it lost
    }
    for (const [node, assigned] of changesByNode(changes)) {
      this.#byNode.get(node)?.session.sendChanges(index, assigned);
    }
    this.#logs.refresh();
  }

  #liveSession(node: string): Session | undefined {
    const session = this.#byNode.get(node)?.session;
    return session?.isLive === true ? session : undefined;
  }

  // ── Silence ────────────────────────────────────────────────────────────────────────────────────────────

  #sweepLater(): void {
    this.#cancelSweep = this.clock.after(limits.agentHeartbeatMs, () => {
      this.#sweep(this.clock.monotonicMs());
      this.#sweepLater();
    });
  }

  #sweep(nowMs: number): void {
    const slept = nowMs - this.#sweptMs > limits.nodeUnknownMs;
    this.#sweptMs = nowMs;
    for (const session of this.#sessions) {
      if (slept) session.excuse(nowMs);
      else if (session.isOverdue(nowMs)) session.end('silent for too long');
    }
  }
}
