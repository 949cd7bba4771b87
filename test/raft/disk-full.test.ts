// Disks without room: Y4 of raft/own-disk.ts on a follower, S5 of raft/replication.ts on its leader. What a leader without room
// does is told in the stories disk-full-*.

import { describe, expect, test } from 'vitest';
import { asIndex, asTerm, sound } from '../../raft/types.ts';
import { append, heartbeat, peer, request, unstick } from './alone.ts';
import { campaign, command, grantOf, leader, store, type TestNode } from './node.ts';

const names = ['a', 'b', 'c'];
const a = store('a');
const b = store('b');

describe('Y4 a peer without room', () => {
  const full = (node: TestNode, isFull = true): void => node.step({ kind: 'diskFull', full: isFull });

  test('neither takes in new entries nor answers for them, with room for a vote', () => {
    const node = peer();
    full(node);
    node.receive(append(2, 3, [command(4, 2)], 3));
    node.settle();
    expect(node.takeSent()).toEqual([]);
    expect(node.status).toMatchObject({ leader: b, lastIndex: 3 });
    unstick(node);
    unstick(node);
    node.receive(request(false));
    node.settle();
    expect(node.takeSent('voteResponse')).toMatchObject([{ granted: true, term: 3 }]);
  });

  test('takes in nothing that comes with entries which it has cut off already', () => {
    const node = peer({ base: 2 });
    full(node);
    node.receive(append(2, 1, [command(2, 2), command(3, 2), command(4, 2)]));
    node.receive(append(2, 1, [command(2, 2), command(3, 2)]));
    node.settle();
    expect(node.status.lastIndex).toBe(3);
    expect(node.takeSent('appendResponse').map(({ outcome }) => outcome)).toEqual([
      { kind: 'accepted', match: 3 },
    ]);
  });

  test('cuts off nothing for entries that it cannot take in', () => {
    const node = peer();
    full(node);
    node.receive(append(3, 2, [command(3, 3)]));
    node.settle();
    expect(node.status).toMatchObject({ term: 3, lastIndex: 3, durable: 3 });
    expect(node.takeSent('appendResponse')).toEqual([]);
  });

  test('answers what needs no room: entries that it has, none at all, and those that cannot follow its log', () => {
    const node = peer();
    full(node);
    node.receive(append(2, 1, [command(2, 2), command(3, 2)], 3));
    node.receive(append(2, 3, []));
    node.receive(append(2, 8, [command(9, 2)]));
    node.settle();
    expect(node.takeSent('appendResponse').map(({ outcome }) => outcome)).toMatchObject([
      { kind: 'accepted', match: 3 },
      { kind: 'accepted', match: 3 },
      { kind: 'rejected', rejected: 8 },
    ]);
    expect(node.status.commit).toBe(3);
  });

  test('says so in its answers to heartbeats, learns the commit index by them, and says when it has room', () => {
    const node = peer();
    full(node);
    node.receive(heartbeat(3));
    node.take();
    full(node, false);
    node.receive(heartbeat(3, 2));
    node.take();
    expect(node.takeSent('heartbeatResponse').map((message) => message.full)).toEqual([true, false]);
    expect(node.status.commit).toBe(3);
  });

  test('does not campaign, and not when it is told to, before it has room', () => {
    const node = peer();
    full(node);
    node.pass(5_000);
    node.receive({ kind: 'timeoutNow', from: b, to: a, term: asTerm(2) });
    expect(node.status.role).toBe('follower');
    full(node, false);
    node.tick(50);
    expect(node.status.role).toBe('preCandidate');
  });

  test('gives up a campaign', () => {
    const asking = peer();
    while (asking.status.role === 'follower') asking.tick(50);
    full(asking);
    expect(asking.status.role).toBe('follower');
    const candidate = peer();
    campaign(candidate);
    expect(candidate.status.role).toBe('candidate');
    full(candidate);
    for (const message of candidate.takeSent('voteRequest')) candidate.receive(grantOf(message));
    expect(candidate.status).toMatchObject({ role: 'follower', term: 3 });
  });
});

describe('a leader and followers without room (S5)', () => {
  const answer = (node: TestNode, round: number, isFull: boolean): void => {
    const { term } = node.status;
    node.receive({
      kind: 'heartbeatResponse',
      from: b,
      to: a,
      term,
      round,
      impairment: sound,
      full: isFull,
    });
  };
  /** Entries in each append to b since the last call. */
  const sentToB = (node: TestNode): number[] => {
    node.settle();
    return node
      .takeSent('appendRequest')
      .filter(({ to }) => to === b)
      .map(({ entries }) => entries.length);
  };

  test('it is only asked how far it is, without entries, until it has room', () => {
    const node = leader('a', { names });
    expect(sentToB(node)).toEqual([1]); // lost: it is full
    answer(node, 1, true);
    node.tick(100);
    answer(node, 2, true);
    expect(sentToB(node)).toEqual([0]);
    const outcome = {
      kind: 'rejected',
      rejected: asIndex(1),
      hintIndex: asIndex(0),
      hintTerm: asTerm(0),
    } as const;
    node.receive({ kind: 'appendResponse', from: b, to: a, term: asTerm(2), impairment: sound, outcome });
    expect(sentToB(node)).toEqual([0]);
    node.tick(100);
    answer(node, 3, false);
    node.tick(100);
    answer(node, 4, false);
    expect(sentToB(node)).toEqual([0]); // what repeats may well have arrived
    const match = asIndex(0);
    const accepted = { kind: 'accepted', match } as const;
    node.receive({
      kind: 'appendResponse',
      from: b,
      to: a,
      term: asTerm(2),
      impairment: sound,
      outcome: accepted,
    });
    expect(sentToB(node)).toEqual([2]);
  });
});
