// A peer whose state differs from the others': it leads nobody, and its log and its vote are as good as ever (Y6).

import { expect, test } from 'vitest';
import { TestNetwork } from './network.ts';
import { config, TestNode } from './node.ts';

const names = ['a', 'b', 'c'];

function network(): TestNetwork {
  return new TestNetwork(names.map((name) => new TestNode(name, { names })));
}

const distrust = (node: TestNode, distrusted = true): void => node.step({ kind: 'distrusted', distrusted });

test('it does not campaign, however long it hears nobody, until it is trusted again', () => {
  const net = network();
  const leader = net.elect();
  const name = names.find((other) => net.node(other) !== leader)!;
  const b = net.node(name);
  net.isolate(name);
  distrust(b);
  for (let i = 0; i < 50; i += 1) b.tick(config.electionMinMs / 4);
  expect(b.status.role).toBe('follower');
  distrust(b, false);
  for (let i = 0; i < 50 && b.status.role === 'follower'; i += 1) b.tick(config.electionMinMs / 4);
  expect(b.status.role).toBe('preCandidate');
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
