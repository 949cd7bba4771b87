// Founding a cluster: who may write genesis, who takes it over, who must stay out.

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decideGenesis, makeGenesis, type GenesisQuestion, type HeardPeer } from '../../raft/genesis.ts';
import { asPeerId, asStoreId, type Genesis, type Member } from '../../raft/types.ts';

const hash = (text: string): string => `<${text}>`;

function member(peer: string, storeName = peer): Member {
  return { peerId: asPeerId(peer), storeId: asStoreId(storeName), api: `http://${peer}`, raft: `${peer}:1` };
}

function genesis(...members: Member[]): Genesis {
  return makeGenesis({ name: 'home', founders: members }, hash);
}

function heard(peer: string, holds?: Genesis, storeName = peer): HeardPeer {
  return { peerId: asPeerId(peer), storeId: asStoreId(storeName), genesis: holds };
}

const abc = genesis(member('a'), member('b'), member('c'));
const abc2 = genesis(member('a'), member('b'), member('c', 'c2'));
const other = genesis(member('x'), member('y'), member('z'));

function ask(question: Partial<GenesisQuestion>): ReturnType<typeof decideGenesis> {
  return decideGenesis({
    self: member('a'),
    founders: ['a', 'b', 'c'].map(asPeerId),
    own: undefined,
    pristine: true,
    heard: [],
    followed: undefined,
    ...question,
  });
}

