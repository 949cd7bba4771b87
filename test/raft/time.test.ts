// Time-outs, late ticks, check-quorum and the barrier for controllers (raft.md, time; dissertation §6.2).

import { describe, expect, test } from 'vitest';
import { asIndex, asTerm, type Message } from '../../raft/types.ts';
import { TestNetwork } from './network.ts';
import { acceptOf, ackOf, config, leader, store, TestNode, timedOut } from './node.ts';

const names = ['a', 'b', 'c'];
const a = store('a');
const b = store('b');

function heartbeat(round = 1): Message {
  return { kind: 'heartbeatRequest', from: b, to: a, term: asTerm(2), round, commit: asIndex(0) };
}

/** Answers everything that `node` has sent to `from`. */
function answerAs(node: TestNode, from: typeof b): void {
  node.settle();
  for (const message of node.takeSent()) {
    if (message.to !== from) continue;
    if (message.kind === 'heartbeatRequest') node.receive(ackOf(message));
    if (message.kind === 'appendRequest') node.receive(acceptOf(message));
  }
  node.settle();
}

function controlling(): TestNode {
  const node = leader('a', { names });
  answerAs(node, b);
  expect(node.status.mayControl).toBe(true);
  return node;
}

describe('late ticks', () => {
  test('a tick that is late by more than a heartbeat starts no election; the next may, a heartbeat later', () => {
    const node = new TestNode('a', { names });
    node.tick(10_000);
    expect(node.status.role).toBe('follower');
    node.tick(config.heartbeatMs / 2);
    expect(node.status.role).toBe('follower');
    node.tick(config.heartbeatMs / 2);
    expect(node.status.role).toBe('preCandidate');
  });

  test('a heartbeat that was queued during the stall is heard before an election starts', () => {
    const node = new TestNode('a', { names });
    node.tick(10_000);
    node.receive(heartbeat());
    node.pass(config.electionMinMs - 50);
    expect(node.status).toMatchObject({ role: 'follower', leader: b });
  });

  test('a leader heard since the last tick counts as heard at the next, however late that is', () => {
    const node = new TestNode('a', { names });
    node.receive(heartbeat());
    node.tick(10_000);
    expect(node.status.leaderHeardMs).toBe(10_000);
    node.pass(config.electionMinMs - 50);
    expect(node.status).toMatchObject({ role: 'follower', leader: b });
  });

  test('a leader that slept may not control until a quorum has answered a round sent after it woke', () => {
    const node = controlling();
    node.tick(config.heartbeatMs);
    node.settle();
    const before = node.takeSent('heartbeatRequest').filter((message) => message.to === b);
    node.tick(2 * config.heartbeatMs + 1);
    expect(node.status).toMatchObject({ role: 'leader', mayControl: false });
    for (const message of before) node.receive(ackOf(message));
    expect(node.status.mayControl).toBe(false);
    answerAs(node, b);
    expect(node.status.mayControl).toBe(true);
  });

  test('a leader that slept long does not step down before it has read what was queued', () => {
    const node = controlling();
    node.tick(60_000);
    expect(node.status).toMatchObject({ role: 'leader', mayControl: false });
    node.receive({ ...heartbeat(), term: asTerm(9) });
    expect(node.status).toMatchObject({ role: 'follower', term: 9, leader: b });
  });

  test('a leader that slept and is answered by nobody steps down after the usual time', () => {
    const node = controlling();
    node.tick(60_000);
    node.pass(config.electionMaxMs);
    expect(node.status.role).toBe('follower');
  });

  test('a leader that slept sticks to nothing: it hears of an election that went on meanwhile', () => {
    const node = controlling();
    node.tick(60_000);
    const log = { lastIndex: asIndex(9), lastTerm: asTerm(8) };
    node.receive({
      kind: 'voteRequest',
      from: b,
      to: a,
      term: asTerm(9),
      preVote: false,
      cause: timedOut,
      ...log,
    });
    expect(node.status).toMatchObject({ role: 'follower', term: 9 });
  });
});

describe('late ticks that come again and again excuse nothing but the first (E2)', () => {
  const lateMs = 2 * config.heartbeatMs + 1;
  /** Of a process that stands still, wakes for less than a heartbeat, and stands still again. */
  const ticks = Array.from({ length: 60 }, (_, i) => (i % 3 === 0 ? lateMs : 20));

  test('somebody is elected', () => {
    const net = TestNetwork.of(names);
    for (let i = 0; i < 50; i += 1) {
      for (const node of net.nodes.values()) node.tick(lateMs);
      net.settle();
    }
    expect([...net.nodes.values()].filter(({ status }) => status.role === 'leader')).toHaveLength(1);
  });

  test('somebody is elected by peers that wake for a moment again and again', () => {
    const net = TestNetwork.of(names);
    for (const tickMs of ticks) {
      for (const node of net.nodes.values()) node.tick(tickMs);
      net.settle();
    }
    expect([...net.nodes.values()].filter(({ status }) => status.role === 'leader')).toHaveLength(1);
  });

  test('a leader that wakes for a moment again and again leads on while a quorum answers, and no longer', () => {
    const node = controlling();
    for (const tickMs of ticks) {
      node.tick(tickMs);
      answerAs(node, b);
      expect(node.status.role).toBe('leader');
    }
    for (const tickMs of ticks) node.tick(tickMs);
    expect(node.status.role).not.toBe('leader');
  });

  test('a leader that is answered by nobody steps down, and controls nothing until then', () => {
    const node = controlling();
    for (let passed = 0; passed < config.electionMaxMs + lateMs; passed += lateMs) {
      expect(node.status.role).toBe('leader');
      node.tick(lateMs);
      expect(node.status.mayControl).toBe(false);
    }
    expect(node.status.role).toBe('follower');
  });
});

