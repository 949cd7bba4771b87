// The invariants of logs, leaders and states, on made-up courses of events.

import { CommittedDurable } from './invariants/committed-durable.ts';
import { Held } from './invariants/held.ts';
import { LeaderCompleteness } from './invariants/leader-completeness.ts';
import { LogMatching } from './invariants/log-matching.ts';
import { Monotone } from './invariants/monotone.ts';
import { OneLeader } from './invariants/one-leader.ts';
import { StateHash } from './invariants/state-hash.ts';
import { Votes } from './invariants/votes.ts';
import {
  a,
  allStarted,
  append,
  applied,
  b,
  c,
  committed,
  entry,
  hard,
  leading,
  second,
  started,
  stepped,
  testInvariants,
  vote,
  write,
  written,
  type Case,
} from './made-up.ts';

const cases: readonly Case[] = [
  {
    title: 'what a leader takes to be held, and has committed, is held',
    invariant: () => new Held(),
    good: [...committed, leading(a, 2, 2, [[b, 2]]), leading(a, 2, 1, [[c, 2]])],
    bad: [...committed, leading(a, 2, 2, [[c, 2]])],
    broken: /a takes c to hold 2, and that holds 1/,
  },
  {
    title: 'one leader a term, by status',
    invariant: () => new OneLeader(),
    good: [stepped(a, 'leader', 2, 0), stepped(b, 'leader', 3, 0), stepped(a, 'leader', 4, 0)],
    bad: [stepped(a, 'leader', 2, 0), stepped(b, 'leader', 2, 0)],
    broken: /term 2 is led by a and by b/,
  },
  {
    title: 'one leader a term, by messages',
    invariant: () => new OneLeader(),
    good: [stepped(a, 'leader', 2, 0), append(a, 2, 1, [second])],
    bad: [stepped(c, 'leader', 2, 0), append(a, 2, 1, [second])],
    broken: /term 2 is led by c and by a/,
  },
  {
    title: 'log matching: one entry for an index and term',
    invariant: () => new LogMatching(),
    good: [...allStarted, ...written(a, { entries: [second] }), append(a, 2, 1, [second])],
    bad: [...allStarted, ...written(a, { entries: [second] }), append(a, 2, 1, [entry(2, 2, 99)])],
    broken: /two entries at 2 in term 2/,
  },
  {
    title: 'log matching: the same entry before it',
    invariant: () => new LogMatching(),
    good: [append(a, 3, 2, [entry(3, 3)]), append(a, 3, 2, [entry(3, 3), entry(4, 3)])],
    bad: [append(a, 3, 2, [entry(3, 3)]), append(a, 3, 1, [entry(3, 3)])],
    broken: /the logs below entry 3 of term 3 differ/,
  },
  {
    title: 'log matching: terms never fall along a log',
    invariant: () => new LogMatching(),
    good: [append(a, 3, 1, [entry(2, 2), entry(3, 3)])],
    bad: [append(a, 3, 1, [entry(2, 3), entry(3, 2)])],
    broken: /entry 3 of term 2 follows one of term 3/,
  },
  {
    title: 'leader completeness',
    invariant: () => new LeaderCompleteness(),
    good: [...committed, stepped(b, 'leader', 3, 1)],
    bad: [...committed, stepped(c, 'leader', 3, 1)],
    broken: /c leads term 3 without entry 2, committed in term 2/,
  },
  {
    title: 'commits are durable on a quorum',
    invariant: () => new CommittedDurable(),
    good: committed,
    bad: [
      ...allStarted,
      ...written(a, { entries: [second] }),
      write('issued', b, { entries: [second] }),
      stepped(a, 'leader', 2, 2),
    ],
    broken: /committed entry 2 is durable on 1 of 3 voters only/,
  },
  {
    title: 'committed entries are not truncated',
    invariant: () => new CommittedDurable(),
    good: [...committed, write('synced', b, { truncateFrom: 2, entries: [second] })],
    bad: [...committed, write('synced', b, { truncateFrom: 2, entries: [entry(2, 3)] })],
    broken: /committed entry 2 is durable on 1 of 3 voters only/,
  },
  {
    title: 'committed entries outlive a restart',
    invariant: () => new CommittedDurable(),
    good: [...committed, started(b, [1, 2])],
    bad: [...committed, started(b, [1])],
    broken: /committed entry 2 is durable on 1 of 3 voters only/,
  },
  {
    title: 'nobody commits ahead of the leaders',
    invariant: () => new CommittedDurable(),
    good: [...committed, stepped(b, 'follower', 2, 2)],
    bad: [...committed, stepped(b, 'follower', 2, 3)],
    broken: /b takes entry 3 for committed, no leader does/,
  },
  {
    title: 'equal state at equal index',
    invariant: () => new StateHash(),
    good: [applied(a, second, 7), applied(b, second, 7), applied(a, entry(3, 2), 8)],
    bad: [applied(a, second, 7), applied(b, second, 8)],
    broken: /the state of b at 2 differs/,
  },
  {
    title: 'equal state after a restart',
    invariant: () => new StateHash(),
    good: [applied(a, second, 2), started(a, [1, 2], { applied: 2 })],
    bad: [applied(a, second, 7), started(a, [1, 2], { applied: 2 })],
    broken: /the state of a at 2 differs/,
  },
  {
    title: 'one vote a term, also across a restart',
    invariant: () => new Votes(),
    good: [vote(a, b, 2), started(a, [1], { term: 2 }), vote(a, b, 2), vote(a, c, 3)],
    bad: [vote(a, b, 2), started(a, [1], { term: 2 }), vote(a, c, 2)],
    broken: /a votes for b and for c in term 2/,
  },
  {
    title: 'a vote on disk is a vote',
    invariant: () => new Votes(),
    good: [write('synced', a, { hardState: hard(2, b) }), vote(a, b, 2)],
    bad: [write('synced', a, { hardState: hard(2, b) }), vote(a, c, 2)],
    broken: /a votes for b and for c in term 2/,
  },
  {
    title: 'a disk gives back the vote that it was told',
    invariant: () => new Votes(),
    good: [write('synced', a, { hardState: hard(2, b) }), started(a, [1], { term: 2, vote: b })],
    bad: [write('synced', a, { hardState: hard(2, b) }), started(a, [1], { term: 2 })],
    broken: /a voted for b in term 2, and restarts with a vote for nobody/,
  },
  {
    title: 'terms rise across restarts',
    invariant: () => new Votes(),
    good: [write('synced', a, { hardState: hard(3) }), started(a, [1], { term: 3 })],
    bad: [write('synced', a, { hardState: hard(3) }), started(a, [1], { term: 2 })],
    broken: /a goes back from term 3 to 2/,
  },
  {
    title: 'the commit index never falls within a run',
    invariant: () => new Monotone(),
    good: [started(a, [1]), stepped(a, 'follower', 2, 5), started(a, [1]), stepped(a, 'follower', 2, 0)],
    bad: [started(a, [1]), stepped(a, 'follower', 2, 5), stepped(a, 'follower', 2, 4)],
    broken: /commit of a falls from 5 to 4/,
  },
  {
    title: 'entries are applied one by one',
    invariant: () => new Monotone(),
    good: [...committed, started(a, [1, 2]), applied(a, entry(1, 1)), applied(a, second)],
    bad: [...committed, started(a, [1, 2]), applied(a, second)],
    broken: /a applies 2 after 0/,
  },
  {
    title: 'only committed entries are applied',
    invariant: () => new Monotone(),
    good: [...committed, applied(a, entry(1, 1)), applied(a, second)],
    bad: [...committed, applied(a, entry(1, 1)), applied(a, entry(2, 3))],
    broken: /a applies an entry at 2 that is not committed/,
  },
  {
    title: 'only what the own disk has is applied',
    invariant: () => new Monotone(),
    good: [...committed, ...written(c, { entries: [second] }), applied(c, entry(1, 1)), applied(c, second)],
    bad: [
      ...committed,
      write('issued', c, { entries: [second] }),
      applied(c, entry(1, 1)),
      applied(c, second),
    ],
    broken: /c applies 2 before its own disk has it/,
  },
  {
    title: 'the flushed state never goes back',
    invariant: () => new Monotone(),
    good: [started(a, [1, 2], { applied: 1 }), started(a, [1, 2], { applied: 2 })],
    bad: [started(a, [1, 2], { applied: 2 }), started(a, [1, 2], { applied: 1 })],
    broken: /a restarts from 1, earlier from 2/,
  },
];

testInvariants(cases);
