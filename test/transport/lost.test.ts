// Deaths: who is told that the process of a peer is dead, and when it is not.

import { connect, createServer, type Server } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { limits } from '../../src/lib/limits.ts';
import { probe } from '../../src/transport/probe.ts';
import { allUp, linked, portsFor, TestPeer } from './rig.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A listener that counts who comes. */
async function listener(onSocket: () => void): Promise<{ host: string; port: number }> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.destroy();
    onSocket();
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return { host: '127.0.0.1', port: address.port };
}

test('a peer that is gone for good is lost to both who dialled it and whom it dialled', async () => {
  const [a, b, c] = (await linked('a', 'b', 'c')) as [TestPeer, TestPeer, TestPeer];
  await b.transport.stop();
  for (const peer of [a, c]) {
    await peer.until(() => peer.of('lost').length > 0);
    expect(peer.of('lost')).toEqual([{ kind: 'lost', peerId: 'b', incarnation: 1 }]);
    expect(peer.events.findIndex(({ kind }) => kind === 'down')).toBeLessThan(
      peer.events.findIndex(({ kind }) => kind === 'lost'),
    );
  }
});

test('a peer that only ended its connections is not lost', async () => {
  const [a, b] = (await linked('a', 'b')) as [TestPeer, TestPeer];
  b.transport.reconnect();
  await a.until(() => a.turns(b).up === 2);
  await allUp(a, b);
  expect([...a.of('lost'), ...b.of('lost')]).toEqual([]);
});

test('a later run proves that the earlier one is dead, before its link is up', async () => {
  const ports = await portsFor('a', 'b');
  const a = await new TestPeer({ id: 'a', ports }).start();
  const b = await new TestPeer({ id: 'b', ports }).start();
  await allUp(a, b);
  b.identity = { ...b.identity, incarnation: 2 };
  b.transport.reconnect(); // the same process plays its own successor: nobody refuses a connection meanwhile
  await a.until(() => a.turns(b).up === 2);
  expect(a.of('lost')).toEqual([{ kind: 'lost', peerId: 'b', incarnation: 1 }]);
  const kinds = a.events.map(({ kind }) => kind).filter((kind) => kind !== 'message');
  expect(kinds).toEqual(['up', 'down', 'lost', 'up']);
});

test('a probe takes a refusal for a death', async () => {
  const address = await listener(() => undefined);
  await new Promise((resolve) => servers.pop()?.close(resolve));
  const dead = new Promise<string>((resolve) => {
    probe({ address, clock: systemClock, onDead: () => resolve('dead') });
  });
  expect(await dead).toBe('dead');
});

test('a probe notices that the last door closes, and gives up at one that stays open', async () => {
  let came = 0;
  let dead = 0;
  const closing = await listener(() => {
    came += 1;
    servers.splice(0).forEach((server) => server.close());
  });
  await new Promise<void>((resolve) => probe({ address: closing, clock: systemClock, onDead: resolve }));
  expect(came).toBe(1);

  let knocks = 0;
  const done = new Promise<void>((resolve) => {
    void listener(() => {
      knocks += 1;
      if (knocks === limits.probesMax) resolve();
    }).then((open) => probe({ address: open, clock: systemClock, onDead: () => (dead += 1) }));
  });
  await done;
  expect(dead).toBe(0);
});

test('a probe that is given up says nothing', async () => {
  let dead = 0;
  const address = await listener(() => undefined);
  await new Promise((resolve) => servers.pop()?.close(resolve));
  probe({ address, clock: systemClock, onDead: () => (dead += 1) })();
  await new Promise<void>((resolve) => connect(address).once('error', () => resolve()));
  expect(dead).toBe(0);
});
