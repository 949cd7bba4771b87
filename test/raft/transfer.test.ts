// Handing over leadership (§3.10): R11, T1–T3 of raft/transfer.ts, U1 of raft/succession.ts.

import { describe, expect, test } from 'vitest';
import type { VoteCause } from '../../raft/succession.ts';
import { asIndex, asRequestId, asTerm, type StoreId } from '../../raft/types.ts';
import { TestNetwork } from './network.ts';
import { acceptOf, ackOf, config, leader, store, TestNode, timedOut } from './node.ts';

const names = ['a', 'b', 'c'];
const a = store('a');
const b = store('b');
const c = store('c');

/** Delivers and answers what `node` sent to `from`, as a follower would that has everything. */
function answerAs(node: TestNode, ...followers: readonly StoreId[]): void {
  node.settle();
  for (const message of node.takeSent()) {
    if (!followers.includes(message.to)) continue;
    if (message.kind === 'appendRequest') node.receive(acceptOf(message));
    if (message.kind === 'heartbeatRequest') node.receive(ackOf(message));
  }
  node.settle();
}

/** A leader in control, which b and c follow with all they need. */
function controlling(): TestNode {
  const node = leader('a', { names });
  answerAs(node, b, c);
  node.tick(100);
  answerAs(node, b, c);
  expect(node.status.mayControl).toBe(true);
  node.takeSent();
  return node;
}

function transfer(node: TestNode, to: StoreId | undefined, requestId = 7): void {
  node.step({ kind: 'transfer', requestId: asRequestId(requestId), to });
}

describe('R11 before TimeoutNow is sent', () => {
  test('proposals are stopped, with a reason that says so (R11)', () => {
    const node = controlling();
    transfer(node, b);
    node.propose('late', 3);
    node.take();
    expect(node.proposals.at(-1)).toEqual({ kind: 'refused', requestId: 3, reason: 'TRANSFERRING' });
    expect(node.takeSent('timeoutNow')).toEqual([
      { kind: 'timeoutNow', from: a, to: b, term: node.status.term },
    ]);
  });

  test('the lease is void (R11)', () => {
    const node = controlling();
    transfer(node, b);
    expect(node.status.mayControl).toBe(false);
    expect(node.sent).toEqual([]);
  });

  test('the target holds the whole log (§3.10)', () => {
    const node = controlling();
    node.propose('unsent', 1);
    transfer(node, b);
    node.take();
    const sent = node.takeSent();
    expect(sent.map((message) => message.kind)).not.toContain('timeoutNow');
    for (const message of sent) {
      if (message.kind === 'appendRequest' && message.to === b) node.receive(acceptOf(message));
    }
    node.take();
    expect(node.takeSent('timeoutNow')).toMatchObject([{ to: b }]);
  });
});

describe('§3.10 the target', () => {
  test('campaigns at once and without a pre-vote, once its own vote is durable (§3.10, R3)', () => {
    const node = new TestNode('b', { names });
    node.receive({ kind: 'heartbeatRequest', from: a, to: b, term: asTerm(2), round: 1, commit: asIndex(1) });
    node.settle();
    node.takeSent();
    node.receive({ kind: 'timeoutNow', from: a, to: b, term: asTerm(2) });
    expect(node.status).toMatchObject({ role: 'candidate', term: 3 });
    node.take();
    expect(node.takeSent('voteRequest')).toEqual([]);
    node.persist();
    node.take();
    expect(node.takeSent('voteRequest')).toMatchObject([
      { to: a, term: 3, preVote: false, cause: { kind: 'transfer' } },
      { to: c, term: 3, preVote: false, cause: { kind: 'transfer' } },
    ]);
  });

  test('ignores a TimeoutNow of an older term', () => {
    const node = new TestNode('b', { names, hardState: { term: 5 } });
    node.receive({ kind: 'timeoutNow', from: a, to: b, term: asTerm(4) });
    expect(node.status).toMatchObject({ role: 'follower', term: 5 });
  });

  test('campaigns once, however often it is told', () => {
    const node = new TestNode('b', { names, hardState: { term: 2 } });
    node.receive({ kind: 'timeoutNow', from: a, to: b, term: asTerm(2) });
    node.receive({ kind: 'timeoutNow', from: a, to: b, term: asTerm(2) });
    expect(node.status.term).toBe(3);
  });
});

describe('§4.2.3 votes for the target', () => {
  const request = (cause: VoteCause, term: number) =>
    ({
      kind: 'voteRequest',
      from: c,
      to: b,
      term: asTerm(term),
      preVote: false,
      cause,
      lastIndex: asIndex(9),
      lastTerm: asTerm(2),
    }) as const;

  function hearing(): TestNode {
    const node = new TestNode('b', { names });
    node.receive({ kind: 'heartbeatRequest', from: a, to: b, term: asTerm(2), round: 1, commit: asIndex(1) });
    node.settle();
    node.takeSent();
    return node;
  }

  test('are given although the leader was heard a moment ago (U1)', () => {
    const node = hearing();
    node.receive(request({ kind: 'transfer' }, 3));
    node.settle();
    expect(node.takeSent('voteResponse')).toMatchObject([{ to: c, term: 3, granted: true }]);
  });

  test.each([
    ['whoever just ran out of time', timedOut, 3],
    ['whoever got a TimeoutNow in another term', { kind: 'transfer' } as const, 4],
  ])('but not to %s (U1)', (_who, cause, term) => {
    const node = hearing();
    node.receive(request(cause, term));
    node.settle();
    expect(node.takeSent()).toEqual([]);
    expect(node.status.term).toBe(2);
  });
});

