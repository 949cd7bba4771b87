// Links over real sockets: when they are up, what passes through them, and how they come back.

import { expect, test } from 'vitest';
import { asClusterId } from '../../raft/types.ts';
import { limits } from '../../src/lib/limits.ts';
import { encodeFrame } from '../../src/transport/frames.ts';
import { ManualClock } from './manual-clock.ts';
import { allUp, append, heartbeat, linked, once, portsFor, received, TestPeer, throughProxy } from './rig.ts';

const onceAndOver = { up: 1, down: 1 };
const twice = { up: 2, down: 1 };

test('three peers are each up once with each other, and down once when they stop', async () => {
  const peers = await linked('a', 'b', 'c');
  for (const peer of peers) {
    const others = peers.filter((other) => other !== peer);
    expect(others.map((other) => peer.turns(other))).toEqual([once, once]);
    expect(peer.of('up').map(({ identity }) => identity)).toEqual(
      expect.arrayContaining(others.map(({ identity }) => identity)),
    );
  }
  await Promise.all(peers.map((peer) => peer.transport.stop()));
  for (const peer of peers) {
    const others = peers.filter((other) => other !== peer);
    expect(others.map((other) => peer.turns(other))).toEqual([onceAndOver, onceAndOver]);
  }
});

test('messages come in order on each connection, both ways, small ones beside large ones', async () => {
  const [a, b] = (await linked('a', 'b')) as [TestPeer, TestPeer];
  const directions = [
    [a, b],
    [b, a],
  ] as const;
  const sizes = Array.from({ length: 300 }, (_, at) => (at % 10 === 9 ? 100_000 : 100));
  for (const [at, size] of sizes.entries()) {
    for (const [from, to] of directions) {
      expect(from.send(to, append(from, to, at + 1, size))).toBe(true);
      expect(from.send(to, heartbeat(from, to, at + 1))).toBe(true);
    }
  }
  for (const [from, to] of directions) {
    await to.until(() => to.of('message').length === 2 * sizes.length);
    const appends = received(to, 'appendRequest').map((message) => encodeFrame({ kind: 'raft', message }));
    const sent = sizes.map((size, at) => encodeFrame(append(from, to, at + 1, size)));
    expect(appends.map((bytes, at) => Buffer.compare(bytes, sent[at] ?? bytes.subarray(1)))).toEqual(
      sizes.map(() => 0),
    );
    expect(received(to, 'heartbeatRequest')).toMatchObject(sizes.map((_, at) => ({ round: at + 1 })));
    expect(to.of('message').every((event) => event.from === from.storeId)).toBe(true);
  }
});

test('forwards and their answers arrive as they were sent', async () => {
  const [a, b] = (await linked('a', 'b')) as [TestPeer, TestPeer];
  const forward = { kind: 'forward', requestId: 7, term: 3, data: new Uint8Array([1, 2, 3]) } as never;
  const answer = {
    kind: 'forwardAnswer',
    requestId: 7,
    answer: { kind: 'applied', index: 9, result: { a: [1] } },
  };
  a.send(b, forward);
  b.send(a, answer as never);
  await b.until(() => b.of('message').length > 0);
  await a.until(() => a.of('message').length > 0);
  expect(b.of('message')[0]?.message).toStrictEqual(forward);
  expect(a.of('message')[0]?.message).toStrictEqual(answer);
});

test('a message for a peer without a link is dropped and counted', async () => {
  const ports = await portsFor('a', 'b');
  const a = await new TestPeer({ id: 'a', ports }).start();
  const b = new TestPeer({ id: 'b', ports });
  expect(a.send(b, heartbeat(a, b, 1))).toBe(false);
  expect(a.transport.stats()).toEqual({ refusals: 0, drops: 1 });
});

test.each([0, 1, 2])(
  'when connection %i of a link ends, the link is down once, then up again',
  async (at) => {
    const { a, b, proxy } = await throughProxy();
    proxy.cut(at);
    await Promise.all([a.until(() => a.turns(b).up === 2), b.until(() => b.turns(a).up === 2)]);
    expect([a.turns(b), b.turns(a)]).toEqual([twice, twice]);
  },
);

