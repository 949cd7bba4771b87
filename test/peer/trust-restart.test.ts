// States that are compared, and peers that start anew: what was found of a state is found again (S5).

import { expect, test } from 'vitest';
import { asIndex } from '../../raft/types.ts';
import { every, memberOf, Peers } from './trust-rig.ts';

/** The link between two comes up. */
function link(peers: Peers, a: string, b: string): void {
  peers.of(a).onLinkUp(memberOf(b).storeId);
  peers.of(b).onLinkUp(memberOf(a).storeId);
}

test.each(['a first', 'c first'])(
  'a peer that was found to differ and only starts anew is found again before anything is written (%s)',
  (order) => {
    const peers = new Peers(['a', 'b', 'c']);
    peers.apply(every, { a: 'x', b: 'x', c: 'y' });
    peers.apply(every + 1, { a: 'z', b: 'z', c: 'other' });
    peers.start('c', every + 1, 'other');
    expect(peers.of('c').standing.kind).toBe('trusted');
    for (const name of ['a', 'b']) {
      if (order === 'a first') link(peers, name, 'c');
      else link(peers, 'c', name);
    }
    expect(peers.of('c').standing).toEqual({ kind: 'differs', index: every + 1 });
    peers.start('c', every + 1, 'z'); // now it was repaired
    for (const name of ['a', 'b']) link(peers, name, 'c');
    expect(peers.alarmed()).toEqual({ a: [], b: [], c: [] });
  },
);

test('one that has to apply again what came after its last flush is found once it stands where the others do', () => {
  const peers = new Peers(['a', 'b', 'c']);
  peers.apply(every, { a: 'x', b: 'x', c: 'y' });
  peers.apply(every + 3, { a: 'z', b: 'z', c: 'other' });
  peers.start('c', every - 1, 'before');
  for (const name of ['a', 'b']) {
    peers.of(name).onLinkUp(memberOf('c').storeId);
    peers.alarms[name]!.clear(); // what it says of alarms comes later
  }
  peers.apply(every + 1, { c: 'y' });
  expect(peers.of('c').standing.kind).toBe('trusted');
  peers.apply(every + 3, { c: 'other' });
  expect(peers.of('c').standing).toEqual({ kind: 'differs', index: every + 3 });
});

test('a peer that starts with a state that was known to differ serves nothing until it is compared', () => {
  const peers = new Peers(['a', 'b', 'c']);
  peers.apply(every, { a: 'x', b: 'x', c: 'y' });
  peers.start('c', every, 'y', true);
  expect(peers.of('c').refusesAll?.code).toBe('NO_LEADER');
  expect(peers.standings['c']).toEqual(['differs']);
  for (const name of ['a', 'b']) link(peers, 'c', name);
  expect(peers.of('c').standing).toEqual({ kind: 'differs', index: every });
  peers.apply(every + 1, { a: 'z', b: 'z', c: 'z' }); // it was repaired
  expect(peers.standings['c']).toEqual(['differs', 'trusted']);
  expect(peers.alarmed()).toEqual({ a: [], b: [], c: [] });
});

test('a doubt ends at the first comparison, where the state that was loaded is sound', () => {
  const peers = new Peers(['a', 'b', 'c']);
  peers.apply(every, { a: 'x', b: 'x', c: 'y' });
  peers.start('c', every, 'x', true);
  link(peers, 'a', 'c');
  expect(peers.of('c').refusesAll).toBeUndefined();
});

test('peers that all start anew compare what they have loaded', () => {
  const peers = new Peers(['a', 'b', 'c']);
  for (const [name, hash] of [
    ['a', 'x'],
    ['b', 'x'],
    ['c', 'y'],
  ] as const)
    peers.start(name, 7, hash);
  link(peers, 'a', 'b');
  link(peers, 'b', 'c');
  expect(peers.alarmed()).toEqual({ a: ['c'], b: ['c'], c: ['c'] });
});

test('peers that stand where they were compared already have nothing more to say', () => {
  const peers = new Peers(['a', 'b', 'c']);
  peers.apply(every, { a: 'x', b: 'x', c: 'x' });
  const said = peers.said;
  peers.of('a').onTold(memberOf('b').storeId, asIndex(every), 'x');
  peers.of('a').onTold(memberOf('b').storeId, asIndex(every - 1), 'x');
  expect(peers.said).toBe(said);
});

test('a peer that starts is compared although nobody has compared at that index before', () => {
  const peers = new Peers(['a', 'b', 'c']);
  peers.apply(every + 7, { a: 'x', b: 'x', c: 'x' });
  expect(peers.said).toBe(0);
  peers.start('c', every + 7, 'y');
  peers.of('c').onLinkUp(memberOf('a').storeId);
  expect(peers.alarmed()).toEqual({ a: ['c'], b: ['c'], c: ['c'] });
});

test('the only voter that is left has nobody to be compared with: what it has is the state of the cluster', () => {
  const peers = new Peers(['a'], ['b']);
  peers.start('a', 5, 'x', true);
  expect(peers.standings['a']).toEqual(['differs', 'trusted']);
  expect(peers.alarmed()['a']).toEqual([]);
});
