// When a leader is followed by another before its time: its process is dead (U2), or its disk hangs (U3, T2).

import { describe, expect, test } from 'vitest';
import type { VoteCause } from '../../raft/succession.ts';
import { asIndex, asRequestId, asTerm } from '../../raft/types.ts';
import { TestNetwork } from './network.ts';
import { ackOf, acceptOf, campaign, config, grantOf, leader, store, TestNode } from './node.ts';

const names = ['a', 'b', 'c'];
const a = store('a');
const b = store('b');
const c = store('c');
const lost: VoteCause = { kind: 'lost', leader: a, term: asTerm(2) };

function heartbeat(node: TestNode, term: number, from = a): void {
  node.receive({
    kind: 'heartbeatRequest',
    from,
    to: node.id,
    term: asTerm(term),
    round: 1,
    commit: asIndex(1),
  });
  node.settle();
  node.takeSent();
}

/** A peer that follows a in term 2. */
function following(): TestNode {
  const node = new TestNode('b', { names });
  heartbeat(node, 2);
  return node;
}

function ask(node: TestNode, cause: VoteCause, preVote = true): unknown[] {
  const request = { kind: 'voteRequest', from: c, to: node.id, term: asTerm(3), preVote, cause } as const;
  node.receive({ ...request, lastIndex: asIndex(1), lastTerm: asTerm(1) });
  node.settle();
  return node.takeSent('voteResponse');
}

describe('a leader whose process is dead', () => {
  test('is followed up within the short range, by way of a pre-vote', () => {
    const node = following();
    node.step({ kind: 'peerLost', storeId: a });
    expect(node.status).toMatchObject({ role: 'follower', leader: undefined });
    node.tick(5);
    node.tick(config.failoverMinMs - 1);
    expect(node.status.role).toBe('follower');
    node.tick(config.failoverMaxMs);
    expect(node.status).toMatchObject({ role: 'preCandidate', term: 2 });
    node.settle();
    expect(node.takeSent('voteRequest')).toMatchObject([
      { preVote: true, cause: lost },
      { preVote: true, cause: lost },
    ]);
  });

  test('is believed to be dead by who knows it, too: pre-vote and vote ignore stickiness (U2)', () => {
    const node = following();
    node.step({ kind: 'peerLost', storeId: a });
    expect(ask(node, lost)).toMatchObject([{ granted: true, preVote: true }]);
    expect(ask(node, lost, false)).toMatchObject([{ granted: true, preVote: false }]);
  });

  test('is not believed to be dead by who still hears it (U2)', () => {
    expect(ask(following(), lost)).toEqual([]);
    expect(ask(following(), lost, false)).toEqual([]);
  });

  test.each([
    ['another leader', { kind: 'lost', leader: c, term: asTerm(2) }],
    ['another term', { kind: 'lost', leader: a, term: asTerm(1) }],
    ['nobody', { kind: 'timeout' }],
  ] as const)('makes nobody follow whoever misses %s (U2)', (_whom, cause) => {
    const node = following();
    node.step({ kind: 'peerLost', storeId: a });
    expect(ask(node, cause)).toEqual([]);
  });

  test('lives if it is heard after all: patience is back (U2)', () => {
    const node = following();
    node.step({ kind: 'peerLost', storeId: a });
    heartbeat(node, 2);
    expect(ask(node, lost)).toEqual([]);
    node.pass(config.electionMinMs - 100);
    expect(node.status).toMatchObject({ role: 'follower', leader: a });
  });

  test('is forgotten when another leads (U2)', () => {
    const node = following();
    node.step({ kind: 'peerLost', storeId: a });
    heartbeat(node, 3, c);
    expect(ask(node, lost)).toEqual([]);
  });

  test('gives haste for as long as one election, in rounds of one to three heartbeats (E4)', () => {
    const node = following();
    node.step({ kind: 'peerLost', storeId: a });
    let campaigns = 0;
    for (let passed = 0; passed < config.electionMaxMs; passed += 10) {
      node.tick(10);
      node.settle();
      campaigns += node.takeSent('voteRequest').length / 2;
    }
    expect(campaigns).toBeGreaterThanOrEqual(
      Math.floor(config.electionMaxMs / (3 * config.heartbeatMs + 20)),
    );
    node.pass(3 * config.heartbeatMs + 50);
    node.settle();
    node.takeSent();
    node.pass(config.electionMinMs - 50);
    node.settle();
    expect(node.takeSent('voteRequest')).toEqual([]);
  });

  test('matters only to those who follow it', () => {
    const node = following();
    node.step({ kind: 'peerLost', storeId: c });
    node.pass(config.electionMinMs - 100);
    expect(node.status).toMatchObject({ role: 'follower', leader: a });
    const leading = leader('a', { names });
    leading.step({ kind: 'peerLost', storeId: b });
    expect(leading.status.role).toBe('leader');
  });

  test('is succeeded by one of two who ask each other at once: the lower store id goes first, the other gives way', () => {
    const [first, second] = [store('b'), store('c')].map((id) => {
      const node = new TestNode(id, { names });
      heartbeat(node, 2);
      node.step({ kind: 'peerLost', storeId: a });
      while (node.status.role === 'follower') node.tick(10);
      node.settle();
      return node;
    }) as [TestNode, TestNode];
    const asked = [...first.takeSent('voteRequest'), ...second.takeSent('voteRequest')];
    for (const request of asked) {
      if (request.to === first.id) first.receive(request);
      if (request.to === second.id) second.receive(request);
    }
    first.settle();
    second.settle();
    expect(first.takeSent('voteResponse')).toMatchObject([{ to: c, granted: false }]);
    expect(second.takeSent('voteResponse')).toMatchObject([{ to: b, granted: true }]);
    expect([first.status.role, second.status.role]).toEqual(['preCandidate', 'follower']);
  });

  test('is succeeded by who has more, whatever its store id', () => {
    const node = following();
    node.step({ kind: 'peerLost', storeId: a });
    while (node.status.role === 'follower') node.tick(10);
    node.settle();
    node.takeSent();
    const request = {
      kind: 'voteRequest',
      from: c,
      to: b,
      term: asTerm(3),
      preVote: true,
      cause: lost,
    } as const;
    node.receive({ ...request, lastIndex: asIndex(5), lastTerm: asTerm(2) });
    node.settle();
    expect(node.takeSent('voteResponse')).toMatchObject([{ granted: true }]);
    expect(node.status.role).toBe('follower');
  });

  test('has a successor long before its followers would have run out of patience', () => {
    const network = TestNetwork.of(names);
    const dead = network.elect();
    network.pass(500);
    network.isolate(dead.id);
    const rest = names.filter((name) => name !== dead.id);
    for (const name of rest) network.node(name).step({ kind: 'peerLost', storeId: dead.id });
    network.pass(config.electionMinMs - 100);
    expect(rest.filter((name) => network.node(name).status.role === 'leader')).toHaveLength(1);
  });
});

