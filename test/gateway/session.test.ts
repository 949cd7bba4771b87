import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { limits } from '../../src/lib/limits.ts';
import { agentProtocolVersion } from '../../src/protocol/agent.ts';
import { refused } from '../api/fake-control-plane.ts';
import { assignmentRow, nodeRow } from '../api/fake-rows.ts';
import {
  FakeAgent,
  clock,
  held,
  hello,
  joined,
  liveness,
  peer,
  server,
  sockets,
  status,
  until,
} from './harness.ts';

describe('opening a session', () => {
  test('a node is registered, then welcomed, then given its complete set', async () => {
    peer.epoch = 4;
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
      epoch: 4,
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
    const apply = held();
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
    const apply = held();
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

  test('who is refused an upgrade and never closes its side holds no socket', async () => {
    const socket = connect({ port: (server.address() as AddressInfo).port, allowHalfOpen: true });
    onTestFinished(() => void socket.destroy());
    socket.write('GET /wss HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n');
    socket.resume();
    await once(socket, 'end');
    await until(() => sockets.size === 0);
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
    clock.skip(limits.nodeDownMs * 3);
    agent.say({ type: 'heartbeat', timestamp: 1, metrics: { cpu: 0, memory: 0 } });
    await until(() => liveness.includes('heartbeat n1'));
    expect(agent.isClosed).toBe(false);
  });

  test('a node that is given up loses its session at once, before it hears what it lost, and registers anew', async () => {
    const row = assignmentRow('a-0', { node: 'n1' });
    peer.write({ after: nodeRow('n1') }, { after: row });
    const agent = await joined('n1');
    const other = await joined('n10');
    const node = nodeRow('n1');
    const down = { ...node, status: { ...node.status, state: 'down' as const } };
    const lost = assignmentRow('a-0', { node: 'n1', state: 'lost' });
    peer.write({ before: node, after: down }, { before: row, after: lost });
    await agent.closed;
    expect(agent.received.map(({ type }) => type)).toEqual(['welcome', 'assignments']);
    expect(liveness).toEqual(['opened n1', 'opened n10', 'closed n1']);
    expect(other.isClosed).toBe(false);
    await joined('n1', { running: [{ assignmentId: 'a-0', pid: 5, startedAt: 'x' }] });
    expect(peer.proposed.at(-1)).toMatchObject({ kind: 'node.register', node: 'n1', running: ['a-0'] });
  });

  test('a session that has ended leaves no timer behind', async () => {
    const timers = clock.timers;
    const agent = await joined('n1');
    agent.say({ type: 'goodbye' });
    await agent.closed;
    await until(() => clock.timers === timers);
  });

  test('what a node uses is offered to whoever watches the leader, as long as its session lasts', async () => {
    const agent = await joined('n1');
    const read = (): unknown => peer.leaderStats.nodes();
    expect(read()).toEqual({});
    agent.say({ type: 'heartbeat', timestamp: 1, metrics: { cpu: 1.5, memory: 2_048 } });
    await until(() => liveness.includes('heartbeat n1'));
    expect(read()).toEqual({ n1: { cpu: 1.5, memory: 2_048, atMs: clock.wallMs() } });
    agent.say({ type: 'goodbye' });
    await until(() => liveness.includes('closed n1'));
    expect(read()).toEqual({});
  });

  test('goodbye ends the session and frees the node id', async () => {
    const agent = await joined('n1');
    agent.say({ type: 'goodbye' });
    await agent.closed;
    expect(liveness).toEqual(['opened n1', 'closed n1']);
    await joined('n1', { agentId: 'another' });
  });
});
