// States that are compared: who is found wrong, who says so, and what that peer does no more.

import { expect, test } from 'vitest';
import { asIndex, asStoreId } from '../../raft/types.ts';
import { limits } from '../../src/lib/limits.ts';
import { every, memberOf, Peers } from './trust-rig.ts';

test('states are compared at every thousandth entry alone, and equal ones raise nothing', () => {
  const peers = new Peers(['a', 'b', 'c']);
  peers.apply(every - 1, { a: 'x', b: 'y', c: 'z' });
  peers.apply(every, { a: 'x', b: 'x', c: 'x' });
  expect(peers.alarmed()).toEqual({ a: [], b: [], c: [] });
  expect(peers.clock.timers).toBe(0);
});

test('a peer that differs from a majority is named by all, and serves no more; the others go on', () => {
  const peers = new Peers(['a', 'b', 'c']);
  peers.apply(every, { a: 'x', b: 'x', c: 'y' });
  expect(peers.alarmed()).toEqual({ a: ['c'], b: ['c'], c: ['c'] });
  expect(peers.alarms['a']?.get('c')).toContain('move the folder "state"');
  expect(peers.of('c').refusesAll).toMatchObject({ code: 'NO_LEADER' });
  expect(peers.of('c').refusesAll?.message).toContain('The state of c at entry 1000 ');
  expect(peers.of('a').refusesAll).toBeUndefined();
  expect([peers.of('a').refusesWrites, peers.of('c').refusesWrites]).toEqual([undefined, undefined]);
  expect(peers.standings).toEqual({ a: [], b: [], c: ['differs'] });
});

test('whoever is only behind is waited for: two that differ prove nothing while a third may still tell', () => {
  const peers = new Peers(['a', 'b', 'c']);
  peers.apply(every, { a: 'x', c: 'y' });
  expect(peers.alarmed()).toEqual({ a: [], b: [], c: [] });
  peers.apply(every, { b: 'x' });
  expect(peers.alarmed()).toEqual({ a: ['c'], b: ['c'], c: ['c'] });
  expect(peers.standings['a']).toEqual([]);
});

test('without a majority all alarm and nothing is written anywhere, until one is found', () => {
  const peers = new Peers(['a', 'b', 'c']);
  peers.down.add('b');
  peers.apply(every, { a: 'x', c: 'y' });
  expect(peers.standings).toEqual({ a: ['undecided'], b: [], c: ['undecided'] });
  expect(peers.alarmed()).toEqual({ a: ['a', 'c'], b: [], c: ['a', 'c'] });
  expect(peers.of('a').refusesWrites).toMatchObject({ code: 'NO_QUORUM' });
  expect(peers.of('a').refusesAll).toBeUndefined();
  peers.down.delete('b');
  peers.apply(every, { b: 'y' });
  expect(peers.standings['a']).toEqual(['undecided', 'differs']);
  expect(peers.standings['c']).toEqual(['undecided', 'trusted']);
  expect(peers.alarmed()).toEqual({ a: ['a'], b: [], c: ['a'] });
});

test('people are told which peer comes first, and to mend only one at a time: two without a state may be no quorum', () => {
  const peers = new Peers(['a', 'b', 'c']);
  peers.apply(every, { a: 'x', b: 'y', c: 'z' });
  const message = peers.alarms['a']?.get('b') ?? '';
  const steps = ['First', '(orion cluster transfer)', 'one peer after the other', 'only once no alarm names'];
  const places = steps.map((step) => message.indexOf(step));
  expect(places).not.toContain(-1);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  expect(message.length).toBeLessThanOrEqual(limits.linkTextCharsMax);
  peers.apply(2 * every, { a: 'x', b: 'x', c: 'z' });
  expect(peers.alarms['a']?.get('c')).toContain('only once no alarm names the one before');
});

test('one that is linked and never tells is waited for only so long', () => {
  const peers = new Peers(['a', 'b', 'c']);
  peers.apply(every, { a: 'x', c: 'y' });
  peers.clock.advance(limits.stateHashGraceMs - 1);
  expect(peers.standings['a']).toEqual([]);
  peers.clock.advance(1);
  expect(peers.standings['a']).toEqual(['undecided']);
});

test('each peer knows of every other whether it differs', () => {
  const peers = new Peers(['a', 'b', 'c']);
  peers.apply(every, { a: 'x', b: 'x', c: 'y' });
  for (const name of ['a', 'b', 'c']) {
    const differing = ['a', 'b', 'c'].filter((other) =>
      peers.of(name).foundToDiffer(memberOf(other).storeId),
    );
    expect(differing).toEqual(['c']);
  }
});

test('a later comparison in which the states are equal ends it', () => {
  const peers = new Peers(['a', 'b', 'c']);
  peers.apply(every, { a: 'x', b: 'x', c: 'y' });
  peers.apply(2 * every, { a: 'z', b: 'z' });
  expect(peers.of('c').standing.kind).toBe('differs'); // it has not come as far yet
  peers.apply(2 * every, { c: 'z' });
  expect(peers.alarmed()).toEqual({ a: [], b: [], c: [] });
  expect(peers.standings['c']).toEqual(['differs', 'trusted']);
});

