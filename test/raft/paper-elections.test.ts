// Sentences of the paper about terms and elections (§5.1, §5.2, §5.4.1; dissertation §4.2.3, §6.2, §9.6), each as a test.

import { describe, expect, test } from 'vitest';
import { asIndex, asTerm, type Message, sound } from '../../raft/types.ts';
import { campaign, config, grantOf, leader, TestNode } from './node.ts';
import { a, b, c, free, heartbeat, names, voteRequest } from './three.ts';

function append(from: typeof b, term: number): Message {
  const previous = { previousIndex: asIndex(1), previousTerm: asTerm(1), entries: [], commit: asIndex(0) };
  return { kind: 'appendRequest', from, to: a, term: asTerm(term), ...previous };
}

function votes(node: TestNode): { term: number; granted: boolean }[] {
  node.settle();
  return node.takeSent('voteResponse').map(({ term, granted }) => ({ term, granted }));
}

/** When a peer that hears nobody starts its elections. */
function electionStarts(seed: number): number[] {
  const node = new TestNode('a', { names, seed });
  const starts: number[] = [];
  for (let i = 0; i < 1_000; i += 1) {
    node.tick(10);
    node.settle();
    if (node.takeSent('voteRequest').length > 0) starts.push(node.now);
  }
  return starts;
}

describe('§5.1 terms', () => {
  test("if one server's current term is smaller than the other's, then it updates its current term to the larger value (§5.1)", () => {
    const node = free();
    node.receive(append(b, 7));
    expect(node.status.term).toBe(7);
  });

  test('if a candidate discovers that its term is out of date, it immediately reverts to follower state (§5.1)', () => {
    const node = new TestNode('a', { names });
    campaign(node);
    expect(node.status.role).toBe('candidate');
    node.receive(heartbeat(b, node.status.term + 1));
    expect(node.status).toMatchObject({ role: 'follower', leader: b });
  });

  test('if a leader discovers that its term is out of date, it immediately reverts to follower state (§5.1)', () => {
    const node = leader('a', { names });
    const { term } = node.status;
    const outcome = { kind: 'accepted', match: asIndex(0) } as const;
    node.receive({
      kind: 'appendResponse',
      impairment: sound,
      from: b,
      to: a,
      term: asTerm(term + 1),
      outcome,
    });
    expect(node.status).toMatchObject({ role: 'follower', term: term + 1, leader: undefined });
  });

  test('if a server receives a request with a stale term number, it rejects the request (§5.1)', () => {
    const node = free({ hardState: { term: 5 } });
    node.receive(append(b, 4));
    node.receive(heartbeat(b, 4));
    node.receive(voteRequest(c, 4, { lastIndex: 9, lastTerm: 4 }));
    node.settle();
    expect(node.takeSent()).toMatchObject([
      { kind: 'heartbeatResponse', to: b, term: 5, round: 0 },
      { kind: 'heartbeatResponse', to: b, term: 5, round: 0 },
      { kind: 'voteResponse', to: c, term: 5, granted: false },
    ]);
    expect(node.status.leader).toBeUndefined();
  });
});