describe('a transfer', () => {
  test('reaches its end when another term begins', () => {
    const node = controlling();
    transfer(node, b);
    answerAs(node, b, c);
    node.receive({ kind: 'heartbeatRequest', from: b, to: a, term: asTerm(3), round: 1, commit: asIndex(1) });
    node.take();
    expect(node.status).toMatchObject({ role: 'follower', leader: b });
    expect(node.transfers).toEqual([{ kind: 'ended', requestId: 7 }]);
  });

  test('goes to the follower that has most, if nobody is named', () => {
    const node = controlling();
    node.propose('for c alone', 1);
    answerAs(node, c);
    transfer(node, undefined);
    node.take();
    expect(node.takeSent('timeoutNow')).toMatchObject([{ to: c }]);
  });

  test('goes to nobody who was not heard recently, whatever he holds, unless he is named', () => {
    const node = controlling();
    node.propose('c has it and falls silent', 1);
    node.settle();
    const appends = node.takeSent('appendRequest');
    for (const append of appends) if (append.to === c) node.receive(acceptOf(append));
    for (let i = 0; i < 6; i += 1) {
      node.tick(100);
      node.settle();
      for (const request of node.takeSent('heartbeatRequest'))
        if (request.to === b) node.receive(ackOf(request));
    }
    transfer(node, undefined);
    node.take();
    expect(node.takeSent('timeoutNow')).toEqual([]);
    for (const append of appends) if (append.to === b) node.receive(acceptOf(append));
    node.take();
    expect(node.takeSent('timeoutNow')).toMatchObject([{ to: b }]);
  });

  test('goes to nobody who is on the way out, unless he is named', () => {
    const net = TestNetwork.of(names);
    const old = net.elect();
    const [leaving, staying] = names.filter((name) => name !== old.id);
    old.change({ kind: 'remove', storeId: store(leaving!) });
    transfer(old, undefined);
    net.settle();
    net.pass(500);
    expect(net.node(staying!).status.role).toBe('leader');
    expect(net.node(staying!).status.term).toBe(3);
  });

  test('is told again with each round, as a message may be lost (T1)', () => {
    const node = controlling();
    transfer(node, b);
    node.take();
    expect(node.takeSent('timeoutNow')).toHaveLength(1);
    node.tick(100);
    node.take();
    expect(node.takeSent('timeoutNow')).toHaveLength(1);
  });

  test('is given up when its target does not catch up; proposals and control come back (T3)', () => {
    const node = controlling();
    node.propose('b never gets this', 1);
    transfer(node, b);
    for (let passed = 0; passed < config.electionMaxMs; passed += 100) {
      expect(node.status).toMatchObject({ role: 'leader', mayControl: false });
      answerAs(node, c);
      node.tick(100);
    }
    answerAs(node, c);
    expect(node.transfers).toEqual([{ kind: 'refused', requestId: 7, reason: 'TIMED_OUT' }]);
    expect(node.status).toMatchObject({ role: 'leader', mayControl: true });
    node.propose('as before', 2);
    node.take();
    expect(node.proposals.at(-1)).toMatchObject({ kind: 'appended', requestId: 2 });
    expect(node.takeSent('timeoutNow')).toEqual([]);
  });

  test('that sent TimeoutNow in vain ends the term: no lease may outlive it (T2)', () => {
    const node = controlling();
    transfer(node, b);
    for (let passed = 0; passed < config.electionMaxMs; passed += 100) {
      answerAs(node, b, c);
      expect(node.status).toMatchObject({ role: 'leader', mayControl: false });
      node.tick(100);
    }
    node.take();
    expect(node.status).toMatchObject({ role: 'follower', leader: undefined });
    expect(node.transfers).toEqual([{ kind: 'ended', requestId: 7 }]);
  });

  test.each([
    ['a follower', 'NOT_LEADER', () => new TestNode('a', { names }), b],
    ['a leader that should hand over to itself', 'UNKNOWN_TARGET', controlling, a],
    ['a leader that should hand over to a stranger', 'UNKNOWN_TARGET', controlling, store('x')],
    ['a leader that nobody answered yet', 'NO_TARGET', () => leader('a', { names }), undefined],
    [
      'a leader alone',
      'NO_TARGET',
      () => new TestNetwork([new TestNode('a', { names: ['a'] })]).elect(),
      undefined,
    ],
  ] as const)('of %s is refused as %s', (_who, reason, make, to) => {
    const node = make();
    transfer(node, to);
    node.take();
    expect(node.transfers).toEqual([{ kind: 'refused', requestId: 7, reason }]);
  });

  test('is refused while another is under way', () => {
    const node = controlling();
    transfer(node, b);
    transfer(node, c, 8);
    node.take();
    expect(node.transfers).toEqual([{ kind: 'refused', requestId: 8, reason: 'TRANSFERRING' }]);
  });

  test('makes another lead without any time-out, and loses nothing', () => {
    const network = TestNetwork.of(names);
    const old = network.elect();
    network.pass(200);
    old.propose('before', 1);
    transfer(old, undefined);
    network.settle();
    expect(old.status.role).toBe('follower');
    const next = [...network.nodes.values()].find((node) => node.status.role === 'leader');
    expect(next?.status.term).toBe(old.status.term);
    network.pass(200);
    for (const node of network.nodes.values()) {
      expect(node.applied.filter(({ payload }) => payload.kind === 'command')).toHaveLength(1);
    }
  });
});
