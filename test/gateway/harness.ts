// A gateway with agents over real sockets, new for each test of the file that imports it; time stands until moved.

import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, beforeEach } from 'vitest';
import { WebSocket } from 'ws';
import { routeUpgrades } from '../../src/api/upgrades.ts';
import { createGateway, type Gateway } from '../../src/gateway/gateway.ts';
import { OrionError } from '../../src/lib/errors.ts';
import { hostGuard } from '../../src/protocol/hosts.ts';
import {
  agentDownSchema,
  agentProtocolVersion,
  type AgentDown,
  type AgentUp,
} from '../../src/protocol/agent.ts';
import { FakeControlPlane } from '../api/fake-control-plane.ts';
import { FakeClock } from '../lib/fake-clock.ts';

export let server: Server;
/** Open on the side of the server. */
export let sockets: Set<Socket>;
export let peer: FakeControlPlane;
export let clock: FakeClock;
export let gateway: Gateway;
export let liveness: string[];
let agents: FakeAgent[];

/** Waits for a condition that other parties bring about. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise<void>((resolve) => setImmediate(resolve));
}

export class FakeAgent {
  readonly socket: WebSocket;
  readonly received: AgentDown[] = [];
  readonly closed: Promise<void>;
  isClosed = false;
  #taken = 0;

  constructor(headers: Record<string, string> = {}) {
    const { port } = server.address() as AddressInfo;
    this.socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, { headers });
    this.socket.on('message', (data: Buffer) => {
      this.received.push(agentDownSchema.parse(JSON.parse(data.toString())));
    });
    this.closed = new Promise((resolve) => {
      this.socket.on('close', () => {
        this.isClosed = true;
        resolve();
      });
    });
    this.socket.on('error', () => {});
    agents.push(this);
  }

  async open(): Promise<this> {
    await new Promise((resolve, reject) => {
      this.socket.once('open', resolve);
      this.socket.once('error', reject);
    });
    return this;
  }

  say(message: AgentUp | object): void {
    this.socket.send(JSON.stringify(message));
  }

  async next<T extends AgentDown['type']>(type: T): Promise<Extract<AgentDown, { type: T }>> {
    await until(() => this.received.length > this.#taken || this.isClosed);
    const message = this.received[this.#taken];
    this.#taken += 1;
    if (message?.type !== type) throw new Error(`${type} was due, not ${message?.type ?? 'the end'}`);
    return message as Extract<AgentDown, { type: T }>;
  }
}

export const hello = (nodeId: string, fields: object = {}): AgentUp => ({
  type: 'hello',
  protocol: agentProtocolVersion,
  agentId: `agent-of-${nodeId}`,
  nodeId,
  name: nodeId,
  address: '127.0.0.1',
  labels: {},
  capacity: { cpu: 4, memory: 1024 },
  runtimes: ['node'],
  running: [],
  ...fields,
});
export const status = (assignmentId: string, sequence: number, fields: object = {}): object => ({
  type: 'status',
  assignmentId,
  sequence,
  state: 'running',
  ports: {},
  restarts: 0,
  ...fields,
});

/** The next command waits for the answer's call. */
export function held(): () => void {
  const { promise, resolve } = latch();
  peer.failures.push(promise);
  return resolve;
}

function latch(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  const resolvers: (() => void)[] = [];
  const promise = new Promise<void>((resolve) => resolvers.push(resolve));
  return { promise, resolve: () => resolvers[0]?.() };
}

/** An agent with its session, welcome and complete set taken. */
export async function joined(nodeId: string, fields: object = {}): Promise<FakeAgent> {
  const agent = await new FakeAgent().open();
  agent.say(hello(nodeId, fields));
  await agent.next('welcome');
  await agent.next('assignments');
  return agent;
}
export const reports = () => peer.proposed.filter((body) => body.kind === 'assignment.report');

beforeEach(async () => {
  peer = new FakeControlPlane();
  clock = new FakeClock();
  liveness = [];
  agents = [];
  gateway = createGateway({
    controlPlane: peer,
    liveness: {
      sessionOpened: (node) => liveness.push(`opened ${node}`),
      sessionClosed: (node) => liveness.push(`closed ${node}`),
      heartbeat: (node) => liveness.push(`heartbeat ${node}`),
    },
    clock,
    log: () => {},
  });
  server = createServer();
  sockets = new Set();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  const permitted = hostGuard([]);
  routeUpgrades(server, {
    routes: { '/ws': gateway.upgrade },
    admit: ({ headers: { host, origin } }) => {
      if (!permitted({ host, origin })) throw new OrionError('FORBIDDEN', 'as the test wants it');
    },
    log: () => {},
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  for (const agent of agents) agent.socket.terminate();
  await gateway.close();
  await new Promise((resolve) => server.close(resolve));
});
