// The leader's end of `/ws`, played by a test: it says what the test wants, and remembers what it was told.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type ServerOptions, type WebSocket } from 'ws';
import { agentUpSchema, type AgentDown, type AgentUp, type Assigned } from '../../src/protocol/agent.ts';
import { until } from '../e2e/until.ts';

type Hello = Extract<AgentUp, { type: 'hello' }>;
type Status = Extract<AgentUp, { type: 'status' }>;
type Assignments = Extract<AgentDown, { type: 'assignments' }>;

export class FakeGateway {
  readonly url: string;
  readonly hellos: Hello[] = [];
  readonly statuses: Status[] = [];
  readonly messages: AgentUp[] = [];
  clusterId = 'cluster-1';
  epoch = 0;
  term = 1;
  version = 0;
  heartbeatMs = 50;
  /** What it answers to a hello; by default a welcome and the set. */
  greet: (socket: WebSocket) => void = (socket) => this.welcome(socket);
  #set: Assigned[] = [];
  readonly #http: Server;
  readonly #server: WebSocketServer;

  static async open(port = 0, options: ServerOptions = {}): Promise<FakeGateway> {
    const http = createServer();
    await new Promise<void>((resolve) => http.listen(port, '127.0.0.1', resolve));
    return new FakeGateway(http, options);
  }

  private constructor(http: Server, options: ServerOptions) {
    this.#http = http;
    this.url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
    this.#server = new WebSocketServer({ ...options, server: http, path: '/ws' });
    this.#server.on('connection', (socket) => {
      socket.on('message', (data: Buffer) =>
        this.#onMessage(socket, agentUpSchema.parse(JSON.parse(data.toString()))),
      );
    });
  }

  get agentIds(): Set<string> {
    return new Set(this.hellos.map(({ agentId }) => agentId));
  }

  welcome(socket: WebSocket, peers: string[] = [this.url]): void {
    const { clusterId, heartbeatMs } = this;
    this.say(socket, { type: 'welcome', protocol: 1, clusterId, heartbeatMs, peers });
    this.say(socket, this.complete());
  }

  complete(): Assignments {
    const { clusterId, epoch, term, version } = this;
    return {
      type: 'assignments',
      clusterId,
      epoch,
      term,
      version,
      previous: 0,
      complete: true,
      set: this.#set,
    };
  }

  /** The desired set from now on, told to whoever is there. */
  desire(...set: Assigned[]): void {
    this.#set = set;
    this.version += 1;
    this.broadcast(this.complete());
  }

  broadcast(message: AgentDown): void {
    for (const socket of this.#server.clients) this.say(socket, message);
  }

  /** Sends what may be no message at all. */
  raw(text: string): void {
    for (const socket of this.#server.clients) socket.send(text);
  }

  say(socket: WebSocket, message: AgentDown): void {
    socket.send(JSON.stringify(message));
  }

  /** Waits for a report of this assignment that came after the first `after` reports of all. */
  async status(
    assignmentId: string,
    matches: Partial<Status> | ((status: Status) => boolean),
    after = 0,
  ): Promise<Status> {
    const isMatch =
      typeof matches === 'function'
        ? matches
        : (status: Status) =>
            Object.entries(matches).every(([key, value]) => status[key as keyof Status] === value);
    const look = (): Status | undefined =>
      this.statuses.slice(after).find((status) => status.assignmentId === assignmentId && isMatch(status));
    try {
      return await until(`a report of ${assignmentId}: ${JSON.stringify(matches)}`, look);
    } catch (error) {
      throw new Error(`reports so far: ${JSON.stringify(this.statuses)}`, { cause: error });
    }
  }

  /** Ends every connection, as a leader that steps down does. */
  drop(): void {
    for (const socket of this.#server.clients) socket.terminate();
  }

  async close(): Promise<void> {
    this.drop();
    this.#server.close();
    await new Promise((resolve) => this.#http.close(resolve));
  }

  #onMessage(socket: WebSocket, message: AgentUp): void {
    this.messages.push(message);
    if (message.type === 'status') this.statuses.push(message);
    if (message.type !== 'hello') return;
    this.hellos.push(message);
    this.greet(socket);
  }
}