describe('check-quorum (§6.2)', () => {
  test('a leader steps down when no quorum has answered within the longest election time-out', () => {
    const node = controlling();
    node.pass(config.electionMaxMs - 50);
    expect(node.status.role).toBe('leader');
    node.pass(50);
    expect(node.status).toMatchObject({ role: 'follower', leader: undefined, term: 2 });
  });

  test('what counts is when the answered heartbeat was sent, not when the answer came', () => {
    const node = controlling();
    node.tick(config.heartbeatMs);
    node.settle();
    const early = node.takeSent('heartbeatRequest').filter((message) => message.to === b);
    node.pass(700);
    for (const message of early) node.receive(ackOf(message));
    expect(node.status.mayControl).toBe(false);
    node.pass(300);
    expect(node.status.role).toBe('follower');
  });

  test('answers to appends alone keep no leader: they may be as old as the network is slow', () => {
    const node = controlling();
    for (let i = 0; i < config.electionMaxMs / 50; i += 1) {
      node.tick(50);
      node.propose('x');
      node.settle();
      for (const message of node.takeSent('appendRequest')) node.receive(acceptOf(message));
    }
    expect(node.status.role).toBe('follower');
  });

  test('a leader with a quorum goes on for good', () => {
    const node = controlling();
    for (let i = 0; i < 200; i += 1) {
      node.tick(50);
      answerAs(node, b);
      expect(node.status).toMatchObject({ role: 'leader', mayControl: true, term: 2 });
    }
  });
});

describe('the barrier for controllers', () => {
  test('it opens when the own no-op is applied, not before', () => {
    const node = leader('a', { names });
    node.settle();
    const sent = node.takeSent().filter((message) => message.to === b);
    for (const message of sent) if (message.kind === 'heartbeatRequest') node.receive(ackOf(message));
    expect(node.status.mayControl).toBe(false);
    for (const message of sent) if (message.kind === 'appendRequest') node.receive(acceptOf(message));
    node.take();
    expect(node.status).toMatchObject({ commit: 2, mayControl: false });
    node.confirmApplied();
    expect(node.status.mayControl).toBe(true);
  });

  test('it closes at the shortest election time-out, long before the leader steps down', () => {
    const node = controlling();
    node.pass(config.electionMinMs - 50);
    expect(node.status.mayControl).toBe(true);
    node.pass(50);
    expect(node.status).toMatchObject({ role: 'leader', mayControl: false });
    node.pass(config.electionMaxMs - config.electionMinMs - 50);
    expect(node.status.role).toBe('leader');
  });

  test('it opens again when the quorum is back in time', () => {
    const node = controlling();
    node.pass(config.electionMinMs + 100);
    expect(node.status.mayControl).toBe(false);
    answerAs(node, b);
    expect(node.status.mayControl).toBe(true);
  });

  test('nobody but a leader may control', () => {
    const node = new TestNode('a', { names });
    node.receive(heartbeat());
    expect(node.status.mayControl).toBe(false);
  });
});

test('status shows a leader what each voter holds and when it last answered', () => {
  const node = controlling();
  expect([...node.status.progress]).toEqual([
    ['a', { kind: 'replicate', match: 2, needs: 3, lastHeardMs: node.now }],
    ['b', { kind: 'replicate', match: 2, needs: 3, lastHeardMs: node.now }],
    ['c', { kind: 'probe', match: 0, needs: 1, lastHeardMs: undefined }],
  ]);
});

describe('priority', () => {
  /** How long a peer waits for a leader before it asks for votes, in ticks of 10 ms. */
  const waitMs = (seed: number, priority: 'normal' | 'low', lost: boolean): number => {
    const node = new TestNode('a', { names, seed, config: { priority } });
    node.tick(10);
    node.receive(heartbeat());
    node.tick(10);
    const fromMs = node.now;
    if (lost) node.step({ kind: 'peerLost', storeId: b });
    while (node.status.role === 'follower') node.tick(10);
    return node.now - fromMs;
  };

  test.each([
    ['in silence', false, config.electionMaxMs, 2 * config.electionMaxMs - config.electionMinMs],
    ['after a death', true, config.failoverMaxMs, 2 * config.failoverMaxMs - config.failoverMinMs],
  ])('%s a low one waits for all others, and a heartbeat', (_, lost, normalMaxMs, lowMaxMs) => {
    const tickMs = 10;
    for (let seed = 1; seed <= 50; seed += 1) {
      expect(waitMs(seed, 'normal', lost)).toBeLessThan(normalMaxMs + 2 * tickMs);
      const low = waitMs(seed, 'low', lost);
      expect(low).toBeGreaterThanOrEqual(normalMaxMs + config.heartbeatMs);
      expect(low).toBeLessThan(lowMaxMs + config.heartbeatMs + 2 * tickMs);
    }
  });

  test('one that is told to campaign does so at once, whatever its priority', () => {
    const node = new TestNode('a', { names, config: { priority: 'low' } });
    node.receive(heartbeat());
    node.receive({ kind: 'timeoutNow', from: b, to: a, term: asTerm(2) });
    expect(node.status.role).toBe('candidate');
  });
});

test.each([
  ['time-outs that all end in one tick', { electionMinMs: 500, electionMaxMs: 519 }, 'different ticks'],
  ['ticks that are always late', { tickMs: 101 }, 'a tick that is in time is not late'],
  ['heartbeats that may not be lost', { heartbeatMs: 200 }, 'two heartbeats may be lost'],
])('a core is not made with %s', (_, wrong, fact) => {
  expect(() => new TestNode('a', { names, config: wrong })).toThrow(fact);
});
