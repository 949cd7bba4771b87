// How an agent finds its leader, what it says there, and when it looks for another one.

import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { expect, onTestFinished, test } from 'vitest';
import type { WebSocket } from 'ws';
import { startAgent } from '../../agent/main.ts';
import { limits } from '../../src/lib/limits.ts';
import { until } from '../e2e/until.ts';
import { FakeGateway } from './fake-gateway.ts';
import { agentFor, assigned, forever, gateway, isPidAlive, script, temporaryDirectory } from './rig.ts';

const redirectTo =
  (leader: string | null, peers: string[]): FakeGateway['greet'] =>
  (socket: WebSocket) => {
    socket.send(JSON.stringify({ type: 'redirect', leader, peers }));
    socket.close();
  };

/** A port on which nobody listens. */
async function deadUrl(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

test('it says who it is and what the machine has, and then beats', async () => {
  const leader = await gateway();
  await agentFor(leader, {
    labels: { zone: 'attic' },
    name: 'Pi',
    capacity: { cpu: 2, memory: 5 },
    address: '127.0.0.7',
  });
  const hello = await until('a hello', () => leader.hellos[0]);
  expect(hello).toMatchObject({
    protocol: 1,
    nodeId: 'node-1',
    name: 'Pi',
    address: '127.0.0.7',
    labels: { zone: 'attic' },
    capacity: { cpu: 2, memory: 5 },
    running: [],
  });
  expect(hello.runtimes).toEqual(expect.arrayContaining(['node', 'command']));
  expect(hello).not.toHaveProperty('lastVersion');
  const beats = await until('two heartbeats', () => {
    const all = leader.messages.filter((message) => message.type === 'heartbeat');
    return all.length >= 2 && all;
  });
  expect(beats[1]?.metrics.memory).toBeGreaterThan(0);
});

test.each([
  ['the name of its host, when a peer is elsewhere', 'http://192.0.2.1:6060', hostname()],
  ['loopback, when every peer is on this machine', 'http://localhost:6060', '127.0.0.1'],
])('the address that it gives is %s', async (_, other, address) => {
  const leader = await gateway();
  await agentFor(leader, { peers: [leader.url, other], insecure: true });
  expect(await until('a hello', () => leader.hellos[0])).toMatchObject({ address });
});

test('it follows a redirect to the leader', async () => {
  const leader = await gateway();
  const follower = await gateway();
  follower.greet = redirectTo(leader.url, [follower.url, leader.url]);
  await agentFor(follower);
  await until('a hello at the leader', () => leader.hellos.length > 0);
  expect(follower.hellos).toHaveLength(1);
});

test('it goes on to the next peer while nobody leads, and finds the leader once there is one', async () => {
  const [a, b] = [await gateway(), await gateway()];
  a.greet = redirectTo(null, []);
  b.greet = redirectTo(null, []);
  await agentFor(a, { peers: [await deadUrl(), a.url, b.url] });
  await until('both were asked, more than once', () => a.hellos.length > 1 && b.hellos.length > 1);
  b.greet = (socket) => b.welcome(socket);
  b.desire(assigned('a', script(forever)));
  const { pid = 0 } = await b.status('a', { state: 'running' });
  expect(isPidAlive(pid)).toBe(true);
});

test('a new leader hears everything again, under the same sequences; the processes do not notice', async () => {
  const [first, second] = [await gateway(), await gateway()];
  first.greet = (socket) => first.welcome(socket, [first.url, second.url]);
  await agentFor(first);
  const workload = script(forever);
  first.desire(
    assigned('a', workload),
    assigned('b', script('', { command: ['/no/such'], restart: 'never' })),
  );
  const running = await first.status('a', { state: 'running' });
  const failed = await first.status('b', { state: 'failed' });
  second.term = 2;
  second.version = 9;
  second.desire(
    assigned('a', workload),
    assigned('b', script('', { command: ['/no/such'], restart: 'never' })),
  );
  await first.close();
  await until('both are reported', () => second.statuses.length >= 2);
  expect(second.statuses).toEqual(expect.arrayContaining([running, failed]));
  expect(second.hellos[0]).toMatchObject({
    running: [{ assignmentId: 'a', pid: running.pid }],
    lastVersion: { epoch: 0, term: 1, version: 1 },
  });
  await until('it heard the set', () => second.messages.some(({ type }) => type === 'heartbeat'));
  expect(isPidAlive(running.pid ?? 0)).toBe(true);
});

test('peers named in a welcome are remembered over a restart, when the configured one is gone', async () => {
  const [configured, other] = [await gateway(), await gateway()];
  configured.greet = (socket) => configured.welcome(socket, [configured.url, other.url]);
  const agent = await agentFor(configured);
  await until('it is welcome', () => configured.messages.some(({ type }) => type === 'heartbeat'));
  await agent.stop();
  await configured.close();
  await agentFor(configured, { dataDir: agent.dataDir });
  const hello = await until('it finds the other', () => other.hellos[0]);
  expect(hello.agentId).toBe(configured.hellos[0]?.agentId);
});

test.each([
  ['is no JSON', 'nonsense'],
  ['is of an unknown type', '{"type":"stop"}'],
  ['has an unknown key', '{"type":"logs.close","streamId":1,"force":true}'],
])('a message that %s ends the session; the next one is a new beginning', async (_name, text) => {
  const leader = await gateway();
  await agentFor(leader);
  leader.desire(assigned('a', script(forever)));
  const { pid = 0 } = await leader.status('a', { state: 'running' });
  leader.greet = (socket) => leader.welcome(socket);
  leader.raw(text);
  await until('a second hello', () => leader.hellos.length === 2);
  expect(isPidAlive(pid)).toBe(true);
});

test('a set that is older than one accepted before ends the session and stops nothing', async () => {
  const leader = await gateway();
  await agentFor(leader);
  leader.version = 10;
  leader.desire(assigned('a', script(forever)));
  const { pid = 0 } = await leader.status('a', { state: 'running' });
  leader.broadcast({ ...leader.complete(), version: 3, set: [] });
  await until('a second hello', () => leader.hellos.length === 2);
  await leader.status('a', { pid, state: 'running' }, leader.statuses.length - 1);
  expect(isPidAlive(pid)).toBe(true);
});

test('changes for another set than its own make it come again for the complete one', async () => {
  const leader = await gateway();
  await agentFor(leader);
  leader.desire(assigned('a', script(forever)));
  await leader.status('a', { state: 'running' });
  const { set: _set, ...message } = leader.complete();
  leader.broadcast({ ...message, complete: false, previous: 77, version: 78, changes: [] });
  await until('a second hello', () => leader.hellos.length === 2);
  leader.broadcast({
    ...message,
    complete: false,
    previous: leader.version,
    version: leader.version + 1,
    changes: [{ type: 'put', assignment: assigned('b', script(forever)) }],
  });
  await leader.status('b', { state: 'running' });
  expect(leader.statuses.map(({ state }) => state)).not.toContain('stopping');
});

test('a foreign cluster is refused with its id in the log, and stops nothing', async () => {
  const leader = await gateway();
  const told: string[] = [];
  await agentFor(leader, { log: (fields) => told.push(JSON.stringify(fields)) });
  leader.desire(assigned('a', script(forever)));
  const { pid = 0 } = await leader.status('a', { state: 'running' });
  leader.clusterId = 'stranger';
  leader.desire();
  await until('it says so', () => told.some((line) => line.includes('--accept-cluster stranger')));
  expect(isPidAlive(pid)).toBe(true);
  expect(leader.statuses.map(({ state }) => state)).not.toContain('stopping');
});

test('an agent that may move to another cluster does', async () => {
  const leader = await gateway();
  const first = await agentFor(leader);
  leader.desire(assigned('a', script(forever)));
  await leader.status('a', { state: 'running' });
  await first.stop();
  leader.clusterId = 'restored';
  leader.version = 0;
  leader.desire(assigned('b', script(forever)));
  await agentFor(leader, { dataDir: first.dataDir, acceptCluster: 'restored' });
  await leader.status('b', { state: 'running' });
  const stopped = await leader.status('a', { state: 'exited' });
  expect(stopped.reason).toBe('STOPPED');
});

test('a leader that hangs without closing its connection is given up', async () => {
  const [silent, other] = [await FakeGateway.open(0, { autoPong: false }), await gateway()];
  onTestFinished(() => silent.close());
  silent.greet = (socket) => silent.welcome(socket, [silent.url, other.url]);
  await agentFor(silent);
  await until('a hello elsewhere', () => other.hellos.length > 0);
  expect(silent.hellos).toHaveLength(1);
});

test('an agent that stood still does not give its leader up for that', async () => {
  const leader = await gateway();
  await agentFor(leader);
  const beats = (): number => leader.messages.filter(({ type }) => type === 'heartbeat').length;
  await until('a heartbeat', () => beats() > 0);
  const awakeMs = performance.now() + limits.agentSilenceMs + 500;
  while (performance.now() < awakeMs);
  const before = beats();
  await until('more heartbeats', () => beats() > before + 2);
  expect(leader.hellos).toHaveLength(1);
});

test('an agent says in the words of a peer why that does not take it, and not again and again', async () => {
  const problem = {
    type: 'urn:orion:problem:FORBIDDEN',
    title: 'Forbidden',
    status: 403,
    detail: 'Not by that Host.',
    code: 'FORBIDDEN',
    help: 'Call it by another.',
  };
  let asked = 0;
  const peer = createHttpServer().on('upgrade', (_request, socket) => {
    asked += 1;
    socket.on('error', () => {}); // The agent does not wait for the end of the connection.
    const body = JSON.stringify(problem);
    socket.end(
      `HTTP/1.1 403 Forbidden\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
    );
  });
  await new Promise<void>((resolve) => peer.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void peer.close());
  const reasons: unknown[] = [];
  const agent = await startAgent({
    peers: [`http://127.0.0.1:${(peer.address() as AddressInfo).port}`],
    nodeId: 'node-1',
    dataDir: temporaryDirectory(),
    labels: {},
    log: (fields, message) => message === 'session ended' && reasons.push(fields),
  });
  onTestFinished(() => agent.stop());
  await until('a third try', () => asked >= 3);
  expect(reasons).toEqual([
    expect.objectContaining({ reason: 'answered 403: Not by that Host. Call it by another.' }),
  ]);
});

test('a peer on another machine is refused while nothing is encrypted, unless that is asked for', async () => {
  const start = (over: { insecure?: boolean }) =>
    startAgent({
      peers: ['http://192.0.2.1:6060'],
      nodeId: 'node-1',
      dataDir: temporaryDirectory(),
      labels: {},
      log: () => {},
      ...over,
    });
  await expect(start({})).rejects.toMatchObject({
    code: 'FORBIDDEN',
    message: expect.stringContaining('--insecure'),
  });
  await (await start({ insecure: true })).stop();
});

test('a redirect to another machine is not followed either', async () => {
  const peer = await gateway();
  peer.greet = redirectTo('http://192.0.2.1:6060', ['http://192.0.2.1:6060', 'ftp://127.0.0.1', 'nonsense']);
  const tried: unknown[] = [];
  await agentFor(peer, { log: (fields) => tried.push((fields as { url?: string }).url) });
  await until('it asks again', () => peer.hellos.length > 2);
  expect(new Set(tried)).toEqual(new Set([peer.url]));
});

test.each([
  [{ peers: [] }, 'USAGE'],
  [{ peers: ['localhost'] }, 'USAGE'],
  [{ nodeId: 'Node_1' }, 'USAGE'],
  [{ labels: { 'no good': 'x' } }, 'USAGE'],
])('options that cannot work are refused at once: %j', async (over, code) => {
  const dataDir = temporaryDirectory();
  const options = { peers: ['http://127.0.0.1:1'], nodeId: 'node-1', dataDir, labels: {}, log: () => {} };
  await expect(startAgent({ ...options, ...over })).rejects.toMatchObject({ code });
  await (await startAgent(options)).stop();
});
