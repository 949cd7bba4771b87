// What must be durable before what: rules R4–R8, about entries.

import { describe, expect, test } from 'vitest';
import { asIndex, asTerm, type Entry, type Message, sound } from '../../raft/types.ts';
import { acceptOf, ackOf, campaign, command, config, leader, store, TestNode } from './node.ts';

const names = ['a', 'b', 'c'];
const a = store('a');
const b = store('b');
const c = store('c');

function append(term: number, previous: { index: number; term: number }, entries: readonly Entry[]): Message {
  const place = { previousIndex: asIndex(previous.index), previousTerm: asTerm(previous.term) };
  return { kind: 'appendRequest', from: b, to: a, term: asTerm(term), ...place, entries, commit: asIndex(0) };
}

function accepted(from: typeof b, term: number, match: number): Message {
  const outcome = { kind: 'accepted', match: asIndex(match) } as const;
  return { kind: 'appendResponse', impairment: sound, from, to: a, term: asTerm(term), outcome };
}

/** A follower that sticks to no leader. */
function free(): TestNode {
  const node = new TestNode('a', { names });
  node.pass(config.electionMinMs);
  node.settle();
  node.takeSent();
  return node;
}

describe('R4: before entries are acknowledged, they are durable, and the term of their sender', () => {
  test('the acknowledgement leaves when the write is durable; what is durable already needs no other', () => {
    const node = new TestNode('a', { names, hardState: { term: 2 } });
    const request = append(2, { index: 1, term: 1 }, [command(2, 2)]);
    node.receive(request);
    node.take();
    expect(node.takeSent()).toEqual([]);
    node.persist();
    node.take();
    expect(node.takeSent()).toMatchObject([{ outcome: { kind: 'accepted', match: 2 } }]);
    node.receive(append(2, { index: 2, term: 2 }, [command(3, 2)]));
    node.take();
    node.receive(request);
    node.take();
    expect(node.takeSent()).toMatchObject([{ outcome: { kind: 'accepted', match: 2 } }]);
  });

  test('a new term is durable before, or with, the entries of its leader', () => {
    const node = new TestNode('a', { names });
    node.receive(append(7, { index: 1, term: 1 }, [command(2, 7)]));
    const { persist } = node.take();
    expect(persist).toMatchObject({ hardState: { term: 7 }, entries: [{ index: 2 }] });
  });

  test('an empty append or a heartbeat of a new term is answered when that term is durable', () => {
    for (const message of [
      append(7, { index: 1, term: 1 }, []),
      { kind: 'heartbeatRequest', from: b, to: a, term: asTerm(7), round: 1, commit: asIndex(0) } as const,
    ]) {
      const node = new TestNode('a', { names });
      node.receive(message);
      node.take();
      expect(node.takeSent()).toEqual([]);
      node.persist();
      node.take();
      expect(node.takeSent()).toMatchObject([{ to: b, term: 7 }]);
    }
  });

  test('heartbeats are answered while a write of entries hangs', () => {
    const node = new TestNode('a', { names, hardState: { term: 2 } });
    node.receive(append(2, { index: 1, term: 1 }, [command(2, 2)]));
    node.take();
    node.receive({ kind: 'heartbeatRequest', from: b, to: a, term: asTerm(2), round: 4, commit: asIndex(0) });
    node.take();
    expect(node.takeSent()).toMatchObject([{ kind: 'heartbeatResponse', round: 4 }]);
  });

  test('a rejection waits for what it claims to hold', () => {
    const node = new TestNode('a', { names, hardState: { term: 2 } });
    node.receive(append(2, { index: 1, term: 1 }, [command(2, 2)]));
    node.take();
    node.receive(append(2, { index: 5, term: 2 }, []));
    node.take();
    expect(node.takeSent()).toEqual([]);
    node.settle();
    expect(node.takeSent('appendResponse').map((message) => message.outcome.kind)).toEqual([
      'accepted',
      'rejected',
    ]);
  });

  test('an old write never covers entries that were rewritten while it was in flight', () => {
    const node = new TestNode('a', { names, hardState: { term: 2 } });
    node.receive(append(2, { index: 1, term: 1 }, [command(2, 2), command(3, 2), command(4, 2)]));
    node.take();
    node.receive(append(3, { index: 2, term: 2 }, [command(3, 3), command(4, 3)]));
    node.take();
    expect(node.status.durable).toBe(1);
    node.persist();
    expect(node.status.durable).toBe(2);
    const ready = node.take();
    expect(node.takeSent()).toEqual([]);
    expect(ready.persist).toMatchObject({ truncateFrom: 3, entries: [{ index: 3 }, { index: 4 }] });
    node.persist();
    node.take();
    expect(node.status.durable).toBe(4);
    expect(node.takeSent()).toMatchObject([{ term: 3, outcome: { kind: 'accepted', match: 4 } }]);
    expect(node.disk.entries.map((entry) => entry.term)).toEqual([1, 2, 3, 3]);
  });

  test('entries that were replaced before any write began are never written', () => {
    const node = new TestNode('a', { names, terms: [2], hardState: { term: 2 } });
    node.receive(append(2, { index: 2, term: 2 }, [command(3, 2)]));
    node.receive(append(3, { index: 2, term: 2 }, [command(3, 3)]));
    const { persist } = node.take();
    expect(persist).toMatchObject({ truncateFrom: undefined, entries: [{ index: 3, term: 3 }] });
  });

  test('what is durable drops in the step that truncates', () => {
    const node = new TestNode('a', { names, terms: [2, 2, 2] });
    expect(node.status.durable).toBe(4);
    node.receive(append(3, { index: 2, term: 2 }, [command(3, 3)]));
    expect(node.status.durable).toBe(2);
  });
});