describe('makeGenesis', () => {
  test('every founder makes the same bytes, whoever it heard first', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(abc.founders.slice(), { minLength: 3 }), (founders) => {
        expect(JSON.stringify(genesis(...founders))).toBe(JSON.stringify(abc));
      }),
    );
  });

  test('the cluster id covers the name and each (peer, store), and no address', () => {
    const moved = { ...member('c'), api: 'http://elsewhere', raft: 'elsewhere:2' };
    expect(genesis(member('a'), member('b'), moved).clusterId).toBe(abc.clusterId);
    const ids = [
      abc,
      abc2,
      genesis(member('a'), member('b')),
      genesis(member('a', 'b'), member('b', 'a'), member('c')),
      makeGenesis({ name: 'work', founders: abc.founders }, hash),
    ].map((made) => made.clusterId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('a store or a name that founds twice is a bug', () => {
    expect(() => genesis(member('a'), member('b', 'a'))).toThrow('a store founds once');
    expect(() => genesis(member('a'), member('a', 'b'))).toThrow('a name founds once');
  });
});

describe('decideGenesis', () => {
  test('waits, naming them, until every founder is heard', () => {
    expect(ask({})).toEqual({ kind: 'wait', reason: 'not heard yet: b, c' });
    expect(ask({ heard: [heard('b')] })).toEqual({ kind: 'wait', reason: 'not heard yet: c' });
    expect(ask({ heard: [heard('b'), heard('x')] })).toEqual({ kind: 'wait', reason: 'not heard yet: c' });
  });

  test('writes when every founder is heard and none has a genesis', () => {
    const founders = ['a', 'b', 'c'].map((name) => ({ peerId: name, storeId: name }));
    expect(ask({ heard: [heard('c'), heard('b')] })).toEqual({ kind: 'write', founders });
    expect(ask({ heard: [heard('c'), heard('x'), heard('b')] })).toEqual({ kind: 'write', founders });
  });

  test('a single founder writes at once', () => {
    const founders = [{ peerId: 'a', storeId: 'a' }];
    expect(ask({ founders: [asPeerId('a')] })).toEqual({ kind: 'write', founders });
  });

  test('waits while a founder is heard with two disks', () => {
    expect(ask({ heard: [heard('b'), heard('c'), heard('c', undefined, 'c2')] })).toMatchObject({
      kind: 'wait',
    });
  });

  test('adopts a genesis that names its store, even before everyone is heard', () => {
    expect(ask({ heard: [heard('b', abc)] })).toEqual({ kind: 'adopt', genesis: abc });
    expect(ask({ heard: [heard('b', abc), heard('c')] })).toEqual({ kind: 'adopt', genesis: abc });
  });

  test('of two that name its store, adopts the one that a majority of its founders holds', () => {
    for (const peers of [
      [heard('b', abc2), heard('c', abc2, 'c2'), heard('c', abc)],
      [heard('c', abc), heard('c', abc2, 'c2'), heard('b', abc2)],
    ]) {
      expect(ask({ heard: peers })).toEqual({ kind: 'adopt', genesis: abc2 });
    }
  });

  test('a wiped founder does not come back by itself, and is told what to do', () => {
    const self = member('c', 'c2');
    const decision = ask({ self, heard: [heard('a', abc), heard('b', abc)] });
    expect(decision).toMatchObject({ kind: 'foreign', genesis: abc });
    expect(decision.kind === 'foreign' && decision.reason).toMatch(
      /this disk is new.*\(c\).*"orion cluster add c --api http:\/\/c --raft c:1 --replace --peers http:\/\/a,http:\/\/b"/,
    );
  });

  test('a wiped founder that a leader sends to has been given the place of its old disk: it takes that genesis', () => {
    const self = member('c', 'c2');
    const decision = ask({ self, heard: [heard('a', abc), heard('b', abc)], followed: abc });
    expect(decision).toEqual({ kind: 'adopt', genesis: abc });
  });

  test('who joins founds nothing, whoever it hears, until a leader sends to it; then that stands', () => {
    const joins = { self: member('d'), founders: [] };
    const waits = {
      kind: 'wait',
      reason: expect.stringContaining('orion cluster add d --api http://d --raft d:1'),
    };
    expect(ask(joins)).toEqual(waits);
    expect(ask({ ...joins, heard: [heard('a', abc), heard('b', abc), heard('c', abc)] })).toEqual(waits);
    expect(ask({ ...joins, heard: [heard('a', abc)], followed: abc })).toEqual({
      kind: 'adopt',
      genesis: abc,
    });
    const settled = { kind: 'settled', genesis: abc };
    expect(ask({ ...joins, own: abc, heard: [heard('x', other)], followed: other })).toEqual(settled);
  });

  test('a founder never writes a second genesis over one that it hears', () => {
    const self = member('c', 'c2');
    expect(ask({ self, heard: [heard('a', abc), heard('b')] })).toMatchObject({ kind: 'foreign' });
  });

  test('a cluster that was founded without it is foreign', () => {
    const decision = ask({ heard: [heard('b', other), heard('c')] });
    expect(decision).toMatchObject({ kind: 'foreign', genesis: other });
    expect(decision.kind === 'foreign' && decision.reason).toContain('founded without a');
  });

  test('with its own genesis it is settled, alone or among its like', () => {
    const settled = { kind: 'settled', genesis: abc };
    expect(ask({ own: abc })).toEqual(settled);
    expect(ask({ own: abc, heard: [heard('b', abc), heard('c', abc)] })).toEqual(settled);
    expect(ask({ own: abc, heard: [heard('b'), heard('c')] })).toEqual(settled);
    expect(ask({ own: abc, heard: [heard('b', other)] })).toEqual(settled);
  });

  test('drops its genesis for one that names its store and is held by a majority, if it never voted nor acknowledged', () => {
    const peers = [heard('b', abc2), heard('c', abc2, 'c2')];
    expect(ask({ own: abc, heard: peers })).toEqual({ kind: 'adopt', genesis: abc2 });
    expect(ask({ own: abc, heard: peers, pristine: false })).toEqual({ kind: 'settled', genesis: abc });
    expect(ask({ own: abc, heard: peers.slice(1) })).toEqual({ kind: 'settled', genesis: abc });
  });

  test('copies of a genesis outside its founders make no majority', () => {
    const peers = [heard('b', abc2), heard('c', abc2, 'c3'), heard('x', abc2)];
    expect(ask({ own: abc, heard: peers })).toEqual({ kind: 'settled', genesis: abc });
  });
});
