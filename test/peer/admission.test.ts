// Whom a peer lets in, and what it makes of disks that have gone back in time.

import { expect, test, vi } from 'vitest';
import { makeGenesis } from '../../raft/genesis.ts';
import { asClusterId, asIndex, asPeerId, asStoreId, type Member, type StoreId } from '../../raft/types.ts';
import { isWelcome, refusalOf, type AdmissionFacts, supersededReason } from '../../src/peer/admission.ts';
import type { PeerIdentity } from '../../src/peer/ports.ts';
import { staleReason, tellsStale } from '../../src/peer/stale.ts';
import { allUp, once, portsFor, storeOf, TestPeer } from '../transport/rig.ts';

const member = (name: string): Member => ({
  storeId: asStoreId(name),
  peerId: asPeerId(name),
  api: `http://${name}:1`,
  raft: `${name}:2`,
});

const genesis = makeGenesis(
  { name: 'home', founders: ['a', 'b', 'c'].map((name) => member(name)) },
  (text) => text,
);

const facts: AdmissionFacts = {
  clusterName: 'home',
  clusterId: genesis.clusterId,
  pristine: false,
  removed: [asStoreId('gone')],
  epoch: 1,
  incarnations: {
    last: (storeId) => (storeId === asStoreId('again') ? { epoch: 1, incarnation: 5, id: 'r5' } : undefined),
  },
  configuration: undefined,
  linked: () => undefined,
};
const identity: PeerIdentity = {
  ...member('d'),
  incarnation: 1,
  runs: ['r1'],
  clusterName: 'home',
  founders: [],
  genesis,
  settled: true,
  epoch: 1,
  version: '0.0.0',
};

test('a peer of the same cluster in a lower epoch is refused, and one in a higher epoch ends this one', () => {
  expect(refusalOf(facts, { ...identity, epoch: 0 })).toMatch(/EPOCH: d .*empty data directory/);
  expect(refusalOf(facts, { ...identity, epoch: 2 })).toBe(supersededReason);
});

test('epochs of other clusters, and of peers that belong to none, mean nothing', () => {
  expect(refusalOf(facts, { ...identity, genesis: undefined, epoch: 0 })).toBeUndefined();
  expect(refusalOf({ ...facts, clusterId: undefined }, { ...identity, epoch: 5 })).toBeUndefined();
});

test('a store of which a later run is remembered has gone back in time, whoever it says it is', () => {
  const again = { ...identity, storeId: asStoreId('again') };
  expect(refusalOf(facts, { ...again, incarnation: 4 })).toBe(staleReason);
  expect(refusalOf({ ...facts, clusterId: undefined }, { ...again, incarnation: 1 })).toBe(staleReason);
  expect(refusalOf(facts, { ...again, incarnation: 5, runs: ['r5'] })).toBeUndefined();
  expect(refusalOf(facts, { ...again, incarnation: 6, runs: ['r6', 'r5'] })).toBeUndefined();
  expect(refusalOf(facts, { ...identity, incarnation: 1 })).toBeUndefined();
});

test('a disk has gone back when it holds another run under the number of the one that is remembered', () => {
  const again = { ...identity, storeId: asStoreId('again') };
  for (const runs of [['x'], ['r6', 'x'], ['r7', 'r6', 'x', 'r4']]) {
    expect(refusalOf(facts, { ...again, incarnation: 5 + runs.indexOf('x'), runs })).toBe(staleReason);
  }
});

test('a run whose id nobody can compare is judged by its number alone', () => {
  const again = { ...identity, storeId: asStoreId('again') };
  expect(refusalOf(facts, { ...again, incarnation: 7, runs: ['r7', '', ''] })).toBeUndefined(); // lost
  expect(refusalOf(facts, { ...again, incarnation: 20, runs: ['r20', 'r19'] })).toBeUndefined(); // long ago
  const incarnations = { last: () => ({ epoch: 1, incarnation: 5, id: '' }) };
  const learned = { ...facts, incarnations }; // from an older version
  expect(refusalOf(learned, { ...again, incarnation: 5, runs: ['r5'] })).toBeUndefined();
  expect(refusalOf(learned, { ...again, incarnation: 4, runs: ['r4'] })).toBe(staleReason);
});

test('runs of before a recovery are not held against the disk that was chosen for it', () => {
  const chosen = { ...identity, storeId: asStoreId('again'), incarnation: 2, runs: ['x'], epoch: 2 };
  expect(refusalOf(facts, chosen)).toBe(supersededReason); // which ends this peer, not the chosen one
  expect(refusalOf({ ...facts, epoch: 2 }, chosen)).toBeUndefined(); // this one followed
  expect(refusalOf({ ...facts, clusterId: undefined }, chosen)).toBeUndefined();
  expect(refusalOf({ ...facts, epoch: 2 }, { ...chosen, incarnation: 9, epoch: 0 })).toBe(staleReason);
});

