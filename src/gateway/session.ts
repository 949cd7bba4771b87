// One agent's connection to the leader, from its hello to its end.
// Owns: the socket and what is said over it. Which sessions there may be is the gateway's to judge.
//
// S1. A session belongs to one term: it ends when the peer's control term does, and nothing is sent under another.
// S2. An agent is told of assignments only after its registration was applied; first the complete set, then changes.
// S3. What an agent says counts for its own node alone, whatever it says.
// S4. An agent that breaks the protocol, or does not take what it is sent, loses its session; it comes again and
//     starts from the complete set.

import type { WebSocket } from 'ws';
import { unreachable } from '../lib/assert.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf, OrionError } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';
import type { ControlPlane } from '../peer/control-plane.ts';
import { agentProtocolVersion, agentUpSchema, type AgentDown, type AgentUp } from '../protocol/agent.ts';
import type { Resources } from '../protocol/objects.ts';
import { assignedSet, type AssignedChange } from './assigned.ts';
import { LogStreams } from './log-streams.ts';
import { ReportQueue } from './reports.ts';

type Hello = Extract<AgentUp, { type: 'hello' }>;

/** What the gateway decides for its sessions. */
export interface SessionHost {
  readonly controlPlane: ControlPlane;
  readonly clock: Clock;
  readonly log: (fields: object, message: string) => void;
  /** The session speaks for this node from now on; or the reason why it may not. */
  claim(session: Session, agent: AgentIdentity): string | undefined;
  onLive(session: Session, node: string): void;
  onHeartbeat(node: string, used: Resources): void;
  onClosed(session: Session, agent: AgentIdentity | undefined): void;
}

export interface AgentIdentity {
  readonly nodeId: string;
  readonly agentId: string;
}

type State =
  | { readonly kind: 'greeting' }
  | { readonly kind: 'registering'; readonly agent: AgentIdentity; readonly reports: ReportQueue }
  | {
      readonly kind: 'live';
      readonly agent: AgentIdentity;
      readonly reports: ReportQueue;
      /** Of the last set or changes sent: what the next changes build on. */
      sentVersion: number;
    }
  | { readonly kind: 'closed' };

export class Session {
  readonly term: number;
  readonly logs = new LogStreams((message) => this.send(message));
  readonly #host: SessionHost;
  readonly #socket: WebSocket;
  readonly #openedMs: number;
  #heardMs: number;
  #state: State = { kind: 'greeting' };

  constructor(host: SessionHost, socket: WebSocket, term: number) {
    this.term = term;
    this.#host = host;
    this.#socket = socket;
    this.#openedMs = host.clock.monotonicMs();
    this.#heardMs = this.#openedMs;
    socket.on('message', (data: Buffer, isBinary: boolean) => this.#onMessage(data, isBinary));
    socket.on('error', (error) => this.#drop(messageOf(error)));
    socket.on('close', () => this.#closed());
  }

  get isLive(): boolean {
    return this.#state.kind === 'live';
  }

  /** Silent for too long by `nowMs`: nobody is there any more, or never said who they are. */
  isOverdue(nowMs: number): boolean {
    if (this.#state.kind === 'greeting') return nowMs - this.#openedMs > limits.agentHelloMs;
    return nowMs - this.#heardMs > limits.nodeDownMs;
  }

  /** A leader that slept has heard nobody, by no fault of theirs. */
  excuse(nowMs: number): void {
    this.#heardMs = nowMs;
  }

  sendChanges(version: number, changes: readonly AssignedChange[]): void {
    const state = this.#state;
    if (state.kind !== 'live' || version <= state.sentVersion) return;
    const previous = state.sentVersion;
    state.sentVersion = version;
    this.#sendAssignments({ version, previous, complete: false, changes: [...changes] });
  }

  send(message: AgentDown): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    const text = JSON.stringify(message);
    if (this.#socket.bufferedAmount + text.length > limits.agentQueueBytesMax) return this.#drop('too slow'); // S4
    this.#socket.send(text);
  }

  /** Tells the agent where to go, and ends the session. */
  redirect(): void {
    const { controlPlane } = this.#host;
    const leader = controlPlane.leaderApi() ?? null;
    this.send({ type: 'redirect', leader, peers: [...controlPlane.peerApis()] });
    this.end('another peer leads');
  }

  refuse(reason: string): void {
    this.#host.log({ reason }, 'an agent was refused');
    this.send({ type: 'refused', reason });
    this.end('refused');
  }

  end(reason: string): void {
    this.#closed();
    this.#socket.close(1000, reason);
    const cancel = this.#host.clock.after(limits.agentCloseMs, () => this.#socket.terminate());
    this.#socket.once('close', cancel);
  }

  #drop(reason: string): void {
    this.#host.log({ reason, node: this.#agent()?.nodeId }, 'an agent lost its session');
    this.#closed();
    this.#socket.terminate();
  }

  #agent(): AgentIdentity | undefined {
    return 'agent' in this.#state ? this.#state.agent : undefined;
  }

  #closed(): void {
    const state = this.#state;
    if (state.kind === 'closed') return;
    this.#state = { kind: 'closed' };
    if (state.kind !== 'greeting') state.reports.stop();
    this.logs.endAll(new OrionError('NO_LEADER', 'The node of the replica is not connected any more.'));
    this.#host.onClosed(this, state.kind === 'greeting' ? undefined : state.agent);
  }

  #onMessage(data: Buffer, isBinary: boolean): void {
    if (this.#state.kind === 'closed') return;
    const message = isBinary ? undefined : parseUp(data);
    if (message === undefined) return this.#drop('a message that is none of the protocol'); // S4
    if (message.type === 'status' && data.length > limits.agentStatusBytesMax) {
      return this.#drop('a report that no command holds');
    }
    this.#heardMs = this.#host.clock.monotonicMs();
    this.#handle(message);
  }

  #handle(message: AgentUp): void {
    const state = this.#state;
    if (message.type === 'hello') {
      if (state.kind === 'greeting') void this.#register(message);
      else this.#drop('a second hello');
      return;
    }
    if (state.kind === 'greeting' || state.kind === 'closed') return this.#drop('a message before hello');
    switch (message.type) {
      case 'heartbeat':
        if (state.kind === 'live') this.#host.onHeartbeat(state.agent.nodeId, message.metrics);
        return;
      case 'status':
        return state.reports.add(message);
      case 'logs.chunk':
        if (!this.logs.onChunk(message)) this.#drop('more log lines than it had credit for');
        return;
      case 'goodbye':
        return this.end('goodbye');
      default:
        return unreachable(message);
    }
  }

