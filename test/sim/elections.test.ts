// The invariants of who may lead and who belongs to the cluster, on made-up courses of events.

import { asIndex, asPeerId, asStoreId, asTerm, type Configuration, type StoreId } from '../../raft/types.ts';
import { Changes } from './invariants/changes.ts';
import { Electable } from './invariants/electable.ts';
import { Elected } from './invariants/elected.ts';
import { InEffect } from './invariants/in-effect.ts';
import {
  a,
  allStarted,
  b,
  c,
  committed,
  entry,
  hard,
  second,
  started,
  stepped,
  testInvariants,
  vote,
  voteRequest,
  write,
  written,
} from './made-up.ts';
import type { Observation } from './observation.ts';

const d = asStoreId('d');

const members = (stores: readonly StoreId[]) =>
  stores.map((storeId) => ({ storeId, peerId: asPeerId(storeId), api: '', raft: '' }));

interface Sets {
  readonly outgoing?: readonly StoreId[];
  readonly learners?: readonly StoreId[];
  readonly removed?: readonly StoreId[];
}

function configuration(index: number, voters: readonly StoreId[], sets: Sets = {}): Configuration {
  const { outgoing = [], learners = [], removed = [] } = sets;
  const wanting = { wants: 'voter', replaces: undefined } as const;
  const described = members(learners).map((member) => Object.assign(member, wanting));
  return {
    index: asIndex(index),
    voters: members(voters),
    outgoing: members(outgoing),
    learners: described,
    removed,
  };
}

const founding = configuration(1, [a, b, c]);
const learning = configuration(2, [a, b, c], { learners: [d] });

/** By leader a of term 2, which has committed entry 2 of its term. */
const configured = (previous: Configuration, next: Configuration, settled = 0): Observation => ({
  kind: 'configured',
  peer: a,
  term: asTerm(2),
  previous,
  configuration: next,
  settled: asIndex(settled),
});

/** The leader's log has a configuration at 2 that it does not go by, or does. */
const grown = (goesBy: Configuration): readonly Observation[] => {
  const { voters, outgoing, learners, removed } = learning;
  const payload = { kind: 'configuration', membership: { voters, outgoing, learners, removed } } as const;
  const at2 = { index: asIndex(2), term: asTerm(2), time: 0, payload };
  const leads = stepped(a, 'leader', 2, 1);
  const status = leads.kind === 'stepped' ? { ...leads.status, configuration: goesBy } : undefined;
  return [
    ...allStarted,
    stepped(a, 'follower', 1, 1),
    ...(status === undefined ? [] : [{ kind: 'stepped', peer: a, status } as const]),
    write('issued', a, { entries: [at2] }),
  ];
};

function requestTo(to: StoreId): Observation {
  const asked = voteRequest(1, 1);
  return asked.kind === 'sent' ? { kind: 'sent', message: { ...asked.message, to } } : asked;
}

const joint = configuration(3, [a, b, c, d], { outgoing: [a, b, c] });

