// What peers tell each other of themselves while somebody watches the cluster.

import { expect, test } from 'vitest';
import { asPeerId, asStoreId, type Member, type StoreId } from '../../raft/types.ts';
import { Figures, type FiguresMessage } from '../../src/peer/figures.ts';
import type { PeerStats } from '../../src/protocol/watch.ts';

const member = (name: string): Member => ({
  storeId: asStoreId(`disk-${name}`),
  peerId: asPeerId(name),
  api: `http://${name}:1`,
  raft: `${name}:2`,
});

const members = [member('a'), member('b'), member('c')];

/** Peers that hear each other at once; `stranger` has a link to all of them and is no member. */
function cluster(): { figures: Map<StoreId, Figures>; own: Map<StoreId, PeerStats>; sent: string[] } {
  const all = [...members, member('stranger')];
  const figures = new Map<StoreId, Figures>();
  const own = new Map<StoreId, PeerStats>();
  const sent: string[] = [];
  for (const [at, { storeId, peerId }] of all.entries()) {
    own.set(storeId, { fsyncP99Ms: at === 0 ? null : at, logBytes: at * 100, appliedIndex: at });
    const one = new Figures({
      self: peerId,
      own: () => own.get(storeId) as PeerStats,
      linked: () => all.map((other) => other.storeId).filter((other) => other !== storeId),
      members: () => members,
      send: (to, message) => {
        sent.push(`${storeId} to ${to}`);
        figures.get(to)?.onMessage(storeId, message as FiguresMessage);
        return true;
      },
    });
    figures.set(storeId, one);
  }
  return { figures, own, sent };
}

const leader = asStoreId('disk-a');
const other = asStoreId('disk-b');

test('a look shows every member that is linked, once they were asked', () => {
  const { figures, own } = cluster();
  const mine = { fsyncP99Ms: null, logBytes: 0, appliedIndex: 0 };
  const theirs = {
    b: { fsyncP99Ms: 1, logBytes: 100, appliedIndex: 1 },
    c: { fsyncP99Ms: 2, logBytes: 200, appliedIndex: 2 },
  };
  figures.get(leader)?.look();
  own.set(other, { fsyncP99Ms: 9, logBytes: 9, appliedIndex: 9 });
  expect(figures.get(leader)?.look()).toEqual({ a: mine, ...theirs, b: own.get(other) });
});

test('nobody tells anything unless somebody looks, and an answer asks for none', () => {
  const { figures, sent } = cluster();
  expect(sent).toEqual([]);
  figures.get(leader)?.look();
  expect(sent.toSorted()).toEqual([
    'disk-a to disk-b',
    'disk-a to disk-c',
    'disk-a to disk-stranger',
    'disk-b to disk-a',
    'disk-c to disk-a',
    'disk-stranger to disk-a',
  ]);
});

test('what a peer told is forgotten with its link', () => {
  const { figures } = cluster();
  const mine = new Figures({
    self: asPeerId('a'),
    own: () => ({ fsyncP99Ms: null, logBytes: 0, appliedIndex: 0 }),
    linked: () => [other],
    members: () => members,
    send: () => true,
  });
  mine.onMessage(other, {
    kind: 'figures',
    figures: { fsyncP99Ms: 1, logBytes: 1, appliedIndex: 1 },
    asks: false,
  });
  expect(Object.keys(mine.look())).toEqual(['a', 'b']);
  mine.onLinkDown(other);
  expect(Object.keys(mine.look())).toEqual(['a']);
  expect(figures.size).toBe(4);
});
