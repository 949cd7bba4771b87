// Whole small clusters: the core as its users meet it.

import { expect, test } from 'vitest';
import { asIndex, type Entry } from '../../raft/types.ts';
import { TestNetwork } from './network.ts';
import { TestNode } from './node.ts';

const names = ['a', 'b', 'c'];

const textsOf = (entries: readonly Entry[]): string[] =>
  entries.flatMap(({ payload }) =>
    payload.kind === 'command' ? [new TextDecoder().decode(payload.data)] : [],
  );

test('three peers elect one leader, which may control once a quorum has answered it', () => {
  const network = TestNetwork.of(names);
  const leader = network.elect();
  const statuses = [...network.nodes.values()].map((node) => node.status);
  expect(statuses.filter((status) => status.role === 'leader')).toHaveLength(1);
  expect(new Set(statuses.map((status) => status.leader))).toEqual(new Set([leader.id]));
  expect(leader.status.mayControl).toBe(true);
});

test('what is proposed on the leader is applied by every peer, in order', () => {
  const network = TestNetwork.of(names);
  const leader = network.elect();
  const texts = Array.from({ length: 100 }, (_, i) => `command ${i}`);
  for (const text of texts) {
    leader.propose(text);
    if (text.endsWith('7')) network.settle();
  }
  network.settle();
  for (const node of network.nodes.values()) expect(textsOf(node.applied)).toEqual(texts);
});

test('two of three elect a new leader when the leader is gone, and the old one follows when it returns', () => {
  const network = TestNetwork.of(names);
  const old = network.elect();
  old.propose('before');
  network.settle();
  network.isolate(old.id);
  old.propose('lost');
  const others = names.filter((name) => name !== old.id);
  const next = network.elect(others);
  next.propose('after');
  network.settle();
  expect(old.status.role).toBe('leader');
  network.pass(1_200);
  expect(old.status.role).not.toBe('leader');
  network.heal();
  network.pass(500);
  for (const node of network.nodes.values()) {
    expect(textsOf(node.applied)).toEqual(['before', 'after']);
    expect(node.status.leader).toBe(next.id);
  }
});

test('a peer that was cut off disturbs nobody when it returns (§9.6)', () => {
  const network = TestNetwork.of(names);
  const leader = network.elect();
  const cut = names.find((name) => name !== leader.id) ?? 'a';
  network.isolate(cut);
  network.pass(5_000);
  const { term } = leader.status;
  network.heal();
  network.pass(2_000);
  expect(leader.status.role).toBe('leader');
  expect(leader.status.term).toBe(term);
  expect(network.node(cut).status.leader).toBe(leader.id);
});

test('a cluster of one elects itself, commits and reads', () => {
  const node = new TestNode('a', { names: ['a'] });
  while (node.status.role !== 'leader') {
    node.tick(50);
    node.settle();
  }
  node.propose('alone');
  node.settle();
  node.read(1);
  node.settle();
  expect(textsOf(node.applied)).toEqual(['alone']);
  expect(node.reads).toEqual([{ kind: 'confirmed', requestId: 1, index: 3 }]);
  node.pass(5_000);
  expect(node.status.mayControl).toBe(true);
});

test('everyone crashing at once loses nothing that was acknowledged', () => {
  const network = TestNetwork.of(names);
  network.elect().propose('kept');
  network.settle();
  for (const node of network.nodes.values()) node.restart();
  network.elect();
  for (const node of network.nodes.values()) expect(textsOf(node.applied)).toEqual(['kept']);
});

test('a peer with next to no memory serves a follower and its own state from disk', () => {
  const network = TestNetwork.of(names, { config: { cacheBytesMax: 1, appendBytesMax: 200 } });
  const leader = network.elect();
  const cut = names.find((name) => name !== leader.id) ?? 'a';
  network.isolate(cut);
  const texts = Array.from({ length: 50 }, (_, i) => `${i}`);
  for (const text of texts) {
    leader.propose(text);
    network.settle();
  }
  network.heal();
  network.pass(2_000);
  expect(textsOf(network.node(cut).applied)).toEqual(texts);
  for (const node of network.nodes.values()) node.restart({ tail: 1 });
  network.elect();
  for (const node of network.nodes.values()) expect(textsOf(node.applied)).toEqual(texts);
});

test('a restart applies again what the state does not hold yet, and nothing else', () => {
  const network = TestNetwork.of(names);
  network.elect().propose('one');
  network.settle();
  for (const node of network.nodes.values()) node.restart({ applied: 2 });
  network.elect();
  for (const node of network.nodes.values()) expect(node.applied[0]?.index).toBe(asIndex(3));
});