testInvariants([
  {
    title: 'nobody can be elected who lacks what was committed, however new its log',
    invariant: () => new Electable(),
    good: [...committed, ...written(c, { entries: [second, entry(3, 2)] })],
    bad: [...committed, ...written(c, { entries: [entry(2, 3)] })],
    broken: /c has the votes to lead, but lacks entry 2/,
  },
  {
    title: 'nobody can be elected once a disk has forgotten',
    invariant: () => new Electable(),
    good: [...committed, started(c, [1])],
    bad: [...committed, started(b, [1])],
    broken: /b has the votes to lead, but lacks entry 2/,
  },
  {
    title: 'leaders have the votes of a quorum',
    invariant: () => new Elected(),
    good: [
      ...allStarted,
      write('synced', a, { hardState: hard(2, a) }),
      vote(b, a, 2),
      stepped(a, 'leader', 2, 1),
    ],
    bad: [...allStarted, write('synced', a, { hardState: hard(2, a) }), stepped(a, 'leader', 2, 1)],
    broken: /a leads term 2 with the votes of a among a, b, c/,
  },
  {
    title: "a leader's own vote counts once it is durable (R2)",
    invariant: () => new Elected(),
    good: [
      ...allStarted,
      write('synced', a, { hardState: hard(2, a) }),
      vote(b, a, 2),
      stepped(a, 'leader', 2, 1),
    ],
    bad: [
      ...allStarted,
      write('issued', a, { hardState: hard(2, a) }),
      vote(b, a, 2),
      stepped(a, 'leader', 2, 1),
    ],
    broken: /with the votes of b among/,
  },
  {
    title: 'votes of strangers do not elect',
    invariant: () => new Elected(),
    good: [...allStarted, vote(b, a, 2), vote(c, a, 2), stepped(a, 'leader', 2, 1)],
    bad: [...allStarted, vote(b, a, 2), vote(d, a, 2), stepped(a, 'leader', 2, 1)],
    broken: /a leads term 2 with the votes of b, d/,
  },
  {
    title: 'the newest configuration in the log is in effect',
    invariant: () => new InEffect(),
    good: grown(learning),
    bad: grown(founding),
    broken: /a goes by configuration 1, its log has 2/,
  },
  {
    title: 'votes are asked of voters',
    invariant: () => new InEffect(),
    good: [...allStarted, voteRequest(1, 1)],
    bad: [...allStarted, requestTo(d)],
    broken: /a asks d for a vote, which has none by its log up to 1/,
  },
  {
    title: 'a change waits for the one before it',
    invariant: () => new Changes(),
    good: [...committed, configured(founding, learning)],
    bad: [...committed, configured(configuration(4, [a, b, c]), configuration(5, [a, b, c]))],
    broken: /a appends configuration 5 while 4 is not committed/,
  },
  {
    title: "a change waits for an entry of its leader's term",
    invariant: () => new Changes(),
    good: [...committed, configured(founding, learning)],
    bad: [...allStarted, configured(founding, learning)],
    broken: /before anything of term 2 is committed/,
  },
  {
    title: 'voters change through a joint configuration',
    invariant: () => new Changes(),
    good: [...committed, ...written(d, { entries: [entry(1, 1), second] }), configured(learning, joint, 2)],
    bad: [...committed, configured(learning, configuration(3, [a, b, c, d]))],
    broken: /with other voters than before/,
  },
  {
    title: 'a joint configuration is left for its own voters',
    invariant: () => new Changes(),
    good: [...committed, configured({ ...joint, index: asIndex(2) }, configuration(3, [a, b, c, d]))],
    bad: [...committed, configured({ ...joint, index: asIndex(2) }, configuration(3, [a, b, c]))],
    broken: /behind a joint one that it does not leave/,
  },
  {
    title: 'the voters of before decide, too',
    invariant: () => new Changes(),
    good: [...committed, configured(founding, configuration(3, [a, b], { outgoing: [a, b, c] }))],
    bad: [...committed, configured(founding, configuration(3, [a, b], { outgoing: [a, b] }))],
    broken: /without the voters of before/,
  },
  {
    title: 'only learners become voters',
    invariant: () => new Changes(),
    good: [...committed, ...written(d, { entries: [entry(1, 1), second] }), configured(learning, joint, 2)],
    bad: [...committed, configured(founding, joint)],
    broken: /with the voter d, which was no learner/,
  },
  {
    title: 'only a learner that has caught up becomes a voter',
    invariant: () => new Changes(),
    good: [...committed, started(d, [1]), configured(learning, joint, 1)],
    bad: [...committed, started(d, [1]), configured(learning, joint, 2)],
    broken: /with the voter d, which lags/,
  },
  {
    title: 'a store that left never comes back',
    invariant: () => new Changes(),
    good: [
      ...committed,
      configured(configuration(1, [a, b], { removed: [c] }), configuration(2, [a, b], { learners: [d] })),
    ],
    bad: [
      ...committed,
      configured(configuration(1, [a, b], { removed: [d] }), configuration(2, [a, b], { learners: [d] })),
    ],
    broken: /with d, which was removed/,
  },
]);
