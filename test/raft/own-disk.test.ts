// What a peer does whose own disk lost entries: Y1–Y3 of raft/own-disk.ts.

import { describe, expect, test } from 'vitest';
import { asImpairment, asIndex, asTerm, type Message, sound } from '../../raft/types.ts';
import { present } from '../../src/lib/assert.ts';
import { append, heartbeat, peer, request, unstick } from './alone.ts';
import { campaign, command, grantOf, store, type TestNode } from './node.ts';

const a = store('a');
const b = store('b');

const impaired = (): TestNode => peer({ impaired: true });

/** The number under which this run says that it is impaired. */
function impairmentOf(node: TestNode): number {
  node.receive(heartbeat(0));
  node.settle();
  return present(node.takeSent('heartbeatResponse').at(-1), 'it answers').impairment;
}

function mended(impairment: number, index: number, term = 2): Message {
  return {
    kind: 'mended',
    from: b,
    to: a,
    term: asTerm(term),
    impairment: asImpairment(impairment),
    index: asIndex(index),
  };
}

describe('Y1 an impaired peer', () => {
  test.each([
    ['pre-vote', true],
    ['vote', false],
  ])('grants no %s, and says so', (_, preVote) => {
    for (const [node, granted] of [
      [peer(), true],
      [impaired(), false],
    ] as const) {
      unstick(node);
      node.receive(request(preVote));
      node.settle();
      expect(node.takeSent('voteResponse')).toMatchObject([{ preVote, granted }]);
    }
  });

  test('never campaigns, however long it hears nobody, and not when it is told to', () => {
    const node = impaired();
    node.pass(20_000);
    node.receive({ kind: 'timeoutNow', from: b, to: a, term: asTerm(2) });
    node.settle();
    expect(node.status).toMatchObject({ role: 'follower', term: 2, impaired: true });
    expect(node.takeSent()).toEqual([]);
  });

  test('says so in each answer to a leader, also to one of the past', () => {
    const node = impaired();
    const impairment = impairmentOf(node);
    expect(impairment).not.toBe(sound);
    node.receive(append(2, 3, [command(4, 2)]));
    node.receive(append(2, 9, []));
    node.receive({ ...heartbeat(0), term: asTerm(1) });
    node.settle();
    const said = node.takeSent().map((message) => ('impairment' in message ? message.impairment : undefined));
    expect(said).toEqual([impairment, impairment, impairment]);
  });

  test('takes in entries and applies what an append shows to be committed', () => {
    const node = impaired();
    node.receive(append(2, 3, [command(4, 2)], 4));
    node.settle();
    expect(node.status).toMatchObject({ lastIndex: 4, commit: 4, applied: 4 });
  });

  test('names itself anew in each run', () => {
    const node = impaired();
    const before = impairmentOf(node);
    node.restart();
    expect(impairmentOf(node)).not.toBe(before);
  });
});

describe('Y2 an impaired peer is mended', () => {
  test('once it holds the entry that its leader names, and that is on its disk', () => {
    const node = impaired();
    const impairment = impairmentOf(node);
    node.receive(mended(impairment, 3));
    node.take();
    expect(node.writing).toMatchObject({ mended: true, entries: [], hardState: undefined });
    expect(node.status.impaired).toBe(true);
    node.receive(heartbeat(0, 2));
    node.take();
    expect(node.takeSent()).toMatchObject([{ kind: 'heartbeatResponse', impairment }]);
    node.persist();
    expect(node.status.impaired).toBe(false);
    expect(impairmentOf(node)).toBe(sound);
    node.restart();
    expect(node.status.impaired).toBe(false);
  });

  test('and votes and campaigns again', () => {
    const node = impaired();
    node.receive(mended(impairmentOf(node), 3));
    node.settle();
    campaign(node);
    for (const message of node.takeSent('voteRequest')) node.receive(grantOf(message));
    expect(node.status).toMatchObject({ role: 'leader', term: 3 });
  });

  test.each([
    ['what was said to an earlier run', (n: number) => mended(n + 1, 3)],
    ['an entry that it lacks', (n: number) => mended(n, 4)],
    ['an entry of another term', (n: number) => mended(n, 1)],
    ['a leader of an earlier term', (n: number) => mended(n, 1, 1)],
    ['a leader of a later term, of which it has no entry', (n: number) => mended(n, 3, 3)],
  ])('but not by %s', (_, messageFor) => {
    const node = impaired();
    node.receive(messageFor(impairmentOf(node)));
    node.settle();
    expect(node.status.impaired).toBe(true);
  });

  test('but not by an entry that is not on its disk yet', () => {
    const node = impaired();
    const impairment = impairmentOf(node);
    node.receive(append(2, 3, [command(4, 2)]));
    node.take();
    node.receive(mended(impairment, 4));
    node.persist();
    node.settle();
    expect(node.status.impaired).toBe(true);
    node.receive(mended(impairment, 4));
    node.settle();
    expect(node.status.impaired).toBe(false);
  });

  test('once: what is said again writes nothing', () => {
    const node = impaired();
    const message = mended(impairmentOf(node), 3);
    node.receive(message);
    node.take();
    node.receive(message);
    node.persist();
    node.receive(message);
    expect(node.raft.hasReady()).toBe(false);
  });

  test('and a sound peer takes no notice', () => {
    const node = peer();
    node.receive(mended(sound, 3));
    expect(node.raft.hasReady()).toBe(false);
  });
});

test('Y3: an impaired peer takes no commit index from a heartbeat: that rests on what it has forgotten', () => {
  const node = impaired();
  node.receive(heartbeat(3));
  node.receive(heartbeat(9)); // acknowledged once
  node.settle();
  expect(node.status.commit).toBe(0);
  const other = peer();
  other.receive(heartbeat(3));
  expect(other.status.commit).toBe(3);
});

describe('Y7 a peer whose disk forgot the end of its log', () => {
  test('is impaired as soon as a leader counts on that, and says so in this answer', () => {
    const node = peer();
    node.receive(heartbeat(4));
    node.settle();
    expect(node.status).toMatchObject({ impaired: true, commit: 0, lastIndex: 3 });
    expect(present(node.takeSent('heartbeatResponse').at(-1), 'it answers').impairment).not.toBe(sound);
    node.pass(1_000);
    node.receive(request(false));
    node.settle();
    expect(node.takeSent('voteResponse')).toMatchObject([{ granted: false }]);
  });

  test('says the same in each answer of this run, and is mended like any other', () => {
    const node = peer();
    node.receive(heartbeat(4));
    node.settle();
    const impairment = present(node.takeSent('heartbeatResponse').at(-1), 'it answers').impairment;
    node.receive(heartbeat(4, 2));
    expect(impairmentOf(node)).toBe(impairment);
    node.receive(append(2, 3, [command(4, 2)]));
    node.settle();
    node.receive(mended(impairment, 4));
    node.settle();
    expect(node.status.impaired).toBe(false);
    node.receive(heartbeat(4, 3));
    expect(node.status).toMatchObject({ impaired: false, commit: 4 });
  });
});
