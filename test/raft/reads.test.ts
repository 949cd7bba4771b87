// Linearizable reads (§6.4, rule R12), on the leader and from followers.

import { describe, expect, test } from 'vitest';
import { asIndex, asRequestId, asTerm, type Message } from '../../raft/types.ts';
import { TestNetwork } from './network.ts';
import { acceptOf, ackOf, config, leader, store, TestNode, type NodeOptions } from './node.ts';

const names = ['a', 'b', 'c'];
const a = store('a');
const b = store('b');
const c = store('c');

type HeartbeatRequest = Extract<Message, { kind: 'heartbeatRequest' }>;

/** A leader whose no-op is committed and whose first round is answered. */
function established(options: Partial<NodeOptions> = {}): TestNode {
  const node = leader('a', { names, ...options });
  node.settle();
  for (const message of node.takeSent()) {
    if (message.kind === 'heartbeatRequest') node.receive(ackOf(message));
    if (message.kind === 'appendRequest') node.receive(acceptOf(message));
  }
  node.settle();
  node.takeSent();
  return node;
}

function roundTo(node: TestNode, to: typeof b): HeartbeatRequest[] {
  node.settle();
  return node.takeSent('heartbeatRequest').filter((message) => message.to === to);
}

describe('R12: on the leader', () => {
  test('a read sends a round at once and is confirmed when a quorum has answered it', () => {
    const node = established();
    node.read(1);
    const [request] = roundTo(node, b);
    expect(node.reads).toEqual([]);
    node.receive(ackOf(request as never));
    node.settle();
    expect(node.reads).toEqual([{ kind: 'confirmed', requestId: 1, index: 2 }]);
  });

  test('an answer to a round sent before the read was registered does not count', () => {
    const node = established();
    node.tick(config.heartbeatMs);
    const [before] = roundTo(node, b);
    node.read(1);
    const [after] = roundTo(node, b);
    node.receive(ackOf(before as never));
    node.settle();
    expect(node.reads).toEqual([]);
    node.receive(ackOf(after as never));
    node.settle();
    expect(node.reads).toHaveLength(1);
  });

  test('reads registered during a round share the next one, sent when it is done', () => {
    const node = established();
    node.read(1);
    const [first] = roundTo(node, b);
    for (const id of [2, 3, 4]) node.read(id);
    expect(roundTo(node, b)).toEqual([]);
    node.receive(ackOf(first as never));
    const [second] = roundTo(node, b);
    expect(node.reads.map((read) => read.requestId)).toEqual([1]);
    node.receive(ackOf(second as never));
    node.settle();
    expect(node.reads.map((read) => read.requestId)).toEqual([1, 2, 3, 4]);
  });

  test('they join the next heartbeat, too, should that round be lost', () => {
    const node = established();
    node.read(1);
    roundTo(node, b);
    node.read(2);
    node.tick(config.heartbeatMs);
    const [request] = roundTo(node, b);
    node.receive(ackOf(request as never));
    node.settle();
    expect(node.reads.map((read) => read.requestId)).toEqual([1, 2]);
  });

  test('the index holds everything acknowledged before the read', () => {
    const node = established();
    node.propose('x');
    node.settle();
    for (const message of node.takeSent('appendRequest')) node.receive(acceptOf(message));
    node.settle();
    expect(node.applied.at(-1)?.index).toBe(3);
    node.takeSent();
    node.read(1);
    const [request] = roundTo(node, b);
    node.receive(ackOf(request as never));
    node.settle();
    expect(node.reads).toEqual([{ kind: 'confirmed', requestId: 1, index: 3 }]);
  });

  test('before its no-op is committed a leader confirms nothing, whoever answers its heartbeats (§6.4)', () => {
    const node = leader('a', { names, terms: [1, 1] });
    node.read(1);
    node.settle();
    const sent = node.takeSent();
    for (let i = 0; i < 5; i += 1) {
      node.tick(config.heartbeatMs);
      node.settle();
      for (const request of node.takeSent('heartbeatRequest')) node.receive(ackOf(request));
    }
    node.settle();
    expect(node.reads).toEqual([]);
    for (const message of sent) if (message.kind === 'appendRequest') node.receive(acceptOf(message));
    const [request] = roundTo(node, b);
    node.receive(ackOf(request as never));
    node.settle();
    expect(node.reads).toEqual([{ kind: 'confirmed', requestId: 1, index: 4 }]);
  });

  test('a leader that is deposed refuses the reads that wait', () => {
    const node = established();
    node.read(1);
    node.settle();
    node.read(2);
    node.receive({ kind: 'heartbeatRequest', from: b, to: a, term: asTerm(9), round: 1, commit: asIndex(0) });
    node.settle();
    expect(node.reads).toEqual([
      { kind: 'refused', requestId: 1, reason: 'NO_LEADER' },
      { kind: 'refused', requestId: 2, reason: 'NO_LEADER' },
    ]);
  });

  test('a leader without a quorum confirms nothing and refuses in the end', () => {
    const node = established();
    node.read(1);
    node.pass(config.electionMaxMs + 50);
    node.settle();
    expect(node.reads).toEqual([{ kind: 'refused', requestId: 1, reason: 'NO_LEADER' }]);
  });

  test('waiting reads are bounded', () => {
    const node = established({ config: { readsMax: 2 } });
    for (const id of [1, 2, 3]) node.read(id);
    node.take();
    expect(node.reads).toEqual([{ kind: 'refused', requestId: 3, reason: 'BUSY' }]);
  });
});