  async #register(hello: Hello): Promise<void> {
    if (hello.protocol !== agentProtocolVersion) {
      return this.refuse(`protocol ${hello.protocol} is not spoken here: use ${agentProtocolVersion}`);
    }
    const agent = { nodeId: hello.nodeId, agentId: hello.agentId };
    const refusal = this.#host.claim(this, agent);
    if (refusal !== undefined) return this.refuse(refusal);
    const reports = this.#reportQueue(agent.nodeId);
    this.#state = { kind: 'registering', agent, reports };
    try {
      const { nodeId: node, address, labels, capacity, runtimes } = hello;
      const { result } = await this.#host.controlPlane.proposeAsLeader(this.term, {
        kind: 'node.register',
        fence: { term: this.term },
        node,
        address,
        labels,
        capacity,
        runtimes,
        running: hello.running.map(({ assignmentId }) => assignmentId),
      });
      if (this.#state.kind !== 'registering') return; // it ended meanwhile
      if (result.kind === 'refused') return this.refuse(result.message);
      this.#welcome(agent, reports);
    } catch (error) {
      this.#host.log({ node: agent.nodeId, error: messageOf(error) }, 'a node could not be registered');
      this.redirect();
    }
  }

  #welcome(agent: AgentIdentity, reports: ReportQueue): void {
    const { controlPlane } = this.#host;
    if (controlPlane.controlTerm() !== this.term) return this.redirect(); // S1
    const { view } = controlPlane;
    const version = view.appliedIndex;
    this.#state = { kind: 'live', agent, reports, sentVersion: version };
    this.send({
      type: 'welcome',
      protocol: agentProtocolVersion,
      clusterId: view.clusterId,
      heartbeatMs: limits.agentHeartbeatMs,
      peers: [...controlPlane.peerApis()],
    });
    const set = [...assignedSet(view.assignmentsOfNode(agent.nodeId))];
    this.#sendAssignments({ version, previous: 0, complete: true, set }); // S2
    this.#host.onLive(this, agent.nodeId);
    reports.start();
  }

  #sendAssignments(
    content:
      | { version: number; previous: 0; complete: true; set: ReturnType<typeof assignedSet>[number][] }
      | { version: number; previous: number; complete: false; changes: AssignedChange[] },
  ): void {
    const { controlPlane } = this.#host;
    if (controlPlane.controlTerm() !== this.term) return this.redirect(); // S1
    this.send({
      type: 'assignments',
      clusterId: controlPlane.view.clusterId,
      epoch: controlPlane.epoch,
      term: this.term,
      ...content,
    });
  }

  #reportQueue(node: string): ReportQueue {
    const { controlPlane, clock, log } = this.#host;
    return new ReportQueue({
      node,
      view: controlPlane.view,
      clock,
      log,
      propose: async (reports) => {
        const fence = { term: this.term };
        const body = { kind: 'assignment.report' as const, fence, node, reports };
        return (await controlPlane.proposeAsLeader(this.term, body)).result;
      },
    });
  }
}

function parseUp(data: Buffer): AgentUp | undefined {
  try {
    return agentUpSchema.safeParse(JSON.parse(data.toString())).data;
  } catch {
    return undefined; // no JSON
  }
}
