// Refusals: who is not let in, that both sides say why, once, and that it can change.

import { expect, test } from 'vitest';
import { purposes } from '../../src/transport/handshake.ts';
import { allUp, linked, once, portsFor, storeOf, TestPeer, type PeerOptions } from './rig.ts';

/** Two peers that both try, until each has been told of a refusal. */
async function refused(
  left: Partial<PeerOptions>,
  right: Partial<PeerOptions>,
): Promise<{ a: TestPeer; b: TestPeer }> {
  const ports = await portsFor('a', 'b');
  const [a, b] = [new TestPeer({ id: 'a', ports, ...left }), new TestPeer({ id: 'b', ports, ...right })];
  await Promise.all([a.start(), b.start()]);
  await Promise.all([a, b].map((peer) => peer.until(() => peer.of('refused').length > 0)));
  expect([...a.of('up'), ...b.of('up')]).toEqual([]);
  return { a, b };
}

test.each(['a', 'b'])(
  'what %s refuses is told once on both sides, tried again, and ends when it agrees',
  async (refusing) => {
    let reason: string | undefined = 'its disk is not the one that I know';
    let asked = 0;
    let onFourth: () => void;
    const fourth = new Promise<void>((resolve) => {
      onFourth = resolve;
    });
    const refuse = (): string | undefined => {
      asked += 1;
      if (asked === 4) onFourth();
      return reason;
    };
    const { a, b } = await refused(refusing === 'a' ? { refuse } : {}, refusing === 'b' ? { refuse } : {});
    await fourth;
    const [refuser, other] = refusing === 'a' ? [a, b] : [b, a];
    expect(refuser.of('refused')).toEqual([{ kind: 'refused', peerId: other.id, reason }]);
    expect(other.of('refused')).toMatchObject([
      { peerId: refuser.id, reason: `refused by the other side: ${reason}` },
    ]);
    expect(refuser.transport.stats().refusals).toBeGreaterThanOrEqual(4);

    const before = reason;
    reason = undefined;
    await allUp(a, b);
    reason = before;
    refuser.transport.reconnect();
    await Promise.all([a, b].map((peer) => peer.until(() => peer.of('refused').length === 2)));
    expect(refuser.of('refused').at(-1)).toEqual({ kind: 'refused', peerId: other.id, reason });
  },
);

test('a reason that changes is told again', async () => {
  let reason = 'first';
  const { a, b } = await refused({}, { refuse: () => reason });
  reason = 'second';
  await Promise.all([a, b].map((peer) => peer.until(() => peer.of('refused').length === 2)));
  expect(b.of('refused').map((event) => event.reason)).toEqual(['first', 'second']);
});

test('a peer of a cluster of another name is refused', async () => {
  const { a, b } = await refused({ identity: { clusterName: 'away' } }, {});
  expect(b.of('refused')[0]?.reason).toContain('cluster away is not cluster home');
  expect(a.of('refused')[0]).toMatchObject({ peerId: 'b', reason: expect.stringContaining('cluster away') });
});

test('a peer that the configuration does not name is refused', async () => {
  const ports = await portsFor('a', 'b');
  const b = await new TestPeer({ id: 'b', ports }).start();
  const stranger = await new TestPeer({
    id: 'aa',
    ports: new Map([...ports, ['aa', 1]]),
    listen: '127.0.0.1:0',
  }).start();
  await stranger.until(() => stranger.of('refused').length > 0);
  expect(b.of('refused')).toEqual([
    { kind: 'refused', peerId: 'aa', reason: 'aa is not in the configuration of b' },
  ]);
});

test('a peer whose address is that of another is refused by name', async () => {
  const ports = await portsFor('a', 'c');
  const swapped = new Map([...ports, ['b', ports.get('c') ?? 0]]);
  const [a, c] = [new TestPeer({ id: 'a', ports: swapped }), new TestPeer({ id: 'c', ports: swapped })];
  await Promise.all([a.start(), c.start()]);
  await a.until(() => a.of('refused').length > 0 && a.isUp(c));
  expect(a.of('refused')[0]).toEqual({
    kind: 'refused',
    peerId: 'b',
    reason: 'c answers where b should: check the raft addresses',
  });
});

