// Why a peer cannot do what it is asked: the word says what to do.

import { expect, test } from 'vitest';
import { OrionError } from '../../src/lib/errors.ts';
import type { Lifecycle } from '../../src/peer/lifecycle.ts';
import { assertServing, assertWritable, noLeader, notReady, tooBusy } from '../../src/peer/refusals.ts';

const memberOf = (peerId: string): object => ({ peerId, storeId: `store-${peerId}` });
const [a, b, c] = ['a', 'b', 'c'].map(memberOf);

/** A running peer `a` of three, as far as refusals look at it. */
function lifeWith(facts: {
  full?: readonly string[];
  lost?: readonly string[];
  linked?: readonly string[];
  outgoing?: readonly unknown[];
  refusesAll?: OrionError;
  refusesWrites?: OrionError;
  received?: number;
  caughtUp?: boolean;
}): Lifecycle {
  const configuration = { voters: [a, b, c], outgoing: facts.outgoing ?? [], learners: [], removed: [] };
  const core = {
    status: { configuration },
    trust: { refusesAll: facts.refusesAll, refusesWrites: facts.refusesWrites },
    snapshots: { received: facts.received },
  };
  const alarms = [
    ...(facts.full ?? []).map((peer) => ({ peer, kind: 'disk-full' })),
    ...(facts.lost ?? []).map((peer) => ({ peer, kind: 'corruption' })),
  ];
  return {
    self: a,
    core,
    phase: { kind: 'running', core, caughtUp: facts.caughtUp ?? true },
    isRemoved: false,
    links: { identity: (storeId: string) => (facts.linked?.includes(storeId) === true ? {} : undefined) },
    alarms: {
      list: () => alarms,
      stands: (asked: string) => alarms.some(({ kind }) => kind === asked),
    },
  } as unknown as Lifecycle;
}

test('too much at once is BUSY; disks of a majority that are full are NO_QUORUM, and named', () => {
  expect(tooBusy(lifeWith({}))).toMatchObject({ code: 'BUSY' });
  expect(tooBusy(lifeWith({ full: ['a'] }))).toMatchObject({ code: 'BUSY' });
  expect(tooBusy(lifeWith({ full: ['a', 'b'] }))).toMatchObject({
    code: 'NO_QUORUM',
    message: 'the disks of a, b are full: make room on them',
  });
});

test('while the disks of a majority are full nothing is written, not even where there is room', () => {
  expect(() => assertWritable(lifeWith({ full: ['b'] }))).not.toThrow();
  expect(() => assertWritable(lifeWith({ full: ['b', 'c'] }))).toThrow('the disks of b, c are full');
});

test('in a joint configuration both sets of voters must be reached', () => {
  expect(noLeader(lifeWith({ linked: ['store-b'] })).code).toBe('NO_LEADER');
  expect(noLeader(lifeWith({ linked: [] }))).toMatchObject({
    code: 'NO_QUORUM',
    message: expect.stringContaining('reaches 1 of 3 voters, and 2 are needed'),
  });
  expect(noLeader(lifeWith({ linked: ['store-b'], outgoing: [c] }))).toMatchObject({
    code: 'NO_QUORUM',
    message: expect.stringContaining('reaches 0 of 1 voters'),
  });
});

test('where disks that lost entries leave no majority nobody waits for an election', () => {
  const linked = ['store-b'];
  expect(noLeader(lifeWith({ linked, lost: ['c'] })).code).toBe('NO_LEADER');
  expect(noLeader(lifeWith({ linked, lost: ['a'] }))).toMatchObject({
    code: 'NO_QUORUM',
    message: expect.stringMatching(/lost from the disks of a.*orion cluster recover/u),
  });
});

test('a peer whose state differs is not ready, and serves nothing; with no majority it serves all but writes', () => {
  const differs = lifeWith({ refusesAll: new OrionError('NO_LEADER', 'it differs') });
  expect(() => assertServing(differs)).toThrow('it differs');
  expect(notReady(differs, true)).toEqual(['it differs']);
  const undecided = lifeWith({ refusesWrites: new OrionError('NO_QUORUM', 'nobody knows') });
  expect(() => assertWritable(undecided)).toThrow('nobody knows');
  expect(() => assertServing(undecided)).not.toThrow();
  expect(notReady(undecided, true)).toEqual([]);
});

test('a peer that takes over a state says how far that is', () => {
  expect(notReady(lifeWith({ caughtUp: false, received: 7 }), true)).toEqual([
    'this peer takes over the state of another one: 7 parts have come',
  ]);
  expect(notReady(lifeWith({ caughtUp: false }), true)).toEqual([
    'this peer has not yet applied what was committed when it came back',
  ]);
});
