import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { createGateway, type Gateway } from '../../src/gateway/gateway.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { limits } from '../../src/lib/limits.ts';
import {
  agentDownSchema,
  agentProtocolVersion,
  type AgentDown,
  type AgentUp,
} from '../../src/protocol/agent.ts';
import type { LogLine } from '../../src/protocol/logs.ts';
import { FakeControlPlane, assignmentRow, refused, serviceRow } from '../api/fake-control-plane.ts';

/** A clock that stands until the test moves it. */
class FakeClock implements Clock {
  #nowMs = 0;
  readonly #timers = new Map<() => void, number>();
  monotonicMs(): number {
    return this.#nowMs;
  }
  wallMs(): number {
    return this.#nowMs;
  }
  after(delayMs: number, callback: () => void): () => void {
    this.#timers.set(callback, this.#nowMs + delayMs);
    return () => this.#timers.delete(callback);
  }
  soon(callback: () => void): void {
    setImmediate(callback);
  }
  advance(ms: number): void {
    this.#nowMs += ms;
    for (const [callback, dueMs] of this.#timers) {
      if (dueMs > this.#nowMs) continue;
      this.#timers.delete(callback);
      callback();
    }
  }
}

let server: Server;
let peer: FakeControlPlane;
let clock: FakeClock;
let gateway: Gateway;
let liveness: string[];
let agents: FakeAgent[];

/** Waits for a condition that other parties bring about. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise<void>((resolve) => setImmediate(resolve));
}

class FakeAgent {
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
    expect(message?.type).toBe(type);
    return message as Extract<AgentDown, { type: T }>;
  }
}

const hello = (nodeId: string, fields: object = {}): AgentUp => ({
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
const status = (assignmentId: string, sequence: number, fields: object = {}): object => ({
  type: 'status',
  assignmentId,
  sequence,
  state: 'running',
  ports: {},
  restarts: 0,
  ...fields,
});

/** An agent with its session, welcome and complete set taken. */
async function joined(nodeId: string, fields: object = {}): Promise<FakeAgent> {
  const agent = await new FakeAgent().open();
  agent.say(hello(nodeId, fields));
  await agent.next('welcome');
  await agent.next('assignments');
  return agent;
}
const reports = () => peer.proposed.filter((body) => body.kind === 'assignment.report');

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
    allowedHosts: [],
    clock,
    log: () => {},
  });
  server = createServer();
  gateway.attach(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  for (const agent of agents) agent.socket.terminate();
  await gateway.close();
  await new Promise((resolve) => server.close(resolve));
});