test('one write is in flight; the next gathers all that came meanwhile', () => {
  const node = new TestNode('a', { names, hardState: { term: 2 } });
  node.receive(append(2, { index: 1, term: 1 }, [command(2, 2)]));
  expect(node.take().persist).toMatchObject({ operation: 1 });
  for (let index = 3; index < 10; index += 1) {
    node.receive(append(2, { index: index - 1, term: 2 }, [command(index, 2)]));
    expect(node.take().persist).toBeUndefined();
  }
  node.persist();
  const { persist } = node.take();
  expect(persist).toMatchObject({ operation: 2, hardState: undefined });
  expect(persist?.entries.map((entry) => entry.index)).toEqual([3, 4, 5, 6, 7, 8, 9]);
});

test('messages that wait for a write are bounded: the newest acknowledgement stands for those before it', () => {
  const node = new TestNode('a', { names, hardState: { term: 2 } });
  node.receive(append(2, { index: 1, term: 1 }, [command(2, 2)]));
  node.take();
  for (let index = 3; index < 100; index += 1) {
    node.receive(append(2, { index: index - 1, term: 2 }, [command(index, 2)]));
  }
  node.receive(append(2, { index: 50, term: 2 }, [command(51, 2)]));
  node.settle();
  const matches = node.takeSent('appendResponse').map(({ outcome }) => outcome);
  expect(matches).toEqual([
    { kind: 'accepted', match: 2 },
    { kind: 'accepted', match: 99 },
  ]);
});

describe('R5: a leader counts itself when its own entries are durable; it may send them before', () => {
  test('two of three acknowledge before the leader has written: it is committed by them alone', () => {
    const node = leader('a', { names });
    node.take();
    const requests = node.takeSent('appendRequest');
    expect(requests).toHaveLength(2);
    node.receive(acceptOf(requests[0] as never));
    expect(node.status.commit).toBe(0);
    node.receive(acceptOf(requests[1] as never));
    expect(node.status.commit).toBe(2);
    expect(node.status.durable).toBe(1);
  });

  test('one other acknowledges: it is committed when the leader has written', () => {
    const node = leader('a', { names });
    node.take();
    node.receive(acceptOf(node.takeSent('appendRequest')[0] as never));
    expect(node.status.commit).toBe(0);
    node.persist();
    expect(node.status.commit).toBe(2);
  });
});

