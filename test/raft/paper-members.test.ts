// Paper tests: who joins, and what two sets of voters decide (§4), on small networks of cores.

import { describe, expect, test } from 'vitest';
import { present } from '../../src/lib/assert.ts';
import { addVoter, founders, network, promote, reasonsOf, remove, votersOf } from './members.ts';
import { acceptOf, ackOf, config, leader, member, store } from './node.ts';

describe('who joins', () => {
  test('is a learner first, catches up from genesis, and is made a voter by the leader itself (§4.2.1)', () => {
    const net = network(['d']);
    const a = net.node('a');
    for (let i = 0; i < 20; i += 1) a.propose(`before ${i}`);
    net.settle();
    a.change(addVoter('d'));
    net.settle();
    expect(reasonsOf(a)).toEqual(['appended']);
    expect(a.status.configuration).toMatchObject({
      voters: founders.map(member),
      learners: [{ wants: 'voter' }],
    });
    net.pass(500);
    for (const node of net.nodes.values()) {
      expect(votersOf(node)).toEqual(['a', 'b', 'c', 'd']);
      expect(node.status.configuration).toMatchObject({ outgoing: [], learners: [] });
      expect(node.disk.entries).toEqual(a.disk.entries);
    }
  });

  test('only the entry of the change that was asked for has the note of who asked', () => {
    const net = network(['d']);
    net.node('a').change(addVoter('d'));
    net.pass(500);
    const configurations = net
      .node('b')
      .disk.entries.flatMap(({ payload }) => (payload.kind === 'configuration' ? [payload] : []));
    const notes = configurations.map(({ note, membership: { learners, outgoing } }) => [
      note,
      learners.length,
      outgoing.length,
    ]);
    expect(notes).toEqual([
      ['who asked', 1, 0],
      [undefined, 0, 3],
      [undefined, 0, 0],
    ]);
  });

  test('neither votes nor counts while it learns', () => {
    const net = network(['d']);
    const a = net.node('a');
    a.change({ kind: 'add', member: member('d'), wants: 'learner' });
    net.pass(500);
    expect(votersOf(net.node('d'))).toEqual(founders);
    net.isolate('b');
    net.isolate('c');
    const before = a.status.commit;
    a.propose('two of four disks');
    net.settle();
    expect(net.node('d').disk.entries.length).toBe(a.disk.entries.length);
    expect(a.status.commit).toBe(before);
  });

  test('never campaigns before the log has made it a voter', () => {
    const net = network(['d']);
    net.node('a').change({ kind: 'add', member: member('d'), wants: 'learner' });
    net.pass(500);
    net.isolate('d');
    net.pass(5_000);
    expect(net.node('d').status).toMatchObject({ role: 'follower', term: net.node('a').status.term });
  });

  test('reads through the leader like any follower', () => {
    const net = network(['d']);
    net.node('a').change({ kind: 'add', member: member('d'), wants: 'learner' });
    net.pass(500);
    net.node('d').read(7);
    net.settle();
    expect(net.node('d').reads).toMatchObject([{ kind: 'confirmed', requestId: 7 }]);
  });

  test('as a learner for good is promoted when it is asked for, and not while it lags', () => {
    const net = network(['d']);
    const a = net.node('a');
    a.change({ kind: 'add', member: member('d'), wants: 'learner' });
    net.isolate('d');
    net.pass(300);
    a.change(promote('d'));
    net.settle();
    expect(reasonsOf(a)).toEqual(['appended', 'LAGGING']);
    net.heal();
    net.pass(1_000);
    expect(votersOf(a)).toEqual(founders);
    a.change(promote('d'));
    net.pass(300);
    expect(votersOf(net.node('d'))).toEqual(['a', 'b', 'c', 'd']);
  });

  test('is not promoted while it is silent, though it lacks nothing while nothing is written', () => {
    const net = network(['d']);
    const a = net.node('a');
    a.change({ kind: 'add', member: member('d'), wants: 'learner' });
    net.pass(500);
    net.isolate('d');
    net.pass(config.electionMaxMs + 100);
    a.change(promote('d'));
    net.settle();
    expect(reasonsOf(a)).toEqual(['appended', 'LAGGING']);
    expect(votersOf(a)).toEqual(founders);
  });
});

describe('a joint configuration', () => {
  test('is in effect as soon as it is appended, and needs a majority of both sets (§4.3)', () => {
    const a = leader('a', { names: ['a', 'b', 'c', 'd', 'e'] });
    a.settle();
    for (const request of a.takeSent('appendRequest')) a.receive(acceptOf(request));
    a.pass(100);
    for (const request of a.takeSent('heartbeatRequest')) a.receive(ackOf(request));
    a.settle();
    a.takeSent();
    a.change(remove('e'));
    a.settle();
    const { configuration } = a.status;
    expect(configuration.voters.length).toBe(4);
    expect(configuration.outgoing.length).toBe(5);
    const appends = a.takeSent('appendRequest').filter(({ entries }) => entries.length > 0);
    expect(appends.map(({ to }) => to)).toEqual(['b', 'c', 'd', 'e']);
    for (const request of appends.filter(({ to }) => to === store('b') || to === store('e'))) {
      a.receive(acceptOf(request)); // 3 of the 5 of before, 2 of the 4 of after
    }
    a.settle();
    expect(a.status.commit).toBeLessThan(configuration.index);
    for (const request of appends.filter(({ to }) => to === store('c'))) a.receive(acceptOf(request));
    a.settle();
    expect(a.status.commit).toBe(configuration.index);
    expect(a.status.configuration).toMatchObject({
      index: configuration.index + 1,
      outgoing: [],
      removed: ['e'],
    });
  });

  test('is left by the next leader, if that is who finds it committed', () => {
    const net = network();
    const a = net.node('a');
    a.change(remove('a'));
    a.settle(); // durable at a, and sent
    const [b, c] = [net.node('b'), net.node('c')];
    for (const request of a.takeSent('appendRequest')) {
      const to = present(net.nodes.get(request.to), 'a node');
      to.receive(request);
      to.settle();
      to.takeSent(); // its answer is lost
    }
    for (const node of [a, b, c]) expect(node.status.configuration.outgoing.length).toBe(3);
    net.isolate('a');
    const next = net.elect(['b', 'c']);
    net.pass(500);
    for (const node of [b, c]) {
      expect(node.status.configuration).toMatchObject({ outgoing: [], removed: ['a'] });
      expect(votersOf(node)).toEqual(['b', 'c']);
    }
    expect(next.status.commit).toBe(next.status.lastIndex);
  });

  test('that is overwritten brings back the one before, also after a restart (§4.1)', () => {
    const net = network();
    const a = net.node('a');
    net.isolate('a');
    a.change(remove('c'));
    a.settle();
    a.takeSent();
    expect(votersOf(a)).toEqual(['a', 'b']);
    a.restart();
    expect(a.status.configuration).toMatchObject({ outgoing: founders.map(member) });
    const next = net.elect(['b', 'c']);
    next.propose('overwrites it');
    net.heal();
    net.pass(1_000);
    expect(a.status.configuration).toMatchObject({ index: 1, outgoing: [] });
    expect(votersOf(a)).toEqual(founders);
  });
});
