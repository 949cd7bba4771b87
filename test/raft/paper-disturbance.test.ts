// Sentences of the dissertation about peers that disturb: pre-vote (§9.6), stickiness (§4.2.3), strangers.

import { describe, expect, test } from 'vitest';
import { asIndex, asTerm, sound } from '../../raft/types.ts';
import { TestNetwork } from './network.ts';
import { campaign, config, leader, store, TestNode } from './node.ts';
import { a, b, c, free, heartbeat, names, voteRequest } from './three.ts';

function votes(node: TestNode): { term: number; granted: boolean }[] {
  node.settle();
  return node.takeSent('voteResponse').map(({ term, granted }) => ({ term, granted }));
}

describe('§9.6 pre-vote', () => {
  test('a pre-vote raises no term and uses up no vote, asked or granted (§9.6)', () => {
    const node = free();
    node.receive(voteRequest(b, 9, { lastIndex: 1, lastTerm: 1 }, true));
    expect(votes(node)).toEqual([{ term: 9, granted: true }]);
    expect(node.status.term).toBe(1);
    node.receive({ kind: 'voteResponse', from: b, to: a, term: asTerm(9), preVote: true, granted: true });
    expect(node.status.term).toBe(1);
    node.receive(voteRequest(c, 2, { lastIndex: 1, lastTerm: 1 }));
    expect(votes(node)).toEqual([{ term: 2, granted: true }]);
  });

  test('a server only increments its term if it learns that a majority would vote for it (§9.6)', () => {
    const node = new TestNode('a', { names });
    node.pass(20_000);
    node.settle();
    expect(node.status).toMatchObject({ role: 'preCandidate', term: 1 });
  });

  test('a pre-vote for a term that has begun already is refused with the true one (§9.6)', () => {
    const node = free({ hardState: { term: 5 } });
    node.receive(voteRequest(b, 5, { lastIndex: 9, lastTerm: 4 }, true));
    node.receive(voteRequest(b, 4, { lastIndex: 9, lastTerm: 4 }, true));
    expect(votes(node)).toEqual([
      { term: 5, granted: false },
      { term: 5, granted: false },
    ]);
  });

  test('a pre-candidate that is refused from a higher term takes that term over', () => {
    const node = new TestNode('a', { names });
    while (node.status.role === 'follower') node.tick(50);
    node.receive({ kind: 'voteResponse', from: b, to: a, term: asTerm(8), preVote: true, granted: false });
    expect(node.status).toMatchObject({ role: 'follower', term: 8 });
  });

  test('a pre-candidate that a majority refuses waits as a follower', () => {
    const node = new TestNode('a', { names });
    while (node.status.role === 'follower') node.tick(50);
    for (const from of [b, c]) {
      node.receive({ kind: 'voteResponse', from, to: a, term: asTerm(1), preVote: true, granted: false });
    }
    expect(node.status).toMatchObject({ role: 'follower', term: 1 });
  });

  test('a vote that was granted stands, whatever older refusal arrives behind it', () => {
    const node = new TestNode('a', { names: ['a', 'b', 'c', 'd', 'e'] });
    campaign(node);
    for (const [from, granted] of [
      [b, true],
      [b, false],
      [c, true],
    ] as const) {
      node.receive({ kind: 'voteResponse', from, to: a, term: asTerm(2), preVote: false, granted });
    }
    expect(node.status.role).toBe('leader');
  });

  test('grants of a pre-vote do not elect, and late ones of an earlier campaign do not count', () => {
    const node = new TestNode('a', { names });
    campaign(node);
    node.receive({ kind: 'voteResponse', from: b, to: a, term: asTerm(2), preVote: true, granted: true });
    expect(node.status.role).toBe('candidate');
    node.pass(config.electionMaxMs + 50);
    expect(node.status.role).toBe('preCandidate');
    node.receive({ kind: 'voteResponse', from: b, to: a, term: asTerm(2), preVote: true, granted: true });
    expect(node.status.role).toBe('preCandidate');
  });
});