test.each(['a', 'b'])('peer %s is linked again when it comes back, as its next run', async (gone) => {
  const ports = await portsFor('a', 'b');
  const [a, b] = [new TestPeer({ id: 'a', ports }), new TestPeer({ id: 'b', ports })];
  await Promise.all([a.start(), b.start()]);
  await allUp(a, b);
  const [stays, leaves] = gone === 'a' ? [b, a] : [a, b];
  await leaves.transport.stop();
  await stays.until(() => stays.turns(leaves).down === 1);
  expect(stays.send(leaves, heartbeat(stays, leaves, 1))).toBe(false);

  const back = await new TestPeer({ id: gone, ports, identity: { incarnation: 2 } }).start();
  await allUp(stays, back);
  expect(stays.turns(leaves)).toEqual(twice);
  expect(stays.of('up').map(({ identity }) => identity.incarnation)).toEqual([1, 2]);
});

test('a later run replaces the link of an earlier one that nobody ended', async () => {
  const { a, b, proxy } = await throughProxy();
  proxy.freeze();
  const ports = new Map([a, b].map(({ id, port }) => [id, port]));
  const later = await new TestPeer({
    id: 'a',
    ports,
    listen: '127.0.0.1:0',
    identity: { incarnation: 2 },
  }).start();
  await Promise.all([later.until(() => later.isUp(b)), b.until(() => b.turns(a).up === 2)]);
  expect(b.events.map((event) => [event.kind, 'identity' in event && event.identity.incarnation])).toEqual([
    ['up', 1],
    ['down', false],
    ['lost', false],
    ['up', 2],
  ]);
});

test.each(['a', 'b'])('after reconnect() of %s both sides know what is true now', async (caller) => {
  const [a, b] = (await linked('a', 'b')) as [TestPeer, TestPeer];
  const genesis = { clusterId: asClusterId('c1'), name: 'home', founders: [] };
  a.identity = { ...a.identity, genesis, epoch: 1 };
  b.identity = { ...b.identity, genesis, epoch: 2 };
  (caller === 'a' ? a : b).transport.reconnect();
  await Promise.all([a.until(() => a.turns(b).up === 2), b.until(() => b.turns(a).up === 2)]);
  expect([a.turns(b), b.turns(a)]).toEqual([twice, twice]);
  expect(a.of('up').at(-1)?.identity).toStrictEqual(b.identity);
  expect(b.of('up').at(-1)?.identity).toStrictEqual(a.identity);
});

test('a link lives while bytes come, is given up after five silent pings, and heals', async () => {
  const clock = new ManualClock();
  const { a, b, proxy } = await throughProxy(clock);
  for (let round = 1; round <= 10; round += 1) {
    clock.advance(limits.linkPingMs);
    // Whatever pings were sent before these have been read when these have.
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      from.send(to, heartbeat(from, to, round));
      from.send(to, append(from, to, round, 10));
      await to.until(() => to.of('message').length === 2 * round);
    }
  }
  expect([a.turns(b), b.turns(a)]).toEqual([once, once]);

  proxy.freeze();
  for (let ping = 0; ping < limits.linkSilentPingsMax; ping += 1) {
    expect(a.isUp(b)).toBe(true);
    clock.advance(limits.linkPingMs); // the first one still counts what was heard before the cut
  }
  clock.advance(limits.linkPingMs);
  expect([a.turns(b), b.turns(a)]).toEqual([onceAndOver, onceAndOver]);

  clock.advance(limits.dialBackoffMaxMs);
  await allUp(a, b);
  expect([a.turns(b), b.turns(a)]).toEqual([twice, twice]);
});

test('a listener that is taken is told with a remedy', async () => {
  const [a] = (await linked('a', 'b')) as [TestPeer, TestPeer];
  const second = new TestPeer({ id: 'a', ports: new Map([['a', a.port]]) });
  await expect(second.start()).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining('another raft address'),
  });
});