describe('opening a session', () => {
  test('a node is registered, then welcomed, then given its complete set', async () => {
    peer.write(
      { after: assignmentRow('a-0', { node: 'n1' }) },
      { after: assignmentRow('a-1', { node: 'n1', desired: 'stopped', state: 'running' }) },
      { after: assignmentRow('a-2', { node: 'n1', state: 'lost' }) },
      { after: assignmentRow('a-3', { node: 'n10' }) },
    );
    const agent = await new FakeAgent().open();
    agent.say(hello('n1', { running: [{ assignmentId: 'a-1', pid: 5, startedAt: 'x' }] }));
    expect(await agent.next('welcome')).toEqual({
      type: 'welcome',
      protocol: agentProtocolVersion,
      clusterId: 'c1',
      heartbeatMs: limits.agentHeartbeatMs,
      peers: peer.peerApis(),
    });
    const set = await agent.next('assignments');
    expect(set).toMatchObject({
      complete: true,
      previous: 0,
      term: 3,
      epoch: 0,
      version: peer.view.appliedIndex,
    });
    expect(set.set?.map(({ assignmentId, desired }) => [assignmentId, desired])).toEqual([
      ['a-0', 'running'],
      ['a-1', 'stopped'],
    ]);
    expect(peer.proposed).toMatchObject([
      { kind: 'node.register', node: 'n1', fence: { term: 3 }, running: ['a-1'] },
    ]);
    expect(liveness).toEqual(['opened n1']);
  });

  test('nothing is sent before the registration was applied', async () => {
    let apply: () => void = () => {};
    peer.failures.push(new Promise<void>((resolve) => (apply = resolve)));
    const agent = await new FakeAgent().open();
    agent.say(hello('n1'));
    await until(() => peer.proposed.length === 1);
    peer.write({ after: assignmentRow('a-0', { node: 'n1' }) });
    expect([agent.received, liveness]).toEqual([[], []]);
    apply();
    await agent.next('welcome');
    expect((await agent.next('assignments')).set).toHaveLength(1);
  });

  test('a peer that may not control sends agents to the leader', async () => {
    peer.setTerm(undefined);
    peer.leader = 'http://127.0.0.1:6061';
    const agent = await new FakeAgent().open();
    expect(await agent.next('redirect')).toEqual({
      type: 'redirect',
      leader: 'http://127.0.0.1:6061',
      peers: peer.peerApis(),
    });
    await agent.closed;
    expect(peer.proposed).toEqual([]);
  });

  test('an agent of another protocol is refused, and told why', async () => {
    const agent = await new FakeAgent().open();
    agent.say(hello('n1', { protocol: agentProtocolVersion + 1 }));
    expect((await agent.next('refused')).reason).toContain('protocol');
    await agent.closed;
    expect(peer.proposed).toEqual([]);
  });

  test('two agents cannot claim one node id, and the first is left alone', async () => {
    const first = await joined('n1');
    const second = await new FakeAgent().open();
    second.say(hello('n1', { agentId: 'another' }));
    expect((await second.next('refused')).reason).toContain('n1');
    await second.closed;
    expect(first.isClosed).toBe(false);
    expect(liveness).toEqual(['opened n1']);
    expect((await joined('n10', { agentId: 'another' })).isClosed).toBe(false);
  });

  test('a newer session of the same agent replaces the older', async () => {
    const first = await joined('n1');
    const second = await joined('n1');
    await first.closed;
    peer.write({ after: assignmentRow('a-0', { node: 'n1' }) });
    expect((await second.next('assignments')).changes).toHaveLength(1);
    expect(liveness.at(-1)).toBe('opened n1');
  });

  test('a refused or failed registration ends the session', async () => {
    peer.answer = () => refused('INVALID');
    const agent = await new FakeAgent().open();
    agent.say(hello('n1'));
    await agent.next('refused');
    await agent.closed;
    peer.answer = undefined;
    peer.failures.push('BUSY');
    const other = await new FakeAgent().open();
    other.say(hello('n1'));
    await other.next('redirect');
    await other.closed;
    expect(liveness.filter((event) => event.startsWith('opened'))).toEqual([]);
    await joined('n1'); // the node id is free again
  });

  test('a term that ends during the registration ends the session without a welcome', async () => {
    let apply: () => void = () => {};
    peer.failures.push(new Promise<void>((resolve) => (apply = resolve)));
    const agent = await new FakeAgent().open();
    agent.say(hello('n1'));
    await until(() => peer.proposed.length === 1);
    peer.setTerm(4);
    apply();
    await agent.next('redirect');
    await agent.closed;
    expect(agent.received).toHaveLength(1);
  });

  test.each([
    ['a foreign Host', { host: 'evil.example' }],
    ['a foreign Origin', { origin: 'http://evil.example' }],
  ])('%s is turned away', async (_, headers) => {
    await expect(new FakeAgent(headers).open()).rejects.toThrow('403');
  });

  test('no other path is upgraded', async () => {
    const { port } = server.address() as AddressInfo;
    const socket = new WebSocket(`ws://127.0.0.1:${port}/wss`);
    await expect(new Promise((_, reject) => socket.once('error', reject))).rejects.toThrow('404');
  });
});

