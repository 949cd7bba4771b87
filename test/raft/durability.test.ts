// What must be durable before what (rules R1–R3; R4–R8 stand in durability-log.test.ts), as tests that hold a write in flight and look who talks.

import { describe, expect, test } from 'vitest';
import { asIndex, asTerm, type Entry, type Message } from '../../raft/types.ts';
import { command, config, grantOf, store, TestNode, timedOut } from './node.ts';

const names = ['a', 'b', 'c'];
const a = store('a');
const b = store('b');
const c = store('c');

function voteRequest(from: typeof b, term: number): Message {
  const last = { lastIndex: asIndex(9), lastTerm: asTerm(9) };
  return { kind: 'voteRequest', from, to: a, term: asTerm(term), preVote: false, cause: timedOut, ...last };
}

function append(term: number, previous: { index: number; term: number }, entries: readonly Entry[]): Message {
  const place = { previousIndex: asIndex(previous.index), previousTerm: asTerm(previous.term) };
  return { kind: 'appendRequest', from: b, to: a, term: asTerm(term), ...place, entries, commit: asIndex(0) };
}

/** A follower that sticks to no leader. */
function free(): TestNode {
  const node = new TestNode('a', { names });
  node.pass(config.electionMinMs);
  node.settle();
  node.takeSent();
  return node;
}

describe('R1: before a granted vote is sent, term and vote are durable, in one record', () => {
  test('the grant leaves only after the write, which holds term and vote together', () => {
    const node = free();
    node.receive(voteRequest(b, 5));
    const ready = node.take();
    expect(ready.persist?.hardState).toEqual({ term: 5, vote: b });
    expect(node.takeSent()).toEqual([]);
    node.persist();
    node.take();
    expect(node.takeSent()).toMatchObject([{ kind: 'voteResponse', to: b, term: 5, granted: true }]);
  });

  test('a vote given while another write is in flight waits for the next write, not for that one', () => {
    const node = free();
    node.receive(append(2, { index: 1, term: 1 }, [command(2, 2)]));
    node.take();
    node.tick(50);
    node.tick(200);
    node.tick(200);
    node.tick(100);
    node.receive(voteRequest(c, 9));
    node.take();
    node.takeSent();
    node.persist();
    expect(node.take().persist?.hardState).toEqual({ term: 9, vote: c });
    expect(node.takeSent('voteResponse')).toEqual([]);
    node.persist();
    node.take();
    expect(node.takeSent('voteResponse')).toMatchObject([{ to: c, granted: true }]);
  });

  test('a refusal waits too, until the term that it tells is durable', () => {
    const node = free();
    node.receive({ ...voteRequest(b, 5), lastTerm: asTerm(0) } as Message);
    node.take();
    expect(node.takeSent()).toEqual([]);
    node.persist();
    node.take();
    expect(node.takeSent()).toMatchObject([{ kind: 'voteResponse', term: 5, granted: false }]);
  });

  test('a vote of a term that is over by the time it is durable is not sent any more', () => {
    const node = free();
    node.receive(voteRequest(b, 5));
    node.take();
    node.receive(voteRequest(c, 6));
    node.settle();
    expect(node.takeSent()).toMatchObject([{ kind: 'voteResponse', to: c, term: 6, granted: true }]);
  });
});

describe("R2: a candidate's own vote counts when it is durable", () => {
  test('a cluster of one leads only after its vote is on disk', () => {
    const node = new TestNode('a', { names: ['a'] });
    node.pass(config.electionMaxMs);
    expect(node.take().persist?.hardState).toEqual({ term: 2, vote: a });
    expect(node.status.role).toBe('candidate');
    node.persist();
    expect(node.status.role).toBe('leader');
  });

  test('one vote of two others does not elect while the own vote is not durable', () => {
    const node = new TestNode('a', { names });
    node.pass(config.electionMaxMs);
    node.settle();
    for (const request of node.takeSent('voteRequest')) node.receive(grantOf(request));
    node.take();
    node.receive({ kind: 'voteResponse', from: b, to: a, term: asTerm(2), preVote: false, granted: true });
    expect(node.status.role).toBe('candidate');
    node.persist();
    expect(node.status.role).toBe('leader');
  });
});

describe('R3: before a vote is asked for, term, vote and every entry that the request claims are durable', () => {
  test('the requests leave when the write that holds the vote is durable', () => {
    const node = new TestNode('a', { names });
    node.pass(config.electionMaxMs);
    node.take();
    for (const request of node.takeSent('voteRequest')) {
      expect(request.preVote).toBe(true);
      node.receive(grantOf(request));
    }
    node.take();
    expect(node.takeSent('voteRequest')).toEqual([]);
    node.persist();
    node.take();
    expect(node.takeSent('voteRequest')).toMatchObject([{ preVote: false }, { preVote: false }]);
  });

  test('they wait for entries of a write that hangs, too', () => {
    const node = new TestNode('a', { names });
    node.receive(append(1, { index: 1, term: 1 }, [command(2, 1)]));
    node.take();
    node.pass(config.electionMaxMs + 50);
    node.take();
    for (const request of node.takeSent('voteRequest')) if (request.preVote) node.receive(grantOf(request));
    node.take();
    expect(node.takeSent('voteRequest')).toEqual([]);
    node.persist();
    node.take();
    expect(node.takeSent('voteRequest')).toEqual([]);
    node.persist();
    node.take();
    expect(node.takeSent('voteRequest')).toMatchObject([{ lastIndex: 2 }, { lastIndex: 2 }]);
    expect(node.disk.entries).toHaveLength(2);
  });

  test('a candidate that follows somebody by then asks for no vote any more', () => {
    const node = new TestNode('a', { names });
    node.pass(config.electionMaxMs);
    node.take();
    for (const request of node.takeSent('voteRequest')) node.receive(grantOf(request));
    node.take();
    node.receive({ ...append(2, { index: 1, term: 1 }, []) });
    node.settle();
    expect(node.takeSent('voteRequest')).toEqual([]);
  });
});
