// A peer whose state differs from the others': it leads where nobody else can, and its log and its vote are as good as ever (Y6).

import { expect, test } from 'vitest';
import { asIndex, asTerm } from '../../raft/types.ts';
import { TestNetwork } from './network.ts';
import { config, store, TestNode } from './node.ts';

const names = ['a', 'b', 'c'];

function network(): TestNetwork {
  return new TestNetwork(names.map((name) => new TestNode(name, { names })));
}

const distrust = (node: TestNode, distrusted = true): void => node.step({ kind: 'distrusted', distrusted });

/** One of the two others, and a follower on which only that one stands behind. */
function withLaggard(net: TestNetwork): {
  readonly leader: string;
  readonly holder: string;
  readonly laggard: string;
} {
  const { id: leader } = net.elect();
  const [holder, laggard] = names.filter((name) => name !== leader);
  net.isolate(laggard!);
  net.node(leader).propose('kept', 1);
  net.pass(config.heartbeatMs);
  return { leader, holder: holder!, laggard: laggard! };
}

test('it campaigns later than all others, until it is trusted again', () => {
  for (let seed = 1; seed <= 20; seed += 1) {
    const node = new TestNode('a', { names, seed });
    distrust(node);
    node.receive({
      kind: 'heartbeatRequest',
      from: store('b'),
      to: node.id,
      term: asTerm(2),
      round: 1,
      commit: asIndex(0),
    });
    node.pass(config.electionMaxMs + config.heartbeatMs);
    expect(node.status.role).toBe('follower');
    node.pass(config.electionMaxMs);
    expect(node.status.role).toBe('preCandidate');
  }
});

test('it takes over from nobody', () => {
  const node = new TestNode('a', { names });
  distrust(node);
  node.receive({ kind: 'timeoutNow', from: store('b'), to: node.id, term: asTerm(1) });
  expect(node.status.role).toBe('follower');
});

test('where it alone holds all that is committed it leads until another holds that, too, and takes no proposals', () => {
  const net = network();
  const { leader, holder, laggard } = withLaggard(net);
  distrust(net.node(holder));
  net.heal();
  net.isolate(leader);
  net.pass(5 * config.electionMaxMs);
  const { status, disk } = net.node(laggard);
  expect(status.role).toBe('leader');
  expect(disk.entries.map(({ payload }) => payload.kind)).toContain('command');
});

test('it sends its state to nobody, and does once it is trusted again', () => {
  const net = network();
  const { leader, holder, laggard } = withLaggard(net);
  const a = net.node(leader);
  a.compact(a.status.applied);
  distrust(a);
  net.heal();
  net.isolate(holder);
  net.pass(config.electionMinMs);
  expect(net.node(laggard).status.base).toBe(0);
  distrust(a, false);
  net.pass(config.electionMinMs);
  expect(net.node(laggard).status.base).toBe(a.status.base);
});

test('a leader under load takes no proposals, or its heir would never hold all of them', () => {
  const net = network();
  const a = net.elect();
  distrust(a);
  for (let i = 0; i < 50 && a.status.role === 'leader'; i += 1) {
    a.propose('before a message', i);
    net.pass(20);
  }
  expect(a.status.role).toBe('follower');
  expect(a.proposals[0]).toMatchObject({ kind: 'refused', reason: 'TRANSFERRING' });
});

test('one that campaigns when it is found out gives up', () => {
  const net = network();
  net.isolate('b');
  const b = net.node('b');
  for (let i = 0; i < 50 && b.status.role === 'follower'; i += 1) b.tick(config.electionMinMs / 4);
  expect(b.status.role).toBe('preCandidate');
  distrust(b);
  expect(b.status.role).toBe('follower');
});

test('a leader hands over to a follower that holds its log, and takes what that one sends', () => {
  const net = network();
  const a = net.elect();
  distrust(a);
  for (let i = 0; i < 20 && a.status.role === 'leader'; i += 1) net.pass(config.heartbeatMs);
  net.settle();
  expect(a.status.role).toBe('follower');
  const successor = names.map((name) => net.node(name)).find(({ status }) => status.role === 'leader')!;
  expect(successor.status.term).toBeGreaterThan(0);
  successor.propose('after', 1);
  net.settle();
  expect(a.status.commit).toBe(successor.status.lastIndex);
});

test('with one voter down its vote and its acknowledgements still count', () => {
  const net = network();
  const leader = net.elect();
  const [doubted, gone] = names.filter((name) => net.node(name) !== leader);
  distrust(net.node(doubted!));
  net.isolate(gone!);
  leader.propose('kept', 1);
  net.settle();
  expect(leader.status.commit).toBe(leader.status.lastIndex);
});

test('with one voter down a leader still hands over: unlike a full disk its own counts', () => {
  const net = network();
  const a = net.elect();
  const [heir, gone] = names.filter((name) => net.node(name) !== a);
  net.isolate(gone!);
  net.pass(config.heartbeatMs);
  distrust(a);
  for (let i = 0; i < 20 && a.status.role === 'leader'; i += 1) net.pass(config.heartbeatMs);
  net.settle();
  expect(net.node(heir!).status.role).toBe('leader');
});
