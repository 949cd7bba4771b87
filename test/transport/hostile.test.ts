// What may arrive on the port, or not leave it: garbage, silence, damage, and a reader that does not read.

import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { limits } from '../../src/lib/limits.ts';
import { encodeFrame, FrameDecoder } from '../../src/transport/frames.ts';
import { ManualClock } from './manual-clock.ts';
import { allUp, append, heartbeat, linked, once, portsFor, received, TestPeer, throughProxy } from './rig.ts';

/** A bare connection to a peer's port. */
function bare(peer: TestPeer): Socket {
  const socket = connect({ host: '127.0.0.1', port: peer.port });
  socket.on('error', () => {});
  socket.resume();
  onTestFinished(() => void socket.destroy());
  return socket;
}

const closed = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    socket.once('close', () => resolve());
  });

const connected = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    socket.once('connect', () => resolve());
  });

/** The first frame that the other side sends. */
const firstFrame = (socket: Socket): Promise<unknown> =>
  new Promise((resolve) => {
    const decoder = new FrameDecoder();
    socket.on('data', (chunk: Buffer) => {
      decoder.push(chunk);
      const decoded = decoder.next();
      if (decoded.kind === 'frame') resolve(decoded.value);
    });
  });

test.each([
  ['text', Buffer.from('GET / HTTP/1.1\r\nHost: pi-1\r\n\r\n')],
  ['zeros', Buffer.alloc(100)],
  ['a frame that is no handshake', Buffer.from(encodeFrame({ kind: 'raft' }))],
  ['an accept out of turn', Buffer.from(encodeFrame({ kind: 'accept' }))],
])('%s ends that connection, and no link', async (_name, bytes) => {
  const [a, b] = (await linked('a', 'b')) as [TestPeer, TestPeer];
  const socket = bare(b);
  socket.write(bytes);
  await closed(socket);
  expect([a.turns(b), b.turns(a)]).toEqual([once, once]);
});

test('a hello of a newer protocol is refused in words', async () => {
  const [, b] = (await linked('a', 'b')) as [TestPeer, TestPeer];
  const socket = bare(b);
  socket.write(encodeFrame({ kind: 'hello', protocol: { min: 7, max: 9 }, purpose: 'control' }));
  expect(await firstFrame(socket)).toMatchObject({
    kind: 'refused',
    reason: expect.stringContaining('7 to 9'),
  });
  expect(b.of('refused')).toMatchObject([{ peerId: undefined, reason: expect.stringContaining('upgrade') }]);
});

test('whoever connects and says nothing is let go in time', async () => {
  const clock = new ManualClock();
  const b = await new TestPeer({ id: 'b', ports: await portsFor('b'), clock }).start();
  const socket = bare(b);
  await connected(socket);
  const end = closed(socket);
  while (b.logs.length === 0) {
    clock.advance(limits.dialMs);
    await new Promise((resolve) => setImmediate(resolve)); // the peer may not have accepted it yet
  }
  await end;
  expect(b.logs).toEqual([expect.stringContaining('no link in time')]);
});

test('connections above the limit are dropped, and those below it still served', async () => {
  const b = await new TestPeer({ id: 'b', ports: await portsFor('b'), clock: new ManualClock() }).start();
  const sockets = Array.from({ length: limits.linkConnectionsMax }, () => bare(b));
  await Promise.all(sockets.map(connected));
  await closed(bare(b));
  const [first] = sockets as [Socket];
  first.write(encodeFrame({ kind: 'hello', protocol: { min: 7, max: 9 } }));
  expect(await firstFrame(first)).toMatchObject({ kind: 'refused' });
});

test('a message damaged on its way is never handed over: the link ends and comes back', async () => {
  const { a, b, proxy } = await throughProxy();
  proxy.damage();
  a.send(b, heartbeat(a, b, 1));
  await b.until(() => b.turns(a).down === 1);
  await allUp(a, b);
  a.send(b, heartbeat(a, b, 2));
  await b.until(() => received(b, 'heartbeatRequest').length > 0);
  expect(received(b, 'heartbeatRequest')).toMatchObject([{ round: 2 }]);
});

test('a message in the name of another store ends the link unread', async () => {
  const [a, b, c] = (await linked('a', 'b', 'c')) as [TestPeer, TestPeer, TestPeer];
  a.send(b, heartbeat(c, b, 1));
  await b.until(() => b.turns(a).down === 1);
  expect(b.of('message')).toEqual([]);
  expect(b.turns(c)).toEqual(once);
});

test('a peer that does not read costs no more than the bound of its queue', async () => {
  const { a, b, proxy } = await throughProxy();
  proxy.freeze();
  const bytes = 1024 * 1024;
  // What a kernel and a proxy may hold of one connection beside the queue; far below what is offered.
  const buffersMax = 32 * bytes;
  let taken = 0;
  for (let at = 1; at <= 128 && taken === at - 1; at += 1) {
    if (a.send(b, append(a, b, at, bytes))) taken += 1;
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(taken * bytes).toBeGreaterThan(limits.dataQueueBytesMax - 2 * bytes);
  expect(taken * bytes).toBeLessThan(limits.dataQueueBytesMax + buffersMax);
  expect(a.transport.stats().drops).toBe(1);
  expect(a.send(b, heartbeat(a, b, 1))).toBe(true); // control does not wait behind data
});