describe('§5.2 leader election', () => {
  test('when servers start up, they begin as followers (§5.2)', () => {
    expect(new TestNode('a', { names }).status).toMatchObject({
      role: 'follower',
      term: 1,
      leader: undefined,
    });
  });

  test('a server remains a follower as long as it receives valid messages from a leader (§5.2)', () => {
    const node = new TestNode('a', { names });
    for (let i = 0; i < 200; i += 1) {
      node.receive(i % 2 === 0 ? heartbeat(b, 2, i + 1) : append(b, 2));
      node.tick(50);
      node.settle();
    }
    expect(node.status).toMatchObject({ role: 'follower', leader: b, term: 2 });
  });

  test('leaders send periodic heartbeats to all followers (§5.2)', () => {
    const node = leader('a', { names });
    node.settle();
    node.takeSent();
    node.pass(config.heartbeatMs);
    node.settle();
    const receivers = node.takeSent('heartbeatRequest').map((message) => message.to);
    expect(receivers).toEqual([b, c]);
  });

  test('a follower that hears nothing over the election time-out begins an election, after asking whether it could win (§5.2, §9.6)', () => {
    const node = new TestNode('a', { names });
    node.pass(config.electionMinMs - 50);
    expect(node.status.role).toBe('follower');
    node.pass(config.electionMaxMs);
    expect(node.status.role).toBe('preCandidate');
  });

  test('to begin an election, it increments its term, votes for itself and asks all others in parallel (§5.2)', () => {
    const node = new TestNode('a', { names });
    campaign(node);
    expect(node.status).toMatchObject({ role: 'candidate', term: 2 });
    expect(node.disk.hardState).toEqual({ term: 2, vote: a });
    expect(node.takeSent('voteRequest')).toMatchObject([
      { to: b, term: 2, preVote: false, lastIndex: 1, lastTerm: 1 },
      { to: c, term: 2, preVote: false, lastIndex: 1, lastTerm: 1 },
    ]);
  });

  test.each([
    { voters: 3, grants: 0, wins: false },
    { voters: 3, grants: 1, wins: true },
    { voters: 4, grants: 1, wins: false },
    { voters: 4, grants: 2, wins: true },
    { voters: 5, grants: 1, wins: false },
    { voters: 5, grants: 2, wins: true },
  ])('with $grants votes beside its own of $voters, winning is $wins (§5.2)', ({ voters, grants, wins }) => {
    const all = ['a', 'b', 'c', 'd', 'e'].slice(0, voters);
    const node = new TestNode('a', { names: all });
    while (node.status.role === 'follower') node.tick(50);
    node.settle();
    for (const request of node.takeSent('voteRequest')) node.receive(grantOf(request));
    node.settle();
    for (const request of node.takeSent('voteRequest').slice(0, grants)) node.receive(grantOf(request));
    expect(node.status.role).toBe(wins ? 'leader' : 'candidate');
  });

  test('each server votes for at most one candidate in a given term, first come first served (§5.2)', () => {
    const node = free();
    node.receive(voteRequest(b, 2, { lastIndex: 1, lastTerm: 1 }));
    expect(votes(node)).toEqual([{ term: 2, granted: true }]);
    node.receive(voteRequest(c, 2, { lastIndex: 9, lastTerm: 1 }));
    expect(votes(node)).toEqual([{ term: 2, granted: false }]);
    node.receive(voteRequest(b, 2, { lastIndex: 1, lastTerm: 1 }));
    expect(votes(node)).toEqual([{ term: 2, granted: true }]);
  });

  test('a vote outlives a restart (§5.2)', () => {
    const node = free();
    node.receive(voteRequest(b, 2, { lastIndex: 1, lastTerm: 1 }));
    node.settle();
    node.restart();
    node.pass(500);
    node.settle();
    node.takeSent();
    node.receive(voteRequest(c, 2, { lastIndex: 9, lastTerm: 1 }));
    expect(votes(node)).toEqual([{ term: 2, granted: false }]);
  });

  test('a vote given restarts the election time-out (§5.2, figure 3.1)', () => {
    const node = free();
    node.pass(300);
    node.receive(voteRequest(b, 2, { lastIndex: 1, lastTerm: 1 }));
    node.settle();
    node.takeSent();
    node.pass(450);
    expect(node.status.role).toBe('follower');
    node.pass(100);
    expect(node.status.role).toBe('preCandidate');
  });

  test('once a candidate wins an election, it becomes leader and sends heartbeats to all of the others (§5.2)', () => {
    const node = leader('a', { names });
    node.take();
    expect(node.takeSent('heartbeatRequest').map((message) => message.to)).toEqual([b, c]);
  });

  test('a candidate that hears a leader of its own term recognises it and returns to follower state (§5.2)', () => {
    for (const message of [heartbeat(b, 2), append(b, 2)]) {
      const node = new TestNode('a', { names });
      campaign(node);
      node.receive(message);
      expect(node.status).toMatchObject({ role: 'follower', term: 2, leader: b });
    }
  });

  test('if the term of the claimed leader is smaller, the candidate rejects it and continues (§5.2)', () => {
    const node = new TestNode('a', { names });
    campaign(node);
    node.takeSent();
    node.receive(append(b, 1));
    node.settle();
    expect(node.status.role).toBe('candidate');
    expect(node.takeSent()).toMatchObject([{ kind: 'heartbeatResponse', to: b, term: 2, round: 0 }]);
  });

  test('a candidate that neither wins nor loses times out and starts a new election (§5.2)', () => {
    const node = new TestNode('a', { names });
    campaign(node);
    node.takeSent();
    node.pass(config.electionMaxMs + 50);
    node.settle();
    expect(node.takeSent('voteRequest')).toMatchObject([
      { preVote: true, term: 3 },
      { preVote: true, term: 3 },
    ]);
  });

  test('election time-outs are drawn anew from a fixed interval (§5.2)', () => {
    const tookMs = new Set<number>();
    for (let seed = 0; seed < 100; seed += 1) {
      const node = new TestNode('a', { names, seed });
      while (node.status.role === 'follower') node.tick(10);
      expect(node.now).toBeGreaterThanOrEqual(config.electionMinMs);
      expect(node.now).toBeLessThan(config.electionMaxMs + 10);
      tookMs.add(node.now);
    }
    expect(tookMs.size).toBeGreaterThan(20);
  });

  test('the same seed draws the same time-outs, so that a run can be repeated', () => {
    expect(electionStarts(42)).toEqual(electionStarts(42));
    expect(electionStarts(42).length).toBeGreaterThan(5);
    expect(electionStarts(42)).not.toEqual(electionStarts(43));
  });
});

describe('§5.4.1 election restriction', () => {
  test.each([
    { own: [2, 2], log: { lastIndex: 3, lastTerm: 2 }, granted: true, why: 'equal' },
    { own: [2, 2], log: { lastIndex: 4, lastTerm: 2 }, granted: true, why: 'the same term, longer' },
    { own: [2, 2], log: { lastIndex: 2, lastTerm: 2 }, granted: false, why: 'the same term, shorter' },
    { own: [2, 2], log: { lastIndex: 1, lastTerm: 3 }, granted: true, why: 'a later term, shorter' },
    { own: [2, 3], log: { lastIndex: 9, lastTerm: 2 }, granted: false, why: 'an earlier term, longer' },
  ])('a voter judges which log is more up-to-date: $why → $granted (§5.4.1)', ({ own, log, granted }) => {
    const voter = free({ terms: own, hardState: { term: 5 } });
    voter.receive(voteRequest(b, 6, log));
    expect(votes(voter)).toEqual([{ term: 6, granted }]);
    const preVoter = free({ terms: own, hardState: { term: 5 } });
    preVoter.receive(voteRequest(b, 6, log, true));
    expect(votes(preVoter)).toEqual([{ term: granted ? 6 : 5, granted }]);
  });
});
