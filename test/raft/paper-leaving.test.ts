// Paper tests: who leaves or is replaced, and which changes are refused (§4), on small networks of cores.

import { describe, expect, test } from 'vitest';
import { addVoter, founders, network, reasonsOf, remove, votersOf } from './members.ts';
import { TestNetwork } from './network.ts';
import { acceptOf, leader, member, store, TestNode } from './node.ts';

describe('who leaves', () => {
  test('hears of it, counts for nothing from then on, and disturbs nobody (§4.2.3)', () => {
    const net = network();
    const a = net.node('a');
    a.change(remove('c'));
    net.pass(500);
    expect(votersOf(net.node('c'))).toEqual(['a', 'b']);
    const { term } = a.status;
    net.pass(5_000);
    expect(net.node('c').status).toMatchObject({ role: 'follower', term });
    expect(a.status).toMatchObject({ role: 'leader', term });
    expect([...a.status.progress.keys()].toSorted()).toEqual(['a', 'b']);
  });

  test('as the leader commits the entry without counting itself, and then steps down (§4.2.2)', () => {
    const net = network();
    const a = net.node('a');
    a.change(remove('a'));
    net.settle();
    expect(a.status.role).toBe('follower');
    const removing = a.status.configuration;
    expect(removing).toMatchObject({ voters: ['b', 'c'].map(member), outgoing: [], removed: ['a'] });
    expect(a.status.commit).toBe(removing.index);
    const next = net.elect(['b', 'c']);
    next.propose('goes on');
    net.pass(500);
    expect(next.status.commit).toBe(next.status.lastIndex);
    net.pass(5_000);
    expect(a.status.role).toBe('follower');
  });

  test('as the leader does not count itself: one of the two others is not enough', () => {
    const net = network();
    const a = net.node('a');
    const answer = (names: readonly string[]): void => {
      a.settle();
      for (const request of a.takeSent('appendRequest')) {
        if (names.includes(request.to)) a.receive(acceptOf(request));
      }
      a.settle();
    };
    a.change(remove('a'));
    answer(['b', 'c']);
    const removing = a.status.configuration;
    expect(removing.outgoing).toEqual([]);
    a.propose('nobody would tell it what became of this', 5);
    a.take();
    expect(a.proposals).toMatchObject([{ kind: 'refused', requestId: 5, reason: 'NOT_LEADER' }]);
    const sent = a.takeSent('appendRequest');
    for (const request of sent.filter(({ to }) => to === store('b'))) a.receive(acceptOf(request));
    a.settle();
    expect(a.disk.entries.length).toBe(removing.index);
    expect(a.status).toMatchObject({ role: 'leader', commit: removing.index - 1 });
    for (const request of sent.filter(({ to }) => to === store('c'))) a.receive(acceptOf(request));
    expect(a.status).toMatchObject({ role: 'follower', commit: removing.index });
  });
});

test('who was removed by an entry that is not committed still campaigns: nobody else may be able to commit it (§4.2.2)', () => {
  const net = TestNetwork.of(['a', 'b']);
  const a = net.elect();
  const b = net.node(a.id === store('a') ? 'b' : 'a');
  net.pass(200);
  a.change(remove(a.id));
  a.settle();
  for (const request of a.takeSent('appendRequest')) b.receive(request);
  b.settle();
  for (const answer of b.takeSent('appendResponse')) a.receive(answer); // commits the joint configuration
  a.settle();
  a.takeSent(); // what ends it stands on a's disk alone
  const removing = a.status.configuration;
  expect([removing.outgoing, removing.index]).toEqual([[], b.status.lastIndex + 1]);
  a.restart();
  net.pass(5_000);
  expect(b.status).toMatchObject({ role: 'leader', configuration: removing });
  expect(a.status.role).toBe('follower');
  const terms = [a.status.term, b.status.term];
  net.pass(5_000);
  expect([a.status.term, b.status.term]).toEqual(terms); // committed: it never campaigns again
});

test('a new disk takes the place of the old one: learner first, then one joint change', () => {
  const net = network(['x']);
  const a = net.node('a');
  net.isolate('c');
  const fresh = { ...member('x'), peerId: member('c').peerId };
  a.change({ kind: 'replace', old: store('c'), member: fresh });
  net.settle();
  expect(votersOf(a)).toEqual(founders);
  net.pass(500);
  expect(votersOf(a)).toEqual(['a', 'b', 'x']);
  expect(a.status.configuration).toMatchObject({ outgoing: [], learners: [], removed: ['c'] });
});

test('a single voter takes in a second one', () => {
  const nodes = ['a', 'd'].map((name) => new TestNode(name, { names: ['a'] }));
  const net = new TestNetwork(nodes);
  net.elect(['a']);
  net.pass(100);
  net.node('a').change(addVoter('d'));
  net.pass(500);
  expect(votersOf(net.node('d'))).toEqual(['a', 'd']);
  net.node('a').propose('needs both');
  net.settle();
  expect(net.node('a').status.commit).toBe(net.node('a').status.lastIndex);
});

describe('refused, with nothing changed:', () => {
  test('a change that a follower is asked for', () => {
    const net = network();
    net.node('b').change(remove('c'));
    net.settle();
    expect(reasonsOf(net.node('b'))).toEqual(['NOT_LEADER']);
  });

  test('a change before the no-op of the term is committed', () => {
    const a = leader('a', { names: founders });
    a.change(remove('c'));
    a.settle();
    expect(reasonsOf(a)).toEqual(['NO_OP_NOT_COMMITTED']);
    expect(a.status.lastIndex).toBe(2);
  });

  test('a change while another is under way', () => {
    const net = network(['d', 'e']);
    const a = net.node('a');
    a.change(addVoter('d'));
    a.change(addVoter('e'));
    a.settle();
    expect(reasonsOf(a)).toEqual(['appended', 'CHANGE_IN_PROGRESS']);
    expect(a.status.configuration.learners.map(({ storeId }) => storeId)).toEqual(['d']);
  });

  test('a change of a configuration that is not the current one any more', () => {
    const net = network(['d']);
    const a = net.node('a');
    const { index } = a.status.configuration;
    a.change({ kind: 'add', member: member('d'), wants: 'learner' });
    net.settle();
    a.change(remove('c'), index);
    net.settle();
    expect(reasonsOf(a)).toEqual(['appended', 'CONFIGURATION_MOVED']);
    expect(votersOf(a)).toEqual(founders);
  });

  test('taking the last voter away', () => {
    const a = leader('a', { names: ['a'] });
    a.settle();
    a.change(remove('a'));
    a.settle();
    expect(reasonsOf(a)).toEqual(['LAST_VOTER']);
  });

  test('taking away a voter that is needed while another is silent', () => {
    const net = network();
    const a = net.node('a');
    net.isolate('c');
    net.pass(1_200);
    a.change(remove('b'));
    net.settle();
    expect(reasonsOf(a)).toEqual(['QUORUM_AT_RISK']);
  });
});

test('only a learner that wants to be a voter is promoted: a removed voter never is again', () => {
  const net = network();
  const a = net.node('a');
  a.change(remove('c'));
  net.pass(300);
  a.change({ kind: 'add', member: member('c'), wants: 'voter' });
  net.pass(1_000);
  expect(reasonsOf(a)).toEqual(['appended', 'REMOVED']);
  expect(votersOf(a)).toEqual(['a', 'b']);
});