describe('§4.2.3 disruptive servers', () => {
  test.each([true, false])(
    'a request for a vote within the minimum election time-out of hearing from a leader is ignored (§4.2.3), pre-vote: %s',
    (preVote) => {
      const node = new TestNode('a', { names });
      node.pass(2_000);
      node.receive(heartbeat(b, 2));
      node.tick(20);
      node.settle();
      node.takeSent();
      const request = voteRequest(c, 9, { lastIndex: 9, lastTerm: 8 }, preVote);
      node.tick(config.electionMinMs - 300);
      node.receive(request);
      node.settle();
      expect(node.takeSent('voteResponse')).toEqual([]);
      expect(node.status.term).toBe(2);
      node.tick(100);
      node.tick(200);
      node.receive(request);
      node.settle();
      expect(node.takeSent('voteResponse')).toMatchObject([{ granted: true }]);
    },
  );

  test('a leader that a quorum has just answered ignores it, too; one that lost its quorum does not (§4.2.3)', () => {
    const node = leader('a', { names });
    const request = voteRequest(c, 9, { lastIndex: 9, lastTerm: 8 });
    node.receive(request);
    expect(node.status.role).toBe('leader');
    node.pass(config.electionMinMs);
    node.receive(request);
    expect(node.status).toMatchObject({ role: 'follower', term: 9 });
  });

  test('a peer that starts may have answered a leader a moment ago: it gives no vote at first', () => {
    const node = new TestNode('a', { names });
    node.tick(50);
    node.receive(voteRequest(b, 2, { lastIndex: 1, lastTerm: 1 }));
    node.settle();
    expect(node.takeSent('voteResponse')).toEqual([]);
    expect(node.status.term).toBe(1);
  });
});

describe('strangers', () => {
  test('votes and acknowledgements from outside the configuration count for nothing', () => {
    const stranger = store('x');
    const node = new TestNode('a', { names });
    campaign(node);
    node.receive({
      kind: 'voteResponse',
      from: stranger,
      to: a,
      term: asTerm(2),
      preVote: false,
      granted: true,
    });
    expect(node.status.role).toBe('candidate');
    node.receive({ kind: 'voteResponse', from: b, to: a, term: asTerm(2), preVote: false, granted: true });
    node.settle();
    const accepted = { kind: 'accepted', match: asIndex(2) } as const;
    node.receive({
      kind: 'appendResponse',
      impairment: sound,
      from: stranger,
      to: a,
      term: asTerm(2),
      outcome: accepted,
    });
    node.receive({
      kind: 'heartbeatResponse',
      impairment: sound,
      full: false,
      from: stranger,
      to: a,
      term: asTerm(2),
      round: 1,
    });
    node.settle();
    expect(node.status.commit).toBe(0);
    expect(node.status.mayControl).toBe(false);
  });

  test('a message for somebody else, or from oneself, is dropped', () => {
    const node = new TestNode('a', { names });
    node.receive({ ...heartbeat(b, 9), to: c });
    node.receive(heartbeat(a, 9));
    expect(node.status.term).toBe(1);
  });
});

test('a store outside the configuration never campaigns', () => {
  const node = new TestNode('x', { names });
  node.pass(10_000);
  expect(node.status).toMatchObject({ role: 'follower', term: 1 });
});

test('exactly one leader comes out of a split vote, sooner or later (§5.2)', () => {
  for (let seed = 0; seed < 20; seed += 1) {
    const nodes = ['a', 'b', 'c', 'd', 'e'].map(
      (name, i, all) =>
        new TestNode(name, { names: all, seed: seed * 5 + i, config: { electionMaxMs: 520 } }),
    );
    new TestNetwork(nodes).elect();
    expect(nodes.filter((node) => node.status.role === 'leader')).toHaveLength(1);
  }
});
