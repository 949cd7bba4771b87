// Sentences of the paper about logs that differ (§5.3), commit of earlier terms (§5.4.2) and pipelining (§10.2).

import { describe, expect, test } from 'vitest';
import { acceptOf, ackOf, command, config, leader, logOf, TestNode } from './node.ts';
import {
  type AppendRequest,
  accepted,
  append,
  appendsTo,
  b,
  c,
  established,
  names,
  rejected,
} from './three.ts';

describe('§5.3 finding where the logs agree', () => {
  /** Figure 3.6: leader and followers (a) to (f). */
  const leaderTerms = [1, 1, 1, 4, 4, 5, 5, 6, 6, 6];
  test.each([
    { follower: '(a)', terms: [1, 1, 1, 4, 4, 5, 5, 6, 6] },
    { follower: '(b)', terms: [1, 1, 1, 4] },
    { follower: '(c)', terms: [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6] },
    { follower: '(d)', terms: [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7] },
    { follower: '(e)', terms: [1, 1, 1, 4, 4, 4, 4] },
    { follower: '(f)', terms: [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3] },
  ])(
    'a leader brings follower $follower of figure 3.6 to its own log, within one probe a term',
    ({ terms }) => {
      const node = leader('a', { names, terms: leaderTerms, hardState: { term: 7 } });
      const follower = new TestNode('b', { names, terms, hardState: { term: 8 } });
      let rejections = 0;
      for (let moved = true; moved;) {
        moved = false;
        node.settle();
        for (const request of node.takeSent().filter((message) => message.to === b)) {
          moved = true;
          follower.receive(request);
        }
        follower.settle();
        for (const answer of follower.takeSent()) {
          moved = true;
          if (answer.kind === 'appendResponse' && answer.outcome.kind === 'rejected') rejections += 1;
          node.receive(answer);
        }
      }
      expect(follower.disk.entries).toEqual(node.disk.entries);
      expect(rejections).toBeLessThanOrEqual(new Set([...leaderTerms, ...terms]).size);
      expect(rejections).toBeLessThanOrEqual(2);
    },
  );

  test('after a rejection the leader skips to where the terms can agree, and at most one probe is under way (§5.3)', () => {
    const node = leader('a', { names, terms: [2, 2, 2, 5, 5, 5], hardState: { term: 5 } });
    expect(appendsTo(node, b)).toMatchObject([{ previousIndex: 7 }]);
    node.receive(rejected(b, 6, 7, { index: 5, term: 3 }));
    expect(appendsTo(node, b)).toMatchObject([{ previousIndex: 4, previousTerm: 2 }]);
    node.propose('x');
    node.receive(rejected(b, 6, 7, { index: 5, term: 3 }));
    expect(appendsTo(node, b)).toEqual([]);
  });

  test('a rejection that came late, about what is known to match, moves nothing', () => {
    const node = established();
    node.receive(rejected(b, 2, 2, { index: 1, term: 1 }));
    node.propose('x');
    expect(appendsTo(node, b)).toMatchObject([{ previousIndex: 2 }]);
  });
});

describe('§5.4.2 committing entries from previous terms', () => {
  test('only entries of the current term are committed by counting; earlier ones follow with them (§5.4.2)', () => {
    const node = leader('a', { names, terms: [1, 2], hardState: { term: 3 } });
    node.settle();
    node.receive(accepted(b, 4, 3));
    node.receive(accepted(c, 4, 3));
    node.settle();
    expect(node.status.commit).toBe(0);
    node.receive(accepted(b, 4, 4));
    node.settle();
    expect(node.status.commit).toBe(4);
    expect(node.applied.map((entry) => entry.term)).toEqual([1, 1, 2, 4]);
  });

  test('figure 3.7: an entry on a majority that is not of the current term can still be overwritten, and is not applied', () => {
    const node = leader('a', { names, terms: [2], hardState: { term: 3 } });
    node.settle();
    node.receive(accepted(b, 4, 2));
    node.settle();
    expect(node.applied).toEqual([]);
    node.receive({ ...append(5, { index: 1, term: 1 }, [command(2, 3)]), from: c });
    node.settle();
    expect(node.disk.entries.map((entry) => entry.term)).toEqual([1, 3]);
  });
});

