// A snapshot arrives: what may be said and applied, and when (§5.1; R10).

import { describe, expect, test } from 'vitest';
import { present } from '../../src/lib/assert.ts';
import { asIndex } from '../../raft/types.ts';
import { campaign, command, grantOf, leader, TestNode } from './node.ts';
import { accepted, append, follower, names, received, snapshotOf } from './snapshot-values.ts';

describe('a snapshot arrives', () => {
  test('nothing that rests on it is said before the operation that installs it is reported (R10)', () => {
    const node = follower();
    received(node, snapshotOf(9, 2), 2);
    node.receive(append({ term: 2, after: [9, 2], entries: [command(10, 2)], commit: 10 }));
    node.take();
    expect(node.writing).toMatchObject({
      install: { index: 9 },
      truncateFrom: undefined,
      entries: [{ index: 10 }],
    });
    expect(accepted(node)).toEqual([]);
    expect(node.status).toMatchObject({ base: 9, lastIndex: 10, commit: 10, durable: 2, applied: 2 });
    node.persist();
    node.take();
    expect(accepted(node)).toEqual([10]);
    expect(node.status).toMatchObject({ durable: 10, applied: 9 });
    expect(node.applied.map((entry) => entry.index)).toEqual([1, 2, 10]);
  });

  test('a write that was in flight is reported first, and what it wrote proves nothing', () => {
    const node = follower();
    node.receive(append({ term: 2, after: [3, 1], entries: [command(4, 2), command(5, 2)] }));
    node.take();
    received(node, snapshotOf(5, 3), 3);
    expect(node.status).toMatchObject({ term: 3, durable: 2, lastIndex: 5 });
    node.persist();
    node.take();
    expect(accepted(node)).toEqual([]); // it was of term 2
    expect(node.status.durable).toBe(2);
    expect(node.writing).toMatchObject({ hardState: { term: 3 }, install: { index: 5 } });
  });

  test('nothing is applied between its arrival and the report, nor anything twice', () => {
    const node = follower();
    node.receive(append({ term: 2, after: [3, 1], commit: 3 }));
    node.take();
    expect(node.applied.map((entry) => entry.index)).toEqual([1, 2, 3]);
    received(node, snapshotOf(9, 2), 2);
    node.receive(append({ term: 2, after: [9, 2], entries: [command(10, 2)], commit: 10 }));
    expect(node.take().apply).toEqual([]);
    node.persist();
    node.step({ kind: 'applied', index: asIndex(3) }); // a late word of the state that it replaced
    node.settle();
    expect(node.applied.map((entry) => entry.index)).toEqual([1, 2, 3, 10]);
    expect(node.status.applied).toBe(10);
  });

  test('entries that were being read to be applied are forgotten, however the answer comes', () => {
    for (const wasRead of [true, false]) {
      const node = new TestNode('a', { names, terms: [1, 1, 1, 1], tail: 1, hardState: { term: 2 } });
      node.receive(append({ term: 2, after: [5, 1], commit: 4 }));
      node.take();
      expect(node.loads).toMatchObject([{ purpose: { kind: 'apply' }, from: 1 }]);
      const { entries } = node.disk;
      received(node, snapshotOf(9, 2), 2);
      if (wasRead) node.step({ kind: 'loaded', purpose: { kind: 'apply' }, entries: entries.slice(0, 3) });
      node.take();
      node.persist();
      if (!wasRead) node.step({ kind: 'loaded', purpose: { kind: 'apply' }, entries: [] });
      node.loads = [];
      node.receive(append({ term: 2, after: [9, 2], entries: [command(10, 2)], commit: 10 }));
      node.settle();
      expect(node.applied.map((entry) => entry.index)).toEqual([10]);
    }
  });

  test('read entries that were not handed out yet are not handed out behind it', () => {
    const node = new TestNode('a', { names, terms: [1, 1, 1, 1], tail: 1, hardState: { term: 2 } });
    node.receive(append({ term: 2, after: [5, 1], commit: 4 }));
    node.take();
    node.answerLoads();
    received(node, snapshotOf(9, 2), 2);
    node.settle();
    expect(node.applied).toEqual([]);
    expect(node.status.applied).toBe(9);
  });

  test('one that holds less than is committed here, or what is held here, is dropped', () => {
    const node = follower();
    for (const [index, term] of [
      [1, 1],
      [2, 1],
      [3, 1],
    ] as const) {
      received(node, snapshotOf(index, term), 2);
    }
    node.take();
    expect(node.discarded.map(({ index }) => index)).toEqual([1, 2, 3]);
    expect(node.status).toMatchObject({ base: 0, lastIndex: 3, commit: 3 }); // of 3 it says that it is committed
    expect(node.writing).toBeUndefined();
  });

  test('one that ends below the base of this log is dropped, too', () => {
    const node = new TestNode('a', { names, terms: [1, 1, 1], hardState: { term: 2 }, base: 4 });
    received(node, snapshotOf(3, 1), 2);
    node.take();
    expect(node.discarded).toHaveLength(1);
    expect(node.status).toMatchObject({ base: 4, lastIndex: 4 });
  });

  test('no other one is staged before it is installed', () => {
    const node = follower();
    received(node, snapshotOf(9, 2), 2);
    expect(() => received(node, snapshotOf(12, 2), 2)).toThrow('one snapshot is staged at a time');
  });

  test('its configuration is in effect at once, whatever the log said', () => {
    const node = follower();
    expect(node.status.configuration.voters).toHaveLength(3);
    received(node, snapshotOf(9, 2, ['b', 'c', 'd', 'e']), 2);
    expect(node.status.configuration.voters).toHaveLength(4);
    node.settle();
    node.pass(3_000);
    node.settle();
    expect(node.takeSent('voteRequest')).toEqual([]); // it does not vote any more
  });
});

