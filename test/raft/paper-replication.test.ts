// Sentences of the paper about the log (§5.3, §5.4; dissertation §10.2), each as a test.

import { describe, expect, test } from 'vitest';
import { asIndex, asTerm } from '../../raft/types.ts';
import { acceptOf, command, config, leader, TestNode } from './node.ts';
import { a, accepted, append, appendsTo, b, c, established, names, rejected } from './three.ts';

describe('§5.3 the leader', () => {
  test('it appends the command to its log, then issues appends in parallel to each of the others (§5.3)', () => {
    const node = established();
    const { lastIndex } = node.status;
    node.propose('x', 7);
    node.take();
    expect(node.proposals).toEqual([{ kind: 'appended', requestId: 7, index: lastIndex + 1, term: 2 }]);
    expect(node.takeSent('appendRequest')).toMatchObject([
      { to: b, previousIndex: lastIndex, previousTerm: 2, entries: [{ index: lastIndex + 1, term: 2 }] },
      { to: c, previousIndex: lastIndex, previousTerm: 2, entries: [{ index: lastIndex + 1, term: 2 }] },
    ]);
  });

  test('an entry is committed once the leader has replicated it on a majority; it is then applied (§5.3)', () => {
    const node = established();
    node.propose('x');
    node.settle();
    const index = node.status.lastIndex;
    expect(node.applied.at(-1)?.index).toBe(index - 1);
    node.receive(accepted(b, 2, index));
    node.settle();
    expect(node.status.commit).toBe(index);
    expect(node.applied.at(-1)?.index).toBe(index);
  });

  test('the leader keeps track of the highest index it knows to be committed and includes it in appends (§5.3)', () => {
    const node = established();
    node.propose('x');
    const [request] = appendsTo(node, b);
    expect(request?.commit).toBe(node.status.commit);
    expect(node.status.commit).toBe(2);
  });

  test('followers hear of a commit at once when nothing is under way that would tell them', () => {
    const node = established();
    node.propose('x');
    node.settle();
    for (const request of node.takeSent('appendRequest'))
      if (request.to === b) node.receive(acceptOf(request));
    node.settle();
    expect(node.takeSent()).toMatchObject([{ kind: 'heartbeatRequest', to: b, commit: node.status.commit }]);
  });

  test('a heartbeat names no commit index that its receiver is not known to hold', () => {
    const node = established();
    node.propose('x');
    node.settle();
    node.receive(accepted(b, 2, 3));
    node.settle();
    node.takeSent();
    node.pass(config.heartbeatMs);
    node.settle();
    expect(node.takeSent('heartbeatRequest')).toMatchObject([
      { to: b, commit: 3 },
      { to: c, commit: 2 },
    ]);
  });

  test('a leader never overwrites or deletes entries in its log; it only appends (§5.3, leader append-only)', () => {
    const node = leader('a', { names, terms: [1, 1, 1] });
    node.settle();
    node.receive(rejected(b, 2, 4, { index: 1, term: 1 }));
    node.settle();
    expect(node.disk.entries.map((entry) => entry.term)).toEqual([1, 1, 1, 1, 2]);
  });

  test('a leader starts with a no-op of its term, so that what came before it can be committed (§8)', () => {
    const node = leader('a', { names, terms: [1, 1], hardState: { term: 3 } });
    node.settle();
    expect(node.disk.entries.at(-1)).toMatchObject({ index: 4, term: 4, payload: { kind: 'noop' } });
  });

  test('time in the log never goes back, whatever the clock says', () => {
    const node = established();
    const data = new Uint8Array(1);
    for (const time of [500, 300, 600]) node.step({ kind: 'propose', requestId: 0 as never, time, data });
    node.settle();
    expect(node.disk.entries.slice(-3).map((entry) => entry.time)).toEqual([500, 500, 600]);
  });

  test('only a leader takes proposals', () => {
    const node = new TestNode('a', { names });
    node.propose('x', 3);
    node.take();
    expect(node.proposals).toEqual([{ kind: 'refused', requestId: 3, reason: 'NOT_LEADER' }]);
  });

  test.each([
    { bound: { uncommittedMax: 3 }, fits: 2 },
    { bound: { uncommittedBytesMax: 250 }, fits: 1 },
  ])('a leader that holds too much uncommitted refuses the next proposal: $bound', ({ bound, fits }) => {
    const node = leader('a', { names, applied: 1, config: bound });
    const outcomes = (): string[] => node.proposals.splice(0).map((outcome) => outcome.kind);
    for (let i = 0; i < 4; i += 1) node.propose('x'.repeat(100), i);
    node.settle();
    const expected = Array.from({ length: 4 }, (_, i) => (i < fits ? 'appended' : 'refused'));
    expect(outcomes()).toEqual(expected);
    for (const from of [b, c]) node.receive(accepted(from, 2, node.status.lastIndex));
    node.settle();
    node.propose('x'.repeat(100), 9);
    node.settle();
    expect(outcomes()).toEqual(['appended']);
  });
});