test('only the own cluster is believed about it, and the refusal must say it', () => {
  const told = `refused by the other side: ${staleReason}`;
  expect(tellsStale(genesis.clusterId, told, identity)).toBe(true);
  expect(tellsStale(genesis.clusterId, told, { ...identity, genesis: undefined })).toBe(false);
  expect(tellsStale(asClusterId('other'), told, identity)).toBe(false);
  expect(tellsStale(undefined, told, identity)).toBe(true);
  expect(tellsStale(genesis.clusterId, 'refused by the other side: REMOVED: gone', identity)).toBe(false);
  expect(tellsStale(genesis.clusterId, staleReason, identity)).toBe(false); // as this side says it of the other
});

test('hears a store that is merely absent from the configuration: this peer may lag (§4.1)', () => {
  expect(refusalOf(facts, identity)).toBeUndefined();
  expect(isWelcome(facts, identity)).toBe(true);
});

test('refuses a store that was removed', () => {
  expect(refusalOf(facts, { ...identity, storeId: asStoreId('gone') })).toMatch(/^REMOVED: d/);
});

test('refuses other clusters, but for a founder that may still drop its genesis', () => {
  const foreign = makeGenesis({ name: 'home', founders: [member('x')] }, (text) => text);
  const other = { ...identity, genesis: foreign };
  expect(refusalOf(facts, { ...identity, clusterName: 'away' })).toContain('"away"');
  expect(refusalOf(facts, other)).toContain('another cluster');
  expect(refusalOf({ ...facts, pristine: true }, other)).toBeUndefined();
  expect(isWelcome(facts, other)).toBe(false);
});

test('lets strangers in only of its own cluster, or of any while it belongs to none', () => {
  const waiting = { ...facts, clusterId: undefined };
  expect(isWelcome(waiting, identity)).toBe(true);
  expect(isWelcome(waiting, { ...identity, genesis: undefined })).toBe(false);
  expect(isWelcome(facts, { ...identity, genesis: undefined })).toBe(false);
});

test('of two disks under one name the one that is linked stays, unless the other is more to the cluster', () => {
  const [voter, learner, other] = ['voter', 'learner', 'other'].map((name) => asStoreId(name));
  const configuration = {
    index: asIndex(1),
    voters: [{ ...member('p'), storeId: voter! }],
    outgoing: [],
    learners: [{ ...member('p'), storeId: learner!, wants: 'voter' as const, replaces: voter }],
    removed: [],
  };
  const isRefused = (linked: StoreId | undefined, comes: StoreId | undefined): boolean =>
    refusalOf({ ...facts, configuration, linked: () => linked }, { ...identity, storeId: comes! }) !==
    undefined;
  expect([voter, learner, other].map((comes) => isRefused(voter, comes))).toEqual([false, true, true]);
  expect([voter, learner, other].map((comes) => isRefused(learner, comes))).toEqual([false, false, true]);
  expect([voter, learner, other].map((comes) => isRefused(other, comes))).toEqual([false, false, false]);
  expect([voter, learner, other].map((comes) => isRefused(undefined, comes))).toEqual([false, false, false]);
});

test('a second process under the name of a peer does not end the links of the first, and is let in once that is gone', async () => {
  const ports = await portsFor('a', 'b');
  const b = await new TestPeer({
    id: 'b',
    ports,
    refuse: (newcomer) => {
      const configuration = {
        index: asIndex(1),
        voters: [{ ...member('a'), storeId: storeOf('a') }],
        outgoing: [],
        learners: [],
        removed: [],
      };
      const isUp = b.turns(a).up > b.turns(a).down;
      const linked = (): StoreId | undefined => (isUp ? b.of('up').at(-1)?.identity.storeId : undefined);
      return refusalOf({ ...facts, clusterName: 'home', configuration, linked }, newcomer);
    },
  }).start();
  const a: TestPeer = await new TestPeer({ id: 'a', ports }).start();
  await allUp(a, b);
  const storeId = storeOf('f');
  const second = new TestPeer({ id: 'a', ports, identity: { storeId }, listen: '127.0.0.1:0' });
  await second.start();
  await vi.waitFor(() => expect(second.transport.stats().refusals).toBeGreaterThan(3), 10_000);
  expect(b.turns(a)).toEqual(once);
  expect(second.of('refused')[0]?.reason).toContain('end one of the two processes');
  await a.transport.stop();
  await second.until(() => second.isUp(b));
});