function follower(options: Partial<NodeOptions> = {}): TestNode {
  const node = new TestNode('a', { names, hardState: { term: 2 }, ...options });
  node.receive({ kind: 'heartbeatRequest', from: b, to: a, term: asTerm(2), round: 1, commit: asIndex(0) });
  node.tick(10);
  node.settle();
  node.takeSent();
  return node;
}

function answer(requestId: number, index: number | undefined, from = b): Message {
  const found = index === undefined ? undefined : asIndex(index);
  return {
    kind: 'readResponse',
    from,
    to: a,
    term: asTerm(2),
    requestId: asRequestId(requestId),
    index: found,
  };
}

describe('R12: from a follower', () => {
  test('reads that came together are asked for in one request', () => {
    const node = follower();
    for (const id of [1, 2, 3]) node.read(id);
    node.settle();
    const requests = node.takeSent('readRequest');
    expect(requests).toMatchObject([{ to: b, term: 2 }]);
    node.receive(answer(requests[0]?.requestId ?? 0, 7));
    node.take();
    expect(node.reads).toEqual([1, 2, 3].map((requestId) => ({ kind: 'confirmed', requestId, index: 7 })));
  });

  test('without a leader a read is refused at once', () => {
    const node = new TestNode('a', { names });
    node.read(1);
    node.take();
    expect(node.reads).toEqual([{ kind: 'refused', requestId: 1, reason: 'NO_LEADER' }]);
  });

  test('a refusal of the leader, a change of leader, an election, and silence each refuse it, once', () => {
    const ends: ((node: TestNode, requestId: number) => void)[] = [
      (node, requestId) => node.receive(answer(requestId, undefined)),
      (node) =>
        node.receive({
          kind: 'heartbeatRequest',
          from: c,
          to: a,
          term: asTerm(3),
          round: 1,
          commit: asIndex(0),
        }),
      (node) => node.pass(config.electionMaxMs + 100),
      (node) => {
        for (let i = 0; i <= config.electionMaxMs / 50; i += 1) {
          node.tick(50);
          node.receive({
            kind: 'heartbeatRequest',
            from: b,
            to: a,
            term: asTerm(2),
            round: i,
            commit: asIndex(0),
          });
        }
      },
    ];
    for (const end of ends) {
      const node = follower();
      node.read(1);
      node.settle();
      const [request] = node.takeSent('readRequest');
      end(node, request?.requestId ?? 0);
      node.receive(answer(request?.requestId ?? 0, 9));
      node.settle();
      expect(node.reads).toEqual([{ kind: 'refused', requestId: 1, reason: 'NO_LEADER' }]);
    }
  });

  test('an answer from somebody who does not lead is no answer', () => {
    const node = follower();
    node.read(1);
    node.settle();
    const [request] = node.takeSent('readRequest');
    node.receive(answer(request?.requestId ?? 0, 7, c));
    node.take();
    expect(node.reads).toEqual([]);
  });

  test('an answer to an earlier run of this peer confirms nothing of this one (etcd #20418)', () => {
    const node = follower();
    node.read(1);
    node.settle();
    const [early] = node.takeSent('readRequest');
    node.restart();
    node.receive({ kind: 'heartbeatRequest', from: b, to: a, term: asTerm(2), round: 2, commit: asIndex(0) });
    node.settle();
    node.takeSent();
    node.read(1);
    node.settle();
    const [late] = node.takeSent('readRequest');
    expect(late?.requestId).not.toBe(early?.requestId);
    node.receive(answer(early?.requestId ?? 0, 3));
    node.take();
    expect(node.reads).toEqual([]);
  });

  test('waiting reads are bounded', () => {
    const node = follower({ config: { readsMax: 2 } });
    for (const id of [1, 2, 3]) node.read(id);
    node.take();
    expect(node.reads).toEqual([{ kind: 'refused', requestId: 3, reason: 'BUSY' }]);
  });

  test('a peer that does not lead says so, and one that leads a later term tells it', () => {
    const node = follower({ hardState: { term: 2 } });
    for (const term of [2, 1]) {
      node.receive({ kind: 'readRequest', from: c, to: a, term: asTerm(term), requestId: asRequestId(5) });
    }
    node.settle();
    expect(node.takeSent('readResponse')).toMatchObject([
      { to: c, term: 2, requestId: 5, index: undefined },
      { to: c, term: 2, requestId: 5, index: undefined },
    ]);
  });

  test('in a whole cluster, a read on any peer sees what was acknowledged before it', () => {
    const network = TestNetwork.of(names);
    const leading = network.elect();
    for (let i = 0; i < 10; i += 1) {
      leading.propose(`${i}`);
      network.settle();
      const acknowledged = leading.applied.at(-1)?.index ?? 0;
      for (const node of network.nodes.values()) {
        node.reads = [];
        node.read(i);
        network.settle();
        expect(node.reads).toEqual([{ kind: 'confirmed', requestId: i, index: acknowledged }]);
        expect(node.applied.at(-1)?.index).toBe(acknowledged);
      }
    }
  });
});
