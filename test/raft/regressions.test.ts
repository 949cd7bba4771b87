// Faults that were found in the core, each with the smallest course of events that shows it.

import { expect, test } from 'vitest';
import { raftDefaults } from '../../raft/config.ts';
import { Raft } from '../../raft/raft.ts';
import {
  asClusterId,
  asIndex,
  asPeerId,
  asRequestId,
  asStoreId,
  asTerm,
  type Entry,
  type Genesis,
  noBase,
  sound,
  type StoreId,
} from '../../raft/types.ts';
import { addVoter, network, votersOf } from './members.ts';
import { acceptOf, ackOf, leader, store } from './node.ts';

const [a, b, c] = ['a', 'b', 'c'].map(asStoreId) as [StoreId, StoreId, StoreId];
const genesis: Genesis = {
  clusterId: asClusterId('cluster'),
  name: 'regressions',
  founders: ['a', 'b', 'c'].map((name) => ({
    storeId: asStoreId(name),
    peerId: asPeerId(name),
    api: `http://${name}`,
    raft: `${name}:1`,
  })),
};
const firstEntry: Entry = {
  index: asIndex(1),
  term: asTerm(1),
  time: 0,
  payload: { kind: 'genesis', genesis },
};

/** Peer `a`, whose log is genesis alone and whose disk has `term`. */
function coreAt(term: number): Raft {
  return new Raft({
    storeId: a,
    config: raftDefaults,
    seed: 1,
    now: 0,
    restored: {
      hardState: { term: asTerm(term), vote: undefined },
      base: noBase,
      lastIndex: asIndex(1),
      termRuns: [{ from: asIndex(1), term: asTerm(1) }],
      tail: [firstEntry],
      genesis,
      configurations: [],
      impaired: false,
    },
    applied: asIndex(1),
  });
}

// Simulation, seed 9. A leader of term 3 sent heartbeat 9 and was deposed; it leads again, in term 5, and its rounds
// count from 1 when the late heartbeat arrives. An answer with round 9 of term 5 would prove to it that a follower
// heard a round which was never sent: reads and check-quorum would trust what nobody said.
test('a late heartbeat of an older term is answered without its round', () => {
  const core = coreAt(5);
  core.step({
    kind: 'receive',
    message: {
      kind: 'heartbeatRequest',
      from: b,
      to: a,
      term: asTerm(3),
      round: 9,
      commit: asIndex(1),
    },
  });
  expect(core.takeReady().messages).toEqual([
    { kind: 'heartbeatResponse', impairment: sound, full: false, from: a, to: b, term: 5, round: 0 },
  ]);
});

// Simulation, seed 138, when learners were first judged by what they hold as they become voters. Every read began a round,
// and every round put off the next heartbeat; what a leader does at heartbeats (promote learners, leave a joint
// configuration) never came about under a steady stream of reads.
test('a learner is made a voter however many reads there are', () => {
  const net = network(['d']);
  const leader = net.node('a');
  leader.change(addVoter('d'));
  for (let read = 1; read <= 25; read += 1) {
    leader.read(read);
    net.pass(20);
  }
  expect(leader.reads.length).toBe(25);
  expect(votersOf(leader)).toEqual(['a', 'b', 'c', 'd']);
});

// Simulation, seed 23. While a leader handed over, it did not note what it had committed at heartbeats; a hand-over that
// was given up left it with an old measure, by which a learner that lagged far behind was made a voter.
test('after a hand-over that was given up, a learner that lags is not made a voter', () => {
  const node = leader('a', { names: ['a', 'b', 'c'] });
  const holding = new Set<StoreId>([b, c]);
  /** Everyone answers heartbeats; appends are acknowledged by those who hold what comes. */
  const answer = (): void => {
    node.settle();
    for (const message of node.takeSent()) {
      if (message.kind === 'heartbeatRequest') node.receive(ackOf(message));
      if (message.kind === 'appendRequest' && holding.has(message.to)) node.receive(acceptOf(message));
    }
    node.settle();
  };
  const pass = (elapsedMs: number): void => {
    for (let passed = 0; passed < elapsedMs; passed += 50) {
      node.tick(50);
      answer();
    }
  };
  answer();
  node.change(addVoter('d'));
  answer();
  pass(200);
  const held = node.status.commit;
  for (const text of ['x', 'y', 'z']) node.propose(text);
  node.step({ kind: 'transfer', requestId: asRequestId(1), to: b });
  holding.delete(b);
  answer();
  expect(node.status.commit).toBe(held + 3);
  pass(800);
  node.receive({
    kind: 'appendResponse',
    impairment: sound,
    from: store('d'),
    to: node.id,
    term: node.status.term,
    outcome: { kind: 'accepted', match: held },
  });
  pass(400);
  expect(node.transfers).toMatchObject([{ kind: 'refused', reason: 'TIMED_OUT' }]);
  expect(node.status.configuration).toMatchObject({ outgoing: [], learners: [{ storeId: 'd' }] });
});
