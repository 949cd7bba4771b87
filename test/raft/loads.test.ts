// Entries that left memory: read from disk again, for followers and for the state.

import { describe, expect, test } from 'vitest';
import { asIndex, asTerm, type Message, sound } from '../../raft/types.ts';
import { command, leader, TestNode } from './node.ts';
import { a, b, c, names, rejected as rejectedAt } from './three.ts';

const terms = [1, 1, 1, 1, 1, 1];

const rejected = (from: typeof b, term: number, at: number, agree: number): Message =>
  rejectedAt(from, term, at, { index: agree, term: 1 });

function commit(index: number): Message {
  return { kind: 'heartbeatRequest', from: b, to: a, term: asTerm(2), round: 1, commit: asIndex(index) };
}

describe('for the state', () => {
  test('committed entries that are not in memory are asked for once, in bounds, and applied in order', () => {
    const node = new TestNode('a', { names, terms, tail: 2, hardState: { term: 2 } });
    node.receive(commit(7));
    node.take();
    node.take();
    expect(node.loads).toMatchObject([{ purpose: { kind: 'apply' }, from: 1, to: 6 }]);
    expect(node.applied).toEqual([]);
    node.settle();
    expect(node.applied).toEqual(node.disk.entries);
  });

  test('they keep to the bound on what is being applied', () => {
    const node = new TestNode('a', {
      names,
      terms,
      tail: 1,
      hardState: { term: 2 },
      config: { applyingMax: 2 },
    });
    node.receive(commit(7));
    node.take();
    expect(node.loads).toMatchObject([{ from: 1, to: 3 }]);
    node.step({ kind: 'loaded', purpose: { kind: 'apply' }, entries: node.disk.entries });
    node.take();
    expect(node.applied.map((entry) => entry.index)).toEqual([1, 2]);
  });

  test('a state that is far behind does not make its log fill the memory: what is durable and committed is read again', () => {
    const cacheBytesMax = 500;
    const node = new TestNode('a', {
      names,
      terms,
      tail: 1,
      hardState: { term: 2 },
      config: { cacheBytesMax },
    });
    const sixty = Array.from({ length: 60 }, (_, i) => command(8 + i, 2));
    for (const entry of sixty) {
      const [index, term] = entry.index === 8 ? [7, 1] : [entry.index - 1, 2];
      const previous = { previousIndex: asIndex(index), previousTerm: asTerm(term) };
      const where = { from: b, to: a, term: asTerm(2), commit: entry.index };
      node.receive({ kind: 'appendRequest', ...where, ...previous, entries: [entry] });
      node.take();
      node.persist();
    }
    const asked: number[] = [];
    while (node.applied.length < 67) {
      node.take();
      asked.push(...node.loads.map(({ to }) => to));
      node.answerLoads();
      node.confirmApplied();
    }
    expect(node.applied).toEqual(node.disk.entries);
    expect(asked.at(-1)).toBeGreaterThan(67 - cacheBytesMax / 32);
  });

  test('entries of another term than the log says are a bug, not something to apply', () => {
    const node = new TestNode('a', { names, terms, tail: 1, hardState: { term: 2 } });
    node.receive(commit(7));
    node.take();
    const wrong = node.disk.entries.map((entry) => ({ ...entry, term: asTerm(9) }));
    expect(() => node.step({ kind: 'loaded', purpose: { kind: 'apply' }, entries: wrong })).toThrow(
      'can be read',
    );
  });
});

describe('for a follower', () => {
  test('entries that are not in memory are asked for once, while the other follower goes on', () => {
    const node = leader('a', { names, terms, tail: 1, applied: 7 });
    node.take();
    node.takeSent();
    node.receive(rejected(b, 2, 7, 2));
    node.take();
    node.take();
    expect(node.loads).toMatchObject([{ purpose: { kind: 'follower', storeId: b }, from: 3, to: 7 }]);
    expect(node.takeSent('appendRequest')).toEqual([]);
    node.receive({
      kind: 'appendResponse',
      impairment: sound,
      from: c,
      to: a,
      term: asTerm(2),
      outcome: { kind: 'accepted', match: asIndex(8) },
    });
    node.propose('x');
    node.take();
    expect(node.takeSent('appendRequest')).toMatchObject([{ to: c, previousIndex: 8 }]);
    node.answerLoads();
    node.take();
    expect(node.takeSent('appendRequest')).toMatchObject([
      { to: b, previousIndex: 2, entries: [{ index: 3 }, { index: 4 }] },
    ]);
  });

  test('an answer to a question of an earlier leadership is used only if it is what is wanted now', () => {
    const node = leader('a', { names, terms, tail: 1, applied: 7 });
    node.take();
    node.takeSent();
    node.receive(rejected(b, 2, 7, 2));
    node.take();
    const [load] = node.loads;
    node.loads = [];
    node.receive({ ...commit(7), term: asTerm(3) });
    node.step({ kind: 'loaded', purpose: load?.purpose as never, entries: node.disk.entries.slice(2, 6) });
    node.settle();
    expect(node.status.role).toBe('follower');
    expect(node.takeSent('appendRequest')).toEqual([]);
  });

  test('an answer that a truncation has overtaken is dropped, and the question asked anew', () => {
    const node = leader('a', { names, terms, tail: 1, applied: 7 });
    node.take();
    node.takeSent();
    node.receive(rejected(b, 2, 7, 2));
    node.take();
    for (const wrong of [
      [],
      node.disk.entries.slice(3, 5),
      [{ ...node.disk.entries[2], term: asTerm(9) } as never],
    ]) {
      expect(node.loads).toMatchObject([{ purpose: { kind: 'follower', storeId: b }, from: 3 }]);
      const [load] = node.loads;
      node.loads = [];
      node.step({ kind: 'loaded', purpose: load?.purpose as never, entries: wrong });
      node.take();
    }
    expect(node.takeSent('appendRequest')).toEqual([]);
    node.answerLoads();
    node.take();
    expect(node.takeSent('appendRequest')).toMatchObject([{ to: b, previousIndex: 2 }]);
  });
});