test('while an alarm stands states are compared at every entry: whoever was repaired is trusted again soon', () => {
  const peers = new Peers(['a', 'b', 'c']);
  peers.apply(every, { a: 'x', b: 'x', c: 'y' });
  peers.start('c'); // with the state of the others, or without
  for (let index = every + 1; index <= every + 2 * limits.stateHashesKept; index += 1) {
    peers.apply(index, { a: `x${index}`, b: `x${index}` }); // it is far behind
  }
  expect(peers.alarmed()).toMatchObject({ a: ['c'], b: ['c'] });
  const index = every + 2 * limits.stateHashesKept;
  peers.apply(index, { c: `x${index}` });
  expect(peers.alarmed()).toEqual({ a: [], b: [], c: [] });
  peers.apply(index + 1, { a: 'z', b: 'z', c: 'other' });
  expect(peers.alarmed()).toEqual({ a: [], b: [], c: [] }); // all is well: the next look is at a thousandth
});

test('where nothing can be written a peer that comes back is judged anew: it may have been repaired', () => {
  const peers = new Peers(['a', 'b', 'c']);
  peers.down.add('b');
  peers.apply(every, { a: 'x', c: 'y' });
  expect(peers.standings['a']).toEqual(['undecided']);
  peers.of('a').onLinkUp(memberOf('c').storeId); // the link alone broke
  peers.of('c').onLinkUp(memberOf('a').storeId);
  expect(peers.of('a').standing.kind).toBe('undecided');
  peers.start('c');
  peers.of('a').onLinkUp(memberOf('c').storeId);
  expect(peers.of('a').refusesWrites).toBeUndefined();
  expect(peers.of('c').refusesWrites).toBeUndefined();
});

test('a learner is judged by the voters, and is no voice against them', () => {
  const peers = new Peers(['a', 'b', 'c'], ['d']);
  peers.apply(every, { a: 'x', d: 'y' });
  expect(peers.alarmed()).toEqual({ a: [], b: [], c: [], d: [] });
  peers.apply(every, { b: 'x' });
  expect(peers.of('d').standing).toEqual({ kind: 'differs', index: every });
  expect(peers.of('a').standing.kind).toBe('trusted');
});

test('a peer alone is its own majority', () => {
  const peers = new Peers(['a'], ['d']);
  peers.apply(every, { a: 'x', d: 'y' });
  expect(peers.standings).toEqual({ a: [], d: ['differs'] });
});

test('whoever is linked later hears the newest hash', () => {
  const peers = new Peers(['a', 'b', 'c']);
  peers.down.add('c');
  peers.apply(every, { a: 'x', b: 'x', c: 'y' });
  expect(peers.of('c').standing.kind).toBe('trusted');
  peers.down.delete('c');
  for (const name of ['a', 'b']) peers.of(name).onLinkUp(memberOf('c').storeId);
  expect(peers.of('c').standing.kind).toBe('differs');
});

test('an alarm about a peer that is a member no more is over, and what strangers tell is nothing', () => {
  const peers = new Peers(['a', 'b', 'c']);
  peers.apply(every, { a: 'x', b: 'x', c: 'y' });
  const voters = ['a', 'b'].map(memberOf);
  peers.configuration = { ...peers.configuration, voters };
  peers.of('a').onTold(memberOf('stranger').storeId, asIndex(2 * every), 'y');
  peers.apply(2 * every, { a: 'z', b: 'z' });
  expect(peers.alarmed()).toMatchObject({ a: [], b: [] });
});

test('what is remembered is bounded, and a peer that stops leaves no timer', () => {
  const peers = new Peers(['a', 'b']);
  for (let round = 1; round <= 5 * limits.stateHashesKept; round += 1) {
    peers.apply(round * every, { a: `x${round}`, b: `y${round}` });
  }
  expect(peers.clock.timers).toBeLessThanOrEqual(2 * limits.stateHashesKept);
  for (const name of ['a', 'b']) peers.of(name).stop();
  expect(peers.clock.timers).toBe(0);
});

test('while the disk of a peer that differs is replaced its name has one alarm, which does not come and go', () => {
  const peers = new Peers(['a', 'b', 'c']);
  peers.apply(every, { a: 'x', b: 'x', c: 'y' });
  peers.down.add('c');
  const fresh = { ...memberOf('c'), storeId: asStoreId('store-fresh') };
  const replaces = memberOf('c').storeId;
  peers.configuration = {
    ...peers.configuration,
    learners: [{ ...fresh, wants: 'voter', replaces }],
  };
  const before = peers.changes;
  for (let index = every + 1; index < every + 10; index += 1) peers.apply(index, { a: 'x', b: 'x' });
  expect(peers.alarmed()).toMatchObject({ a: ['c'], b: ['c'] });
  expect(peers.changes).toBe(before);
});
