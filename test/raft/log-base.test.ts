// A log that was cut short: what is said and asked for at its beginning, and to whom a snapshot is sent (§5.1; R9).

import { describe, expect, test } from 'vitest';
import { present } from '../../src/lib/assert.ts';
import { asIndex, asTerm, sound } from '../../raft/types.ts';
import { acceptOf, ackOf, command, leader, TestNode } from './node.ts';
import { a, accepted, append, b, c, follower, names, received, snapshotOf } from './snapshot-values.ts';

describe('a log that begins behind a base', () => {
  const cut = (base: number): TestNode =>
    new TestNode('a', { names, terms: [1, 1, 2, 2], hardState: { term: 3 }, base });

  test('an append that begins below the base is taken in from there on: what was cut off is the same everywhere', () => {
    const node = cut(4);
    const entries = [command(3, 1), command(4, 2), command(5, 2), command(6, 3)];
    node.receive(append({ term: 3, after: [2, 1], entries, commit: 5 }));
    node.settle();
    expect(accepted(node)).toEqual([6]);
    expect(node.status).toMatchObject({ lastIndex: 6, commit: 5, applied: 5 });
    node.receive(append({ term: 3, after: [1, 1], entries: [command(2, 1)] }));
    node.settle();
    expect(accepted(node)).toEqual([4]);
  });

  test('a mismatch behind the base is answered with the highest place at which the logs can agree', () => {
    const node = cut(4);
    node.receive(append({ term: 3, after: [5, 3] }));
    node.settle();
    expect(node.takeSent('appendResponse')).toMatchObject([
      { outcome: { kind: 'rejected', rejected: 5, hintIndex: 5, hintTerm: 2 } },
    ]);
  });

  test('a hint below the base, or of a lower term than the base has, means a snapshot', () => {
    for (const [hintIndex, hintTerm] of [
      [1, 1],
      [3, 1],
      [5, 1],
    ] as const) {
      const node = leader('a', { names, terms: [1, 1, 2, 2], base: 4 });
      node.settle();
      node.takeSent();
      const where = { rejected: asIndex(5), hintIndex: asIndex(hintIndex), hintTerm: asTerm(hintTerm) };
      const outcome = { kind: 'rejected', ...where } as const;
      node.receive({
        kind: 'appendResponse',
        from: c,
        to: a,
        term: asTerm(3),
        impairment: sound,
        outcome,
      });
      node.settle();
      expect(node.snapshots).toEqual([{ to: c, atLeast: 4 }]);
      expect(node.takeSent('appendRequest')).toEqual([]);
      expect(node.status.progress.get(c)).toMatchObject({ kind: 'snapshot', match: 0, needs: 5 });
    }
  });

  test('only what is applied is cut off, and what is cut off already stays so', () => {
    const node = follower();
    expect(() => node.step({ kind: 'compacted', base: asIndex(3) })).toThrow('L6');
    const other = follower();
    other.compact(2);
    other.step({ kind: 'compacted', base: asIndex(1) });
    expect(other.status.base).toBe(2);
  });

  test('a follower that keeps up is not disturbed by a compaction right behind it', () => {
    const node = leader('a', { names });
    node.settle();
    for (const request of node.takeSent('appendRequest')) node.receive(acceptOf(request));
    node.settle();
    node.propose('x');
    node.settle();
    for (const request of node.takeSent('appendRequest')) node.receive(acceptOf(request));
    node.settle();
    node.compact(3);
    node.propose('y');
    node.settle();
    expect(node.snapshots).toEqual([]);
    expect(node.takeSent('appendRequest')).toMatchObject([
      { to: b, previousIndex: 3, previousTerm: 2 },
      { to: c, previousIndex: 3, previousTerm: 2 },
    ]);
  });

  test('a peer without any log, which lost its state, takes a snapshot and counts again (raft.md)', () => {
    const node = new TestNode('a', { names, hardState: { term: 3 } });
    node.disk.entries = [];
    node.disk.impaired = true;
    node.restart();
    expect(node.status).toMatchObject({ base: 0, lastIndex: 0, impaired: true });
    node.receive({ kind: 'heartbeatRequest', from: b, to: a, term: asTerm(3), round: 1, commit: asIndex(0) });
    node.settle();
    const [answer] = node.takeSent('heartbeatResponse');
    received(node, snapshotOf(9, 3), 3);
    node.settle();
    expect(node.status).toMatchObject({ base: 9, applied: 9, impaired: true });
    const { impairment } = present(answer, 'it answers');
    node.receive({ kind: 'mended', from: b, to: a, term: asTerm(3), impairment, index: asIndex(8) });
    node.settle();
    expect(node.status.impaired).toBe(false);
  });
});

test('a second attempt asks for as much as was cut off by then', () => {
  const node = leader('a', { names, terms: [1, 1, 1], base: 3, applied: 4 });
  node.settle();
  for (const to of [b, c]) {
    node.takeSent();
    const where = { rejected: asIndex(4), hintIndex: asIndex(1), hintTerm: asTerm(1) };
    const outcome = { kind: 'rejected', ...where } as const;
    node.receive({ kind: 'appendResponse', from: to, to: a, term: asTerm(2), impairment: sound, outcome });
    node.settle();
  }
  expect(node.snapshots).toEqual([
    { to: b, atLeast: 3 },
    { to: c, atLeast: 3 },
  ]);
  node.step({ kind: 'snapshotSent', storeId: b, index: undefined });
  node.compact(4);
  node.tick(500);
  node.settle();
  for (const beat of node.takeSent('heartbeatRequest')) node.receive(ackOf(beat));
  node.tick(50);
  node.settle();
  expect(node.snapshots).toEqual([
    { to: c, atLeast: 3 },
    { to: b, atLeast: 4 },
  ]);
  expect(node.status.progress.get(b)).toMatchObject({ needs: 5 });
  node.step({ kind: 'snapshotSent', storeId: c, index: asIndex(3) }); // less than what is needed by now
  node.settle();
  expect(node.snapshots).toEqual([
    { to: b, atLeast: 4 },
    { to: c, atLeast: 4 },
  ]);
});

test('heartbeats go on while a snapshot is sent, and prove that the leader leads', () => {
  const node = leader('a', { names, terms: [1, 1], base: 3 });
  node.settle();
  for (let beat = 0; beat < 20; beat += 1) {
    for (const message of node.takeSent()) {
      if (message.kind === 'heartbeatRequest' && message.to === c) node.receive(ackOf(message));
    }
    node.tick(100);
    node.settle();
  }
  expect(node.status.role).toBe('leader');
});
