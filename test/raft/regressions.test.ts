// Faults that were found in the core, each with the smallest course of events that shows it.

import { expect, test } from 'vitest';
import { raftDefaults } from '../../raft/config.ts';
import { Raft } from '../../raft/raft.ts';
import {
  asClusterId,
  asIndex,
  asPeerId,
  asStoreId,
  asTerm,
  type Entry,
  type Genesis,
  noBase,
  sound,
} from '../../raft/types.ts';

const [a, b] = [asStoreId('a'), asStoreId('b')];
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
