// The invariants of snapshots, damaged disks and full disks, on made-up courses of events.

import {
  asImpairment,
  asIndex,
  asTerm,
  type Configuration,
  type Message,
  type Snapshot,
  sound,
} from '../../raft/types.ts';
import { CommittedDurable } from './invariants/committed-durable.ts';
import { Electable } from './invariants/electable.ts';
import { FullDisks } from './invariants/full-disks.ts';
import { Impaired } from './invariants/impaired.ts';
import { LogMatching } from './invariants/log-matching.ts';
import { Monotone } from './invariants/monotone.ts';
import { Snapshots } from './invariants/snapshots.ts';
import { StateHash } from './invariants/state-hash.ts';
import { Votes } from './invariants/votes.ts';
import {
  a,
  allStarted,
  applied,
  b,
  c,
  committed,
  entry,
  type Name,
  second,
  started,
  stepped,
  testInvariants,
  vote,
  write,
  written,
} from './made-up.ts';
import type { Observation } from './observation.ts';

const founding: Configuration = {
  index: asIndex(1),
  voters: [],
  outgoing: [],
  learners: [],
  removed: [],
};

const snapshot = (index: number, term: number, configuration = founding): Snapshot => ({
  index: asIndex(index),
  term: asTerm(term),
  time: 0,
  configuration,
  hash: '',
});

/** An operation of `peer` that installs what stands for everything up to entry 2. */
function installing(kind: 'issued' | 'synced', peer: Name, install = snapshot(2, 2)): Observation {
  const plain = write(kind, peer, {});
  return plain.kind === kind ? { ...plain, operation: { ...plain.operation, install } } : plain;
}

const installed = (peer: Name, index: number, hash = index): Observation => ({
  kind: 'installed',
  peer,
  applied: asIndex(index),
  stateHash: hash,
});

const damaged = (peer: Name): Observation => ({ kind: 'damaged', peer });

/** Of b, whose disk was damaged after entry 2 was committed, and has kept nothing of it. */
const forgotten: readonly Observation[] = [...committed, damaged(b), started(b, [1], { impaired: true })];

const mended = (peer: Name): Observation => {
  const plain = write('synced', peer, {});
  return plain.kind === 'synced' ? { ...plain, operation: { ...plain.operation, mended: true } } : plain;
};

const heartbeatResponse = (impairment: number): Observation => {
  const common = { from: b, to: a, term: asTerm(2), full: false, round: 1 };
  const message: Message = { kind: 'heartbeatResponse', ...common, impairment: asImpairment(impairment) };
  return { kind: 'sent', message };
};

const space = (full: boolean): Observation => ({ kind: 'space', peer: a, full });

const third = entry(3, 2);