describe('assignments', () => {
  test('changes build on what was sent last, and hold what the node must know alone', async () => {
    const agent = await joined('n1');
    const previous = peer.view.appliedIndex;
    const created = assignmentRow('a-0', { node: 'n1' });
    peer.write({ after: created }, { after: assignmentRow('a-1', { node: 'n2' }) });
    const put = await agent.next('assignments');
    expect(put).toMatchObject({ complete: false, previous, version: previous + 1, term: 3 });
    expect(put.changes).toMatchObject([
      { type: 'put', assignment: { assignmentId: 'a-0', desired: 'running' } },
    ]);

    peer.write({ after: serviceRow('other') }); // nothing of this node
    const running = assignmentRow('a-0', { node: 'n1', state: 'running', sequence: 1 });
    peer.write({ before: created, after: running }); // what the agent itself reported
    const stopping = assignmentRow('a-0', { node: 'n1', state: 'running', desired: 'stopped' });
    peer.write({ before: running, after: stopping });
    const stop = await agent.next('assignments');
    expect(stop).toMatchObject({ previous: previous + 1, version: previous + 4 });
    expect(stop.changes).toMatchObject([{ type: 'put', assignment: { desired: 'stopped' } }]);

    peer.write({ before: stopping });
    expect((await agent.next('assignments')).changes).toEqual([{ type: 'delete', assignmentId: 'a-0' }]);
  });

  test('a lost assignment leaves the set, and comes back into it', async () => {
    const row = assignmentRow('a-0', { node: 'n1' });
    peer.write({ after: row });
    const agent = await joined('n1');
    const lost = assignmentRow('a-0', { node: 'n1', state: 'lost' });
    peer.write({ before: row, after: lost });
    expect((await agent.next('assignments')).changes).toEqual([{ type: 'delete', assignmentId: 'a-0' }]);
    peer.write({ before: lost, after: row });
    expect((await agent.next('assignments')).changes).toMatchObject([{ type: 'put' }]);
    peer.write({ before: row, after: lost });
    await agent.next('assignments');
    peer.write({ before: lost }); // gone already, as far as the node knows
    peer.write({ after: assignmentRow('a-1', { node: 'n1' }) });
    expect((await agent.next('assignments')).changes).toMatchObject([
      { assignment: { assignmentId: 'a-1' } },
    ]);
  });

  test.each([undefined, 4])(
    'when the control term becomes %s, every session ends and nothing is sent',
    async (term) => {
      const agent = await joined('n1');
      peer.term = term; // the entry is applied before anybody hears of the new term
      peer.write({ after: assignmentRow('a-0', { node: 'n1' }) });
      peer.setTerm(term);
      await agent.next('redirect');
      await agent.closed;
      expect(agent.received.map(({ type }) => type)).toEqual(['welcome', 'assignments', 'redirect']);
      expect(liveness).toEqual(['opened n1', 'closed n1']);
    },
  );
});