describe('§5.3 the follower', () => {
  test('if it does not find an entry with the same index and term, it refuses the new entries (§5.3)', () => {
    const node = new TestNode('a', { names, terms: [1, 2] });
    for (const previous of [
      { index: 3, term: 3 },
      { index: 4, term: 3 },
    ]) {
      node.receive(append(3, previous, [command(previous.index + 1, 3)]));
      node.settle();
      expect(node.takeSent('appendResponse')).toMatchObject([
        { outcome: { kind: 'rejected', rejected: previous.index, hintIndex: 3, hintTerm: 2 } },
      ]);
    }
    expect(node.status.lastIndex).toBe(3);
  });

  test.each([
    {
      own: [2, 2, 2],
      previous: { index: 2, term: 2 },
      entries: [2, 2],
      result: [2, 2, 2],
      why: 'known already',
    },
    {
      own: [2, 2, 2],
      previous: { index: 1, term: 1 },
      entries: [2],
      result: [2, 2, 2],
      why: 'late and short',
    },
    { own: [2, 2, 2], previous: { index: 2, term: 2 }, entries: [4], result: [2, 4], why: 'a conflict' },
    {
      own: [2, 2, 2],
      previous: { index: 1, term: 1 },
      entries: [2, 3, 4, 4],
      result: [2, 3, 4, 4],
      why: 'both',
    },
    { own: [2, 2], previous: { index: 3, term: 2 }, entries: [4, 4], result: [2, 2, 4, 4], why: 'new ones' },
    { own: [], previous: { index: 1, term: 1 }, entries: [4], result: [4], why: 'the first' },
  ])(
    'conflicting entries are overwritten with those of the leader, and only those (§5.3): $why',
    ({ own, previous, entries, result }) => {
      const node = new TestNode('a', { names, terms: own });
      const sent = entries.map((term, i) => command(previous.index + 1 + i, term));
      node.receive(append(4, previous, sent));
      node.settle();
      expect(node.disk.entries.map((entry) => entry.term)).toEqual([1, ...result]);
      const match = previous.index + entries.length;
      expect(node.takeSent('appendResponse')).toMatchObject([{ outcome: { kind: 'accepted', match } }]);
      node.restart();
      expect(node.status.lastIndex).toBe(result.length + 1);
    },
  );

  test('once it learns that an entry is committed, it applies the entry in log order (§5.3)', () => {
    const node = new TestNode('a', { names });
    node.receive(append(2, { index: 1, term: 1 }, [command(2, 2), command(3, 2), command(4, 2)], 3));
    node.settle();
    expect(node.applied.map((entry) => entry.index)).toEqual([1, 2, 3]);
    node.receive({ kind: 'heartbeatRequest', from: b, to: a, term: asTerm(2), round: 1, commit: asIndex(4) });
    node.settle();
    expect(node.applied.map((entry) => entry.index)).toEqual([1, 2, 3, 4]);
  });

  test('it commits no more of its log than this append has proven equal (figure 3.1)', () => {
    const node = new TestNode('a', { names, terms: [2, 2, 2] });
    node.receive(append(3, { index: 2, term: 2 }, [], 4));
    expect(node.status.commit).toBe(2);
  });

  test('a repeated append changes nothing and is acknowledged again', () => {
    const node = new TestNode('a', { names });
    const request = append(2, { index: 1, term: 1 }, [command(2, 2)], 2);
    node.receive(request);
    node.settle();
    node.receive(request);
    node.settle();
    expect(node.takeSent('appendResponse')).toHaveLength(2);
    expect(node.applied).toHaveLength(2);
  });

  test('an answer names its own truth only: a committed entry is never given up, that would be a bug', () => {
    const node = new TestNode('a', { names });
    node.receive(append(2, { index: 1, term: 1 }, [command(2, 2)], 2));
    expect(() => node.receive(append(3, { index: 1, term: 1 }, [command(2, 3)]))).toThrow(
      'committed entries stay',
    );
  });
});