describe('a disk that hangs', () => {
  /** A leader that b and c follow, with a write in flight that never ends. */
  function hanging(...followers: readonly (typeof a)[]): TestNode {
    const node = leader('a', { names });
    node.settle();
    answer(node, ...followers);
    node.propose('stuck', 1);
    node.take();
    expect(node.writing).toBeDefined();
    return node;
  }

  function answer(node: TestNode, ...followers: readonly (typeof a)[]): void {
    for (const message of node.takeSent()) {
      if (!followers.includes(message.to)) continue;
      if (message.kind === 'appendRequest') node.receive(acceptOf(message));
      if (message.kind === 'heartbeatRequest') node.receive(ackOf(message));
    }
  }

  test('makes a leader hand over without needing its disk (T2)', () => {
    const node = hanging(b, c);
    answer(node, c);
    node.step({ kind: 'diskStalled' });
    node.take();
    expect(node.takeSent('timeoutNow')).toMatchObject([{ to: c }]);
    expect(node.writing).toBeDefined();
  });

  test('makes a leader step down at once when nobody can take over', () => {
    const node = hanging();
    node.step({ kind: 'diskStalled' });
    expect(node.status).toMatchObject({ role: 'follower', leader: undefined });
  });

  test('makes a leader step down when nobody took over in time (T2)', () => {
    const node = hanging(b, c);
    node.step({ kind: 'diskStalled' });
    for (let passed = 0; passed < config.electionMaxMs; passed += 100) {
      expect(node.status.role).toBe('leader');
      node.take();
      for (const message of node.takeSent('heartbeatRequest')) node.receive(ackOf(message));
      node.tick(100);
    }
    expect(node.status.role).toBe('follower');
  });

  test('turns a transfer that was asked for into one that ends the term (T2)', () => {
    const node = hanging(b, c);
    node.step({ kind: 'transfer', requestId: asRequestId(5), to: b });
    node.step({ kind: 'diskStalled' });
    for (let passed = 0; passed < config.electionMaxMs; passed += 100) {
      node.take();
      for (const message of node.takeSent('heartbeatRequest')) node.receive(ackOf(message));
      node.tick(100);
    }
    node.take();
    expect(node.status.role).toBe('follower');
    expect(node.transfers).toEqual([{ kind: 'ended', requestId: 5 }]);
  });

  test('keeps a peer from campaigning until it has written again (U3)', () => {
    const node = new TestNode('b', { names });
    node.receive({ kind: 'heartbeatRequest', from: a, to: b, term: asTerm(4), round: 1, commit: asIndex(1) });
    node.take();
    expect(node.writing).toBeDefined();
    node.step({ kind: 'diskStalled' });
    node.pass(config.electionMaxMs * 3);
    node.receive({ kind: 'timeoutNow', from: a, to: b, term: asTerm(4) });
    expect(node.status.role).toBe('follower');
    node.persist();
    node.tick(50);
    expect(node.status.role).toBe('preCandidate');
  });

  test('ends a campaign: its own vote could not become durable (U3)', () => {
    const node = new TestNode('a', { names });
    while (node.status.role === 'follower') node.tick(50);
    node.settle();
    for (const request of node.takeSent('voteRequest')) node.receive(grantOf(request));
    node.take();
    expect(node.status.role).toBe('candidate');
    node.step({ kind: 'diskStalled' });
    expect(node.status.role).toBe('follower');
    node.persist();
    node.settle();
    expect(node.takeSent('voteRequest')).toEqual([]);
  });

  test('is news only while a write is in flight', () => {
    const node = new TestNode('a', { names });
    node.step({ kind: 'diskStalled' });
    campaign(node);
    expect(node.status.role).toBe('candidate');
  });
});