describe('§10.2 batching and pipelining', () => {
  test('what was proposed together travels together, in one append and one write (§10.2.2)', () => {
    const node = established();
    for (let i = 0; i < 100; i += 1) node.propose(`${i}`, i);
    const ready = node.take();
    expect(ready.persist?.entries).toHaveLength(100);
    const appends = ready.messages.filter((message) => message.kind === 'appendRequest');
    expect(appends.map((message) => message.entries.length)).toEqual([100, 100]);
  });

  test('an append holds at most its bound of bytes, but always one entry', () => {
    const node = established({ config: { appendBytesMax: 300 } });
    for (const size of [100, 100, 100, 1_000, 100]) node.propose('x'.repeat(size));
    expect(appendsTo(node, b).map((request) => request.entries.length)).toEqual([2, 1, 1, 1]);
  });

  test('the next append does not wait for the answer to the last (§10.2.3)', () => {
    const node = established();
    for (const expected of [2, 3, 4]) {
      node.propose('x');
      expect(appendsTo(node, b)).toMatchObject([
        { previousIndex: expected, entries: [{ index: expected + 1 }] },
      ]);
    }
  });

  test.each([{ inflightMessagesMax: 2 }, { inflightBytesMax: 150, appendBytesMax: 150 }])(
    'appends under way are bounded; an answer makes room: %j',
    (bound) => {
      const node = established({ config: bound });
      for (let i = 0; i < 4; i += 1) {
        node.propose('x'.repeat(60));
        node.take();
      }
      const sent = node.takeSent('appendRequest').filter((request) => request.to === b);
      expect(sent).toHaveLength(2);
      node.receive(accepted(b, 2, 3));
      expect(appendsTo(node, b)).toHaveLength(1);
    },
  );

  test('if an append is lost, the next is refused, and the leader goes back to where the logs agree (§10.2.3)', () => {
    const node = established();
    for (let i = 0; i < 3; i += 1) {
      node.propose('x');
      node.take();
    }
    node.settle();
    node.takeSent();
    for (const lost of [3, 4]) node.receive(rejected(b, 2, lost, { index: 2, term: 2 }));
    const requests = appendsTo(node, b);
    expect(requests).toMatchObject([{ previousIndex: 2 }]);
    expect(requests[0]?.entries).toHaveLength(3);
  });

  test('an append that was lost without any sign is sent again after a while', () => {
    const node = established();
    node.propose('x');
    node.settle();
    node.takeSent();
    let round = 0;
    const resent: AppendRequest[] = [];
    for (let passed = 0; passed < config.electionMinMs + 300; passed += 50) {
      node.tick(50);
      node.settle();
      for (const message of node.takeSent()) {
        if (message.to !== b) continue;
        if (message.kind === 'heartbeatRequest') node.receive(ackOf(message));
        if (message.kind === 'appendRequest') {
          resent.push(message);
          node.receive(acceptOf(message));
        }
        round += 1;
      }
    }
    expect(round).toBeGreaterThan(0);
    expect(resent.map((request) => request.entries.map((entry) => entry.index))).toEqual([[], [3]]);
  });

  test('a probe that was lost is repeated when a later heartbeat is answered', () => {
    const node = leader('a', { names });
    node.settle();
    for (const message of node.takeSent('heartbeatRequest')) node.receive(ackOf(message));
    expect(appendsTo(node, b)).toEqual([]);
    node.pass(config.heartbeatMs);
    node.settle();
    for (const message of node.takeSent('heartbeatRequest')) node.receive(ackOf(message));
    expect(appendsTo(node, b)).toMatchObject([{ previousIndex: 1, entries: [] }]);
  });
});

test('a new leader probes with what it believes to be next, and replicates once that is confirmed', () => {
  const node = leader('a', { names, terms: [1, 1] });
  expect(appendsTo(node, b)).toMatchObject([
    { previousIndex: 3, entries: [{ index: 4, payload: { kind: 'noop' } }] },
  ]);
  node.propose('x');
  expect(appendsTo(node, b)).toEqual([]);
  node.receive(accepted(b, 2, 4));
  expect(appendsTo(node, b)).toMatchObject([{ previousIndex: 4, entries: [{ index: 5 }] }]);
});

test('entries of the helper are what a log of those terms holds', () => {
  const node = new TestNode('a', { names, terms: [1, 3] });
  expect(node.disk.entries).toEqual(logOf(node.genesis, [1, 3]));
});
