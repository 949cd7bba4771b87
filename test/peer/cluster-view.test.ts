// What a peer says of the others: as much as it knows, and no more.

import type { RaftStatus } from '../../raft/status.ts';
import { expect, test } from 'vitest';
import type { Member } from '../../raft/types.ts';
import { clusterView } from '../../src/peer/cluster-view.ts';
import { quorumFigures } from '../../src/peer/quorum-figures.ts';
import type { Links } from '../../src/peer/links.ts';
import type { ClusterView } from '../../src/peer/control-plane.ts';

const members = ['a', 'b', 'c'].map((id) => ({ peerId: id, storeId: `store-${id}`, api: '', raft: '' }));

/** The view of peer `a`, which heard the others last when the connection was made: long ago. */
function viewOf(
  role: string,
  leader: string | undefined,
  learners: readonly (typeof members)[number][] = [],
): ClusterView {
  return clusterView({
    name: 'home',
    self: { peerId: 'a', storeId: 'store-a', api: '', raft: '' },
    version: '1',
    founders: [],
    clusterId: 'cluster',
    status: {
      role,
      leader,
      term: 1,
      commit: 9,
      durable: 9,
      progress: new Map(),
      configuration: { voters: members, outgoing: [], learners },
    } as unknown as RaftStatus,
    appliedIndex: 9,
    links: { identity: () => ({ version: '1' }), lastHeardMs: () => 1_000 } as unknown as Links,
    log: { base: 0, stats: () => ({ bytes: 0 }) },
    alarms: [],
    nowMs: 901_000,
    presentMs: 1_000,
  } as unknown as Parameters<typeof clusterView>[0]);
}

const contacts = (view: ClusterView): unknown[] => view.peers.map(({ lastContactMs }) => lastContactMs);

test('a leader tells how long ago it heard each peer', () => {
  expect(contacts(viewOf('leader', 'store-a'))).toEqual([0, 900_000, 900_000]);
});

test('a follower tells it of its leader alone: the others have no reason to speak to it', () => {
  expect(contacts(viewOf('follower', 'store-b'))).toEqual([0, 900_000, null]);
});

test('a candidate has heard no leader, and tells it of nobody', () => {
  expect(contacts(viewOf('preCandidate', undefined))).toEqual([0, null, null]);
});

test('a learner is shown as such: it has no vote, and may lead nobody', () => {
  const learner = { peerId: 'd', storeId: 'store-d', api: '', raft: '' };
  const view = viewOf('leader', 'store-a', [learner]);
  expect(view.peers.map(({ id, role, voter }) => [id, role, voter])).toEqual([
    ['a', 'leader', true],
    ['b', 'follower', true],
    ['c', 'follower', true],
    ['d', 'learner', false],
  ]);
  expect(view.quorum.voters).toBe(3);
});

test('of a joint configuration the set that is nearer to losing its majority is shown', () => {
  const [a, b, c] = members as unknown as readonly [Member, Member, Member];
  const isPresent = ({ peerId }: Member): boolean => peerId !== 'c';
  const both = { voters: [a, b, c], outgoing: [c] };
  expect(quorumFigures({ voters: [a, b, c], outgoing: [] }, isPresent)).toEqual({
    need: 2,
    have: 2,
    voters: 3,
  });
  expect(quorumFigures(both, isPresent)).toEqual({ need: 1, have: 0, voters: 1 });
  expect(quorumFigures({ voters: both.outgoing, outgoing: both.voters }, isPresent)).toEqual(
    quorumFigures(both, isPresent),
  );
});