test('a peer that dials itself is refused', async () => {
  const ports = await portsFor('a');
  const a = await new TestPeer({ id: 'a', ports: new Map([...ports, ['b', ports.get('a') ?? 0]]) }).start();
  await a.until(() => a.of('refused').length >= 2);
  expect(a.of('refused').map((event) => event.reason)).toContain(
    'a met itself: check ids and raft addresses in cluster.toml',
  );
  expect(a.of('up')).toEqual([]);
});

test('a copy of a data directory is refused: of the own one, and of a third peer', async () => {
  const { b } = await refused({ identity: { storeId: storeOf('b') } }, {});
  expect(b.of('refused')[0]?.reason).toBe('a has the store of b: one data directory is a copy of the other');

  const ports = await portsFor('a', 'b', 'c');
  const [first, third] = [new TestPeer({ id: 'b', ports }), new TestPeer({ id: 'c', ports })];
  await Promise.all([first.start(), third.start()]);
  await allUp(first, third);
  await new TestPeer({ id: 'a', ports, identity: { storeId: storeOf('b') } }).start();
  await third.until(() => third.of('refused').length > 0);
  expect(third.of('refused')[0]?.reason).toBe(
    'a has the store of b: one data directory is a copy of the other',
  );
  expect(third.turns(first)).toEqual(once);
});

test('an older run of a peer is refused while and after a newer one is linked', async () => {
  const ports = await portsFor('a', 'b');
  const b = await new TestPeer({ id: 'b', ports }).start();
  const newer = await new TestPeer({ id: 'a', ports, identity: { incarnation: 5 } }).start();
  await allUp(newer, b);
  const oldRun = (): Promise<TestPeer> =>
    new TestPeer({ id: 'a', ports, listen: '127.0.0.1:0', identity: { incarnation: 4 } }).start();
  const older = await oldRun();
  await older.until(() => older.of('refused').length > 0);
  expect(b.of('refused')[0]?.reason).toContain('run 4 of a is older than its run 5');
  expect(b.turns(newer)).toEqual(once);

  await newer.transport.stop();
  await b.until(() => !b.isUp(newer));
  const again = await oldRun();
  await again.until(() => again.of('refused').length > 0);
  expect([...again.of('up'), ...older.of('up')]).toEqual([]);
});

test('who is refused by the time its link comes up is not let in, and hears why at its next try', async () => {
  const ports = await portsFor('a', 'b');
  let hellos = 0;
  const refuse = (): string | undefined => {
    hellos += 1;
    return hellos > purposes.length ? 'another run was faster' : undefined;
  };
  const b = await new TestPeer({ id: 'b', ports, refuse }).start();
  const a = await new TestPeer({ id: 'a', ports }).start();
  await a.until(() => a.of('refused').length > 0);
  expect(b.of('up')).toEqual([]);
  expect(a.isUp(b)).toBe(false);
  expect(a.of('refused')[0]?.reason).toBe('refused by the other side: another run was faster');
});

test('connections of two runs make no link, although their numbers are the same', async () => {
  const ports = await portsFor('a', 'b');
  const b = await new TestPeer({ id: 'b', ports }).start();
  let asked = 0;
  const a = new TestPeer({ id: 'a', ports });
  const { identity } = a;
  Object.defineProperty(a, 'identity', {
    get: () => {
      asked += 1;
      return asked <= purposes.length
        ? { ...identity, runs: [`run ${asked}`] }
        : { ...identity, runs: ['one'] };
    },
  });
  await a.start();
  await b.until(() => b.isUp(a));
  expect(b.of('up').map((event) => event.identity.runs)).toEqual([['one']]);
});

test('refusing one peer leaves the links of the others alone', async () => {
  const [a, b, c] = (await linked('a', 'b', 'c')) as [TestPeer, TestPeer, TestPeer];
  const ports = new Map([a, b, c].map(({ id, port }) => [id, port]));
  const stranger = await new TestPeer({
    id: 'a',
    ports,
    listen: '127.0.0.1:0',
    identity: { clusterName: 'away' },
  }).start();
  await stranger.until(() => stranger.of('refused').length >= 2);
  expect([a.turns(b), b.turns(c), c.turns(a)]).toEqual([once, once, once]);
});