describe('reports', () => {
  test('an agent that reports is heard once, with what is newest', async () => {
    peer.write(
      { after: assignmentRow('a-0', { node: 'n1' }) },
      { after: assignmentRow('a-1', { node: 'n1' }) },
    );
    const agent = await joined('n1');
    let apply: () => void = () => {};
    peer.failures.push(new Promise<void>((resolve) => (apply = resolve)));
    agent.say(status('a-0', 1, { state: 'starting' }));
    await until(() => reports().length === 1);
    agent.say(status('a-0', 2));
    agent.say(status('a-0', 4, { pid: 7 }));
    agent.say(status('a-0', 3));
    agent.say(status('a-1', 1));
    agent.say({ type: 'heartbeat', timestamp: 1, metrics: { cpu: 0, memory: 0 } });
    await until(() => liveness.includes('heartbeat n1'));
    expect(reports()).toHaveLength(1); // one in flight
    apply();
    await until(() => reports().length === 2);
    expect(reports()[1]).toMatchObject({
      kind: 'assignment.report',
      node: 'n1',
      fence: { term: 3 },
      reports: [
        { assignmentId: 'a-0', sequence: 4, pid: 7 },
        { assignmentId: 'a-1', sequence: 1 },
      ],
    });
  });

  test('a worker cannot act as another, nor fill the queue with what nobody assigned', async () => {
    peer.write(
      { after: assignmentRow('b-0', { node: 'n2' }) },
      { after: assignmentRow('a-0', { node: 'n1' }) },
    );
    const agent = await joined('n1');
    agent.say(status('b-0', 9));
    agent.say(status('nobody', 9));
    agent.say(status('a-0', 1));
    await until(() => reports().length === 1);
    expect(reports()[0]).toMatchObject({ reports: [{ assignmentId: 'a-0' }] });
  });

  test('what the state knows already is not written again', async () => {
    peer.write(
      { after: assignmentRow('a-0', { node: 'n1', state: 'running', sequence: 5 }) },
      { after: assignmentRow('a-1', { node: 'n1', sequence: 1 }) },
    );
    const agent = await joined('n1');
    agent.say(status('a-0', 5));
    agent.say(status('a-1', 2));
    await until(() => reports().length === 1);
    expect(reports()[0]).toMatchObject({ reports: [{ assignmentId: 'a-1' }] });
  });

  test('reports that come before the registration wait for it', async () => {
    peer.write({ after: assignmentRow('a-0', { node: 'n1' }) });
    let apply: () => void = () => {};
    peer.failures.push(new Promise<void>((resolve) => (apply = resolve)));
    const agent = await new FakeAgent().open();
    agent.say(hello('n1'));
    agent.say(status('a-0', 1));
    await until(() => peer.proposed.length === 1);
    apply();
    await until(() => reports().length === 1);
    expect(peer.proposed.map(({ kind }) => kind)).toEqual(['node.register', 'assignment.report']);
  });

  test.each(['BUSY', 'OUTCOME_UNKNOWN'] as const)(
    'after %s a report is sent again, the newest one',
    async (code) => {
      peer.write({ after: assignmentRow('a-0', { node: 'n1' }) });
      const agent = await joined('n1');
      peer.failures.push(code);
      agent.say(status('a-0', 1));
      await until(() => reports().length === 1);
      agent.say(status('a-0', 2));
      agent.say({ type: 'heartbeat', timestamp: 1, metrics: { cpu: 0, memory: 0 } });
      await until(() => liveness.includes('heartbeat n1'));
      expect(reports()).toHaveLength(1);
      clock.advance(1_000);
      await until(() => reports().length === 2);
      expect(reports()[1]).toMatchObject({ reports: [{ assignmentId: 'a-0', sequence: 2 }] });
    },
  );

  test('many reports go in batches that a command holds', async () => {
    const rows = Array.from({ length: limits.agentReportsMax + 1 }, (_, index) => `a-${index}`);
    peer.write(...rows.map((name) => ({ after: assignmentRow(name, { node: 'n1' }) })));
    const agent = await joined('n1');
    let apply: () => void = () => {};
    peer.failures.push(new Promise<void>((resolve) => (apply = resolve)));
    for (const name of rows) agent.say(status(name, 1));
    agent.say({ type: 'heartbeat', timestamp: 1, metrics: { cpu: 0, memory: 0 } });
    await until(() => liveness.includes('heartbeat n1'));
    apply();
    await until(() => reports().reduce((sum, body) => sum + body.reports.length, 0) === rows.length);
    expect(Math.max(...reports().map((body) => body.reports.length))).toBeLessThanOrEqual(
      limits.agentReportsMax,
    );
  });
});

describe('what breaks the protocol', () => {
  test.each<[string, string | Buffer]>([
    ['no JSON', 'hello'],
    ['an unknown message', '{"type":"become-root"}'],
    ['an unknown key', JSON.stringify({ ...hello('n1'), extra: 1 })],
    ['a second hello', JSON.stringify(hello('n1'))],
    [
      'a report without end',
      JSON.stringify(
        status('a', 1, {
          ports: Object.fromEntries(Array.from({ length: 9_000 }, (_, at) => [`p${at}`, at])),
        }),
      ),
    ],
    ['bytes', Buffer.from(JSON.stringify(status('a', 1)))],
    ['a message above the limit', ' '.repeat(limits.agentMessageBytesMax + 1)],
  ])('%s ends the session, and that one only', async (_, message) => {
    const good = await joined('n2');
    const agent = await joined('n1');
    agent.socket.send(message);
    await agent.closed;
    await until(() => liveness.includes('closed n1'));
    expect(good.isClosed).toBe(false);
  });

  test('an agent that says anything before its hello is closed', async () => {
    const agent = await new FakeAgent().open();
    agent.say(status('a-0', 1));
    await agent.closed;
    expect(peer.proposed).toEqual([]);
  });

  test('one that never says hello, or falls silent, loses its session; one that speaks keeps it', async () => {
    const silent = await joined('n1');
    const busy = await joined('n2');
    const mute = await new FakeAgent().open();
    let beats = 0;
    for (
      let elapsedMs = 0;
      elapsedMs <= limits.nodeDownMs + limits.agentHeartbeatMs;
      elapsedMs += limits.agentHeartbeatMs
    ) {
      busy.say({ type: 'heartbeat', timestamp: 1, metrics: { cpu: 0, memory: 0 } });
      beats += 1;
      await until(() => liveness.filter((event) => event === 'heartbeat n2').length === beats);
      clock.advance(limits.agentHeartbeatMs);
    }
    await Promise.all([silent.closed, mute.closed]);
    expect(busy.isClosed).toBe(false);
  });

  test('a leader that slept blames nobody for its own silence', async () => {
    const agent = await joined('n1');
    clock.advance(limits.nodeDownMs * 3);
    agent.say({ type: 'heartbeat', timestamp: 1, metrics: { cpu: 0, memory: 0 } });
    await until(() => liveness.includes('heartbeat n1'));
    expect(agent.isClosed).toBe(false);
  });

  test('goodbye ends the session and frees the node id', async () => {
    const agent = await joined('n1');
    agent.say({ type: 'goodbye' });
    await agent.closed;
    expect(liveness).toEqual(['opened n1', 'closed n1']);
    await joined('n1', { agentId: 'another' });
  });
});