test('whoever votes by the configuration of an installed snapshot is asked for votes', () => {
  const node = follower();
  received(node, snapshotOf(9, 2, ['a', 'd', 'e', 'f', 'g']), 2);
  node.settle();
  campaign(node);
  expect(node.status.role).toBe('candidate');
  const requests = node.takeSent('voteRequest');
  expect(requests.map(({ to }) => to)).toEqual(['d', 'e', 'f', 'g']);
  for (const request of requests.slice(0, 1)) node.receive(grantOf(request));
  expect(node.status.role).toBe('candidate');
  for (const request of requests.slice(1, 2)) node.receive(grantOf(request));
  expect(node.status.role).toBe('leader');
});

describe('a snapshot arrives at a candidate or a leader', () => {
  test('a candidate that lacks what is committed has nothing to campaign with', () => {
    const node = new TestNode('a', { names, terms: [1, 1] });
    campaign(node);
    const votes = node.takeSent('voteRequest');
    expect(node.status).toMatchObject({ role: 'candidate', term: 2 });
    received(node, snapshotOf(9, 1), 1);
    expect(node.status).toMatchObject({ role: 'follower', term: 2, lastIndex: 9 });
    for (const request of votes) node.receive(grantOf(request));
    node.settle();
    expect(node.status.role).toBe('follower');
  });

  test('vote requests that waited for the old log are never sent', () => {
    const node = new TestNode('a', { names, terms: [1, 1] });
    while (node.status.role === 'follower') node.tick(50);
    node.take();
    for (const request of node.takeSent('voteRequest')) node.receive(grantOf(request));
    node.take();
    expect(node.status.role).toBe('candidate');
    received(node, snapshotOf(9, 1), 1);
    node.settle();
    expect(node.takeSent('voteRequest')).toEqual([]);
  });

  test('a vote is asked for only once the base is durable (R3)', () => {
    const node = follower();
    received(node, snapshotOf(9, 2), 2);
    node.take();
    while (node.status.role === 'follower') node.tick(50);
    node.take();
    for (const request of node.takeSent('voteRequest')) {
      expect(request).toMatchObject({ preVote: true, lastIndex: 9, lastTerm: 2 });
      node.receive(grantOf(request));
    }
    node.take();
    expect(node.takeSent('voteRequest')).toEqual([]);
    node.settle();
    expect(node.takeSent('voteRequest')).toMatchObject([
      { preVote: false, lastIndex: 9, lastTerm: 2 },
      { preVote: false, lastIndex: 9, lastTerm: 2 },
    ]);
  });

  test('a leader of a later term holds what it holds, and commits by counting alone', () => {
    const node = leader('a', { names, terms: [1, 1] });
    node.settle();
    received(node, snapshotOf(3, 1), 1);
    node.take();
    expect(node.discarded).toHaveLength(1);
    expect(node.status).toMatchObject({ role: 'leader', commit: 0 });
    expect(() => received(node, snapshotOf(9, 1), 1)).toThrow('holds everything that is committed');
  });

  test('a leader of an earlier term leads no more', () => {
    const node = leader('a', { names, terms: [1, 1] });
    node.settle();
    node.read(1);
    received(node, snapshotOf(9, 4), 4);
    node.settle();
    expect(node.reads).toEqual([{ kind: 'refused', requestId: 1, reason: 'NO_LEADER' }]);
    expect(node.status).toMatchObject({ role: 'follower', term: 4, leader: undefined, applied: 9 });
    expect(accepted(node)).toEqual([]); // nobody is known to lead term 4
  });

  test('what a leader had not committed counts against no bound afterwards', () => {
    const node = leader('a', { names, config: { uncommittedMax: 4 } });
    for (const text of ['x', 'y', 'z', 'more']) node.propose(text);
    node.settle();
    expect(node.proposals.at(-1)).toMatchObject({ kind: 'refused', reason: 'BUSY' });
    received(node, snapshotOf(9, 3), 3);
    node.settle();
    campaign(node);
    for (const request of node.takeSent('voteRequest')) node.receive(grantOf(request));
    node.proposals = [];
    for (const text of ['x', 'y', 'z']) node.propose(text);
    node.settle();
    expect(node.proposals).toMatchObject([
      { kind: 'appended', index: 11 },
      { kind: 'appended', index: 12 },
      { kind: 'appended', index: 13 },
    ]);
    expect(present(node.disk.entries[0], 'the no-op').time).toBeGreaterThanOrEqual(5_000);
  });
});
