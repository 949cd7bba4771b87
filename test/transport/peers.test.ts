// Peers that come and go while the transport runs: who is dialled, at which address, and which strangers are let in.

import { expect, test } from 'vitest';
import { asPeerId } from '../../raft/types.ts';
import { allUp, heartbeat, once, portsFor, TestPeer } from './rig.ts';

const at = (port: number | undefined): string => `127.0.0.1:${port}`;

test('who may not know this peer is dialled whatever the ids, and lets it in if it is welcome', async () => {
  const ports = await portsFor('a', 'b');
  const joiner = await new TestPeer({
    id: 'a',
    ports: new Map([['a', ports.get('a') ?? 0]]),
    isWelcome: () => true,
  }).start();
  const member = await new TestPeer({ id: 'b', ports: new Map([['b', ports.get('b') ?? 0]]) }).start();
  member.transport.setPeers([{ peerId: asPeerId('a'), raft: at(ports.get('a')), isNew: true }]);
  await allUp(joiner, member);
  joiner.transport.setPeers([{ peerId: asPeerId('b'), raft: at(ports.get('b')) }]); // it dials by the order of the ids
  expect([joiner.turns(member), member.turns(joiner)]).toEqual([once, once]);
  joiner.transport.reconnect();
  await member.until(() => member.turns(joiner).up === 2);
  await joiner.until(() => joiner.isUp(member));
});

test('a stranger that is not welcome is refused, and listed a moment later it is let in', async () => {
  const ports = await portsFor('a', 'b');
  const a = await new TestPeer({ id: 'a', ports }).start();
  const b = await new TestPeer({ id: 'b', ports: new Map([['b', ports.get('b') ?? 0]]) }).start();
  await b.until(() => b.of('refused').length > 0);
  expect(b.of('refused')[0]?.reason).toBe('a is not in the configuration of b');
  b.transport.setPeers([{ peerId: asPeerId('a'), raft: at(ports.get('a')) }]);
  await allUp(a, b);
});

test('two that both dial end with one link', async () => {
  const ports = await portsFor('a', 'b');
  const peers = ['a', 'b'].map((id) => new TestPeer({ id, ports: new Map([[id, ports.get(id) ?? 0]]) }));
  await Promise.all(peers.map((peer) => peer.start()));
  const [a, b] = peers as [TestPeer, TestPeer];
  a.transport.setPeers([{ peerId: asPeerId('b'), raft: at(ports.get('b')), isNew: true }]);
  b.transport.setPeers([{ peerId: asPeerId('a'), raft: at(ports.get('a')), isNew: true }]);
  await allUp(a, b);
  expect([a.turns(b), b.turns(a)]).toEqual([once, once]);
});

test('of several addresses each is tried in turn', async () => {
  const ports = await portsFor('a', 'b', 'nobody');
  const b = await new TestPeer({
    id: 'b',
    ports: new Map([...ports].filter(([id]) => id !== 'nobody')),
  }).start();
  const a = await new TestPeer({ id: 'a', ports: new Map([['a', ports.get('a') ?? 0]]) }).start();
  const peerId = asPeerId('b');
  a.transport.setPeers([
    { peerId, raft: at(ports.get('nobody')) },
    { peerId, raft: at(ports.get('b')) },
  ]);
  await allUp(a, b);
  expect(a.turns(b)).toEqual(once);
});

test('a peer that is not listed any more keeps its link, and is not dialled again when that ends', async () => {
  const ports = await portsFor('a', 'b');
  const [a, b] = [new TestPeer({ id: 'a', ports }), new TestPeer({ id: 'b', ports })];
  await Promise.all([a.start(), b.start()]);
  await allUp(a, b);
  a.transport.setPeers([]);
  expect(a.isUp(b)).toBe(true);
  await b.transport.stop();
  await a.until(() => !a.isUp(b));
  const again = await new TestPeer({ id: 'b', ports }).start();
  expect(a.transport.send(again.storeId, heartbeat(a, again, 1))).toBe(false);
  expect(a.turns(again)).toEqual({ up: 1, down: 1 });
  a.transport.setPeers([{ peerId: asPeerId('b'), raft: at(ports.get('b')) }]);
  await a.until(() => a.turns(again).up === 2);
});