describe('logs', () => {
  const time = '2026-01-01T00:00:00.000Z';
  const request = { service: 'hello', replica: undefined, tail: 10, follow: false };

  /** A reader that keeps what it gets and takes more when the test says so. */
  class Reader {
    readonly lines: LogLine[] = [];
    end: { readonly code: string | undefined } | undefined;
    take: () => void = () => {};
    holds = false;
    async onLines(lines: readonly LogLine[]): Promise<void> {
      this.lines.push(...lines);
      if (this.holds) await new Promise<void>((resolve) => (this.take = resolve));
    }
    onEnd(error?: { code: string }): void {
      expect(this.end).toBeUndefined();
      this.end = { code: error?.code };
    }
  }
  const chunk = (streamId: number, texts: readonly string[], fields: object = {}): object => ({
    type: 'logs.chunk',
    streamId,
    lines: texts.map((line) => ({ index: 99, time, line })),
    end: false,
    ...fields,
  });

  beforeEach(() => {
    peer.write(
      { after: serviceRow('hello', 2) },
      { after: assignmentRow('hello-0', { node: 'n1', index: 0, state: 'running' }) },
      { after: assignmentRow('hello-1', { node: 'n2', index: 1, state: 'running' }) },
      { after: assignmentRow('hello-2', { node: 'n3', index: 2, state: 'lost' }) },
      { after: assignmentRow('hello-3', { node: 'n3', index: 3, state: 'pending' }) },
      { after: assignmentRow('hello-v2-0', { node: 'n1', service: 'hello-v2', state: 'running' }) },
    );
  });

  test('the replicas of a service are one stream, each line with its replica, until all have ended', async () => {
    const [first, second] = [await joined('n1'), await joined('n2')];
    const reader = new Reader();
    gateway.open(request, reader);
    const opened = await first.next('logs.open');
    expect(opened).toMatchObject({
      assignmentId: 'hello-0',
      tail: 10,
      follow: false,
      credit: limits.logCreditLines,
    });
    const { streamId } = await second.next('logs.open');
    first.say(chunk(opened.streamId, ['a', 'b'], { end: true }));
    await until(() => reader.lines.length === 2);
    expect(reader.end).toBeUndefined();
    second.say(chunk(streamId, ['c'], { end: true }));
    await until(() => reader.end !== undefined);
    expect(reader.lines.map(({ index, line }) => [index, line])).toEqual([
      [0, 'a'],
      [0, 'b'],
      [1, 'c'],
    ]);
    expect(reader.end).toEqual({ code: undefined });
  });

  test('one replica alone can be read', async () => {
    const [first, second] = [await joined('n1'), await joined('n2')];
    const reader = new Reader();
    gateway.open({ ...request, replica: 1 }, reader);
    second.say(chunk((await second.next('logs.open')).streamId, [], { end: true }));
    await until(() => reader.end !== undefined);
    expect(first.received.some(({ type }) => type === 'logs.open')).toBe(false);
  });

  test('an agent gets credit only for what the reader has taken', async () => {
    const agent = await joined('n1');
    const reader = new Reader();
    reader.holds = true;
    gateway.open({ ...request, replica: 0 }, reader);
    const { streamId } = await agent.next('logs.open');
    agent.say(chunk(streamId, ['a', 'b', 'c']));
    await until(() => reader.lines.length === 3);
    agent.say({ type: 'heartbeat', timestamp: 1, metrics: { cpu: 0, memory: 0 } });
    await until(() => liveness.includes('heartbeat n1'));
    expect(agent.received.some(({ type }) => type === 'logs.credit')).toBe(false);
    reader.take();
    expect(await agent.next('logs.credit')).toEqual({ type: 'logs.credit', streamId, credit: 3 });
  });

  test('an agent that sends more than its credit loses its session', async () => {
    const agent = await joined('n1');
    const reader = new Reader();
    reader.holds = true;
    gateway.open({ ...request, replica: 0 }, reader);
    const { streamId } = await agent.next('logs.open');
    agent.say(
      chunk(
        streamId,
        Array.from({ length: limits.logCreditLines + 1 }, () => 'x'),
      ),
    );
    await agent.closed;
    expect(reader.lines).toEqual([]);
    expect(reader.end).toEqual({ code: 'NO_LEADER' });
  });

  test('a reader that goes away closes its streams', async () => {
    const agent = await joined('n1');
    const close = gateway.open({ ...request, replica: 0, follow: true }, new Reader());
    const { streamId } = await agent.next('logs.open');
    close();
    expect(await agent.next('logs.close')).toEqual({ type: 'logs.close', streamId });
    agent.say(chunk(streamId, ['late']));
    agent.say({ type: 'heartbeat', timestamp: 1, metrics: { cpu: 0, memory: 0 } });
    await until(() => liveness.includes('heartbeat n1'));
  });

  test('a reader that follows sees replicas that come later, and those whose node came back', async () => {
    const agent = await joined('n1');
    const reader = new Reader();
    gateway.open({ ...request, follow: true }, reader);
    await agent.next('logs.open');
    const second = await joined('n2');
    expect(await second.next('logs.open')).toMatchObject({ assignmentId: 'hello-1', follow: true });
    const later = assignmentRow('hello-4', { node: 'n1', index: 4 });
    peer.write({ after: later });
    await agent.next('assignments');
    peer.write({
      before: later,
      after: assignmentRow('hello-4', { node: 'n1', index: 4, state: 'running' }),
    });
    expect(await agent.next('logs.open')).toMatchObject({
      assignmentId: 'hello-4',
      tail: limits.logTailLinesMax,
    });
    second.socket.terminate();
    await until(() => liveness.includes('closed n2'));
    const again = await joined('n2');
    expect(await again.next('logs.open')).toMatchObject({ assignmentId: 'hello-1', tail: 0 });
    expect(reader.end).toBeUndefined();
  });

  test('a node that is away makes the end an error, and what is there is sent first', async () => {
    const agent = await joined('n1');
    const reader = new Reader();
    gateway.open(request, reader);
    agent.say(chunk((await agent.next('logs.open')).streamId, ['a'], { end: true }));
    await until(() => reader.end !== undefined);
    expect([reader.lines.length, reader.end]).toEqual([1, { code: 'BUSY' }]);
  });

  test('a node that goes away in the middle ends the stream with an error', async () => {
    const agent = await joined('n1');
    const reader = new Reader();
    gateway.open({ ...request, replica: 0 }, reader);
    await agent.next('logs.open');
    agent.socket.terminate();
    await until(() => reader.end !== undefined);
    expect(reader.end).toEqual({ code: 'NO_LEADER' });
  });

  test('the end of the term ends every stream, and a peer without agents opens none', async () => {
    await joined('n1');
    const reader = new Reader();
    gateway.open({ ...request, follow: true }, reader);
    peer.setTerm(undefined);
    expect(reader.end).toEqual({ code: 'NO_LEADER' });
    expect(() => gateway.open(request, new Reader())).toThrow('leader');
  });

  test('a service without replicas ends at once, but never within the call', async () => {
    const reader = new Reader();
    gateway.open({ ...request, replica: 7 }, reader);
    expect(reader.end).toBeUndefined();
    await until(() => reader.end !== undefined);
    expect(reader.end).toEqual({ code: undefined });
  });

  test('readers are bounded', () => {
    const closers = Array.from({ length: limits.logStreamsMax }, () =>
      gateway.open({ ...request, follow: true }, new Reader()),
    );
    expect(() => gateway.open(request, new Reader())).toThrow('Too many');
    closers[0]?.();
    gateway.open(request, new Reader())();
  });
});