test('R6: before a new leader counts anything, its no-op is durable on a quorum', () => {
  const node = leader('a', { names, terms: [1, 1, 1] });
  node.settle();
  node.receive(accepted(b, 2, 4));
  expect(node.status.commit).toBe(0);
  node.receive(accepted(b, 2, 5));
  expect(node.status.commit).toBe(5);
});

describe('R7: before an entry is applied, it is committed and durable here', () => {
  test('a leader whose disk hangs applies nothing that others hold already', () => {
    const node = leader('a', { names });
    node.take();
    for (const from of [b, c]) node.receive(accepted(from, 2, 2));
    expect(node.status.commit).toBe(2);
    node.take();
    expect(node.applied.map((entry) => entry.index)).toEqual([1]);
    node.persist();
    node.take();
    expect(node.applied.map((entry) => entry.index)).toEqual([1, 2]);
  });

  test('a follower that learns of a commit before its write is done waits for the write', () => {
    const node = new TestNode('a', { names, hardState: { term: 2 } });
    node.receive({ ...append(2, { index: 1, term: 1 }, [command(2, 2)]), commit: asIndex(2) } as Message);
    node.take();
    expect(node.status.commit).toBe(2);
    expect(node.applied.map((entry) => entry.index)).toEqual([1]);
    node.settle();
    expect(node.applied.map((entry) => entry.index)).toEqual([1, 2]);
  });

  test('at most `applyingMax` entries are handed out beyond what was reported applied', () => {
    const node = new TestNode('a', { names, terms: [1, 1, 1, 1], config: { applyingMax: 2 } });
    node.receive({ ...append(2, { index: 5, term: 1 }, []), commit: asIndex(5) } as Message);
    node.take();
    node.take();
    expect(node.applied.map((entry) => entry.index)).toEqual([1, 2]);
    node.confirmApplied();
    node.take();
    expect(node.applied.map((entry) => entry.index)).toEqual([1, 2, 3, 4]);
  });
});

test('R8: a proposal shows up in `apply` under its index and term only after a quorum holds it', () => {
  const node = leader('a', { names });
  node.propose('x', 1);
  node.settle();
  expect(node.proposals).toEqual([{ kind: 'appended', requestId: 1, index: 3, term: 2 }]);
  expect(node.applied).toEqual([]);
  node.receive(accepted(c, 2, 3));
  node.settle();
  expect(node.applied.at(-1)).toMatchObject({ index: 3, term: 2 });
});

test('a leader whose write hangs still steps down when no quorum answers it (hashicorp/raft #503)', () => {
  const node = leader('a', { names });
  node.take();
  expect(node.writing).toBeDefined();
  node.pass(config.electionMaxMs + 50);
  expect(node.status.role).not.toBe('leader');
});

test('a leader whose write hangs goes on leading while a quorum answers it, and commits what others hold', () => {
  const node = leader('a', { names });
  node.take();
  for (let i = 0; i < 40; i += 1) {
    node.tick(50);
    node.take();
    for (const message of node.takeSent()) {
      if (message.kind === 'heartbeatRequest') node.receive(ackOf(message));
      if (message.kind === 'appendRequest') node.receive(acceptOf(message));
    }
  }
  expect(node.status).toMatchObject({ role: 'leader', durable: 1, commit: 2 });
});

test('only the operation in flight can be reported durable', () => {
  const node = free();
  campaign(node);
  expect(() => node.step({ kind: 'persisted', operation: 99 as never })).toThrow(
    'only the operation in flight',
  );
});