testInvariants([
  {
    title: 'a snapshot stands for committed entries',
    invariant: () => new Snapshots(),
    good: [...committed, installing('issued', c)],
    bad: [...allStarted, installing('issued', c)],
    broken: /c installs 2, which nobody committed/,
  },
  {
    title: 'a snapshot names the term of its last entry',
    invariant: () => new Snapshots(),
    good: [...committed, installing('issued', c)],
    bad: [...committed, installing('issued', c, snapshot(2, 3))],
    broken: /c installs 2 of term 3, not 2/,
  },
  {
    title: 'a snapshot brings the newest configuration up to it',
    invariant: () => new Snapshots(),
    good: [...committed, installing('issued', c)],
    bad: [...committed, installing('issued', c, snapshot(2, 2, { ...founding, index: asIndex(2) }))],
    broken: /c installs 2 with configuration 2, not 1/,
  },
  {
    title: 'what a snapshot stands for is held',
    invariant: () => new CommittedDurable(),
    good: [...committed, installing('synced', c), started(b, [1])],
    bad: [...committed, started(b, [1])],
    broken: /committed entry 2 is durable on 1 of 3 voters only/,
  },
  {
    title: 'entries follow what was cut off',
    invariant: () => new LogMatching(),
    good: [...committed, ...written(a, { entries: [third] }), started(b, [2], { base: 2 })],
    bad: [...committed, ...written(a, { entries: [entry(3, 3)] }), started(b, [1], { base: 2 })],
    broken: /entry 3 of term 1 follows one of term 2/,
  },
  {
    title: 'a snapshot brings a state forward',
    invariant: () => new Monotone(),
    good: [...committed, started(c, [1]), installed(c, 2)],
    bad: [...committed, started(c, [1], { applied: 1 }), installed(c, 1)],
    broken: /c installs a state of 1, it has applied 1/,
  },
  {
    title: 'a state that is installed holds what is committed',
    invariant: () => new Monotone(),
    good: [...committed, installed(c, 2)],
    bad: [...committed, installed(c, 3)],
    broken: /c installs 3, which nobody committed/,
  },
  {
    title: 'what was cut off is in the flushed state (R9)',
    invariant: () => new Monotone(),
    good: [...committed, started(b, [], { base: 2, applied: 2, term: 2 })],
    bad: [...committed, started(b, [], { base: 2, applied: 1, term: 2 })],
    broken: /b restarts from 1, its log from 2/,
  },
  {
    title: 'equal state after an install',
    invariant: () => new StateHash(),
    good: [applied(a, second, 7), installed(c, 2, 7)],
    bad: [applied(a, second, 7), installed(c, 2, 8)],
    broken: /the state of c at 2 differs/,
  },
  {
    title: 'what a damaged disk held stays counted until it is mended',
    invariant: () => new CommittedDurable(),
    good: forgotten,
    bad: [
      ...forgotten,
      ...written(a, { entries: [third] }),
      ...written(b, { entries: [second, third] }),
      stepped(a, 'leader', 2, 3),
    ],
    broken: /committed entry 3 is durable on 1 of 3 voters only/,
  },
  {
    title: 'an impaired peer elects nobody',
    invariant: () => new Electable(),
    good: forgotten,
    bad: [...forgotten, mended(b)],
    broken: /has the votes to lead, but lacks entry 2/,
  },
  {
    title: 'a damaged disk may forget a vote',
    invariant: () => new Votes(),
    good: [vote(a, b, 2), damaged(a), started(a, [1], { impaired: true }), vote(a, c, 2)],
    bad: [vote(a, b, 2), started(a, [1]), vote(a, c, 2)],
    broken: /a votes for b and for c in term 2/,
  },
  {
    title: 'nobody is impaired whose disk is sound',
    invariant: () => new Impaired(),
    good: [...forgotten, started(b, [1], { impaired: true })],
    bad: [...committed, started(b, [1, 2], { impaired: true })],
    broken: /b has lost entries, and its disk is sound/,
  },
  {
    title: 'an impaired peer does not vote',
    invariant: () => new Impaired(),
    good: [...committed, vote(b, a, 3)],
    bad: [...forgotten, vote(b, a, 3)],
    broken: /b is impaired, and votes/,
  },
  {
    title: 'an impaired peer does not campaign',
    invariant: () => new Impaired(),
    good: [...forgotten, stepped(b, 'follower', 3, 1)],
    bad: [...forgotten, stepped(b, 'preCandidate', 3, 1)],
    broken: /b is impaired, and preCandidate/,
  },
  {
    title: 'an impaired peer says so',
    invariant: () => new Impaired(),
    good: [...forgotten, heartbeatResponse(5)],
    bad: [...forgotten, heartbeatResponse(sound)],
    broken: /b is impaired, and does not say so/,
  },
  {
    title: 'a peer is mended once it holds what was committed',
    invariant: () => new Impaired(),
    good: [...forgotten, ...written(b, { entries: [second] }), mended(b), heartbeatResponse(sound)],
    bad: [...forgotten, mended(b)],
    broken: /b is mended with 1, while 2 was committed/,
  },
  {
    title: 'a full disk takes in no entries',
    invariant: () => new FullDisks(),
    good: [
      stepped(a, 'leader', 2, 2),
      space(true),
      stepped(a, 'leader', 2, 2),
      space(false),
      stepped(a, 'leader', 2, 3),
    ],
    bad: [stepped(a, 'leader', 2, 2), space(true), stepped(a, 'leader', 2, 3)],
    broken: /a has no room behind 2, and takes in 3/,
  },
]);
