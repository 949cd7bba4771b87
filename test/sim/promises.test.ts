// The invariants of what peers and clients are told, on made-up courses of events.

import { asIndex } from '../../raft/types.ts';
import { Acknowledged } from './invariants/acknowledged.ts';
import { HonestPromises } from './invariants/honest-promises.ts';
import { Reads } from './invariants/reads.ts';
import {
  a,
  accepted,
  acknowledgedAt,
  allStarted,
  append,
  applied,
  b,
  entry,
  hard,
  second,
  served,
  testInvariants,
  vote,
  voteRequest,
  write,
  type Case,
} from './made-up.ts';

const cases: readonly Case[] = [
  {
    title: 'acknowledged writes were applied there',
    invariant: () => new Acknowledged(),
    good: [applied(a, second), { kind: 'acknowledged', command: 2, index: asIndex(2) }],
    bad: [applied(a, second), { kind: 'acknowledged', command: 2, index: asIndex(3) }],
    broken: /command 2 is acknowledged at 3, where it was not applied/,
  },
  {
    title: 'acknowledged writes are kept',
    invariant: () => new Acknowledged(),
    good: [
      applied(a, second),
      { kind: 'acknowledged', command: 2, index: asIndex(2) },
      { kind: 'settled', peer: b, commands: [2] },
    ],
    bad: [
      applied(a, second),
      { kind: 'acknowledged', command: 2, index: asIndex(2) },
      { kind: 'settled', peer: b, commands: [] },
    ],
    broken: /b lost acknowledged command 2/,
  },
  {
    title: 'nothing is applied twice',
    invariant: () => new Acknowledged(),
    good: [{ kind: 'settled', peer: b, commands: [2, 3] }],
    bad: [{ kind: 'settled', peer: b, commands: [2, 3, 2] }],
    broken: /b applied a command twice/,
  },
  {
    title: 'refused writes never come',
    invariant: () => new Acknowledged(),
    good: [{ kind: 'refused', command: 3 }, applied(a, second)],
    bad: [{ kind: 'refused', command: 2 }, applied(a, second)],
    broken: /command 2 was refused and applied/,
  },
  {
    title: 'what was applied is not refused',
    invariant: () => new Acknowledged(),
    good: [applied(a, second), { kind: 'refused', command: 3 }],
    bad: [applied(a, second), { kind: 'refused', command: 2 }],
    broken: /command 2 was applied and refused/,
  },
  {
    title: 'votes are durable (R1)',
    invariant: () => new HonestPromises(),
    good: [...allStarted, write('synced', a, { hardState: hard(2, b) }), vote(a, b, 2)],
    bad: [...allStarted, write('issued', a, { hardState: hard(2, b) }), vote(a, b, 2)],
    broken: /a votes for b in term 2 before its disk has it/,
  },
  {
    title: 'vote requests claim what the disk has (R3)',
    invariant: () => new HonestPromises(),
    good: [...allStarted, write('synced', a, { hardState: hard(2, a) }), voteRequest(1, 1)],
    bad: [...allStarted, write('synced', a, { hardState: hard(2, a) }), voteRequest(2, 1)],
    broken: /a asks for votes with entry 2, which its disk does not have/,
  },
  {
    title: 'acknowledgements are durable (R4)',
    invariant: () => new HonestPromises(),
    good: [
      ...allStarted,
      write('synced', b, { entries: [second], hardState: hard(2) }),
      accepted(b, a, 2, 2),
    ],
    bad: [...allStarted, write('synced', b, { hardState: hard(2) }), accepted(b, a, 2, 2)],
    broken: /b acknowledges 2 before its disk has it/,
  },
  {
    title: 'acknowledgements are of the entries that the leader showed (R4)',
    invariant: () => new HonestPromises(),
    good: [
      ...allStarted,
      write('synced', a, { hardState: hard(3) }),
      append(a, 3, 1, [entry(2, 3)]),
      write('synced', b, { entries: [entry(2, 3)], hardState: hard(3) }),
      accepted(b, a, 3, 2),
    ],
    bad: [
      ...allStarted,
      write('synced', a, { hardState: hard(3) }),
      append(a, 3, 1, [entry(2, 3)]),
      write('synced', b, { entries: [second], hardState: hard(3) }),
      accepted(b, a, 3, 2),
    ],
    broken: /b acknowledges 2, where its disk has an entry of term 2/,
  },
  {
    title: "a leader's term is durable before it sends (R2)",
    invariant: () => new HonestPromises(),
    good: [...allStarted, write('synced', a, { hardState: hard(2, a) }), append(a, 2, 1, [second])],
    bad: [...allStarted, write('issued', a, { hardState: hard(2, a) }), append(a, 2, 1, [second])],
    broken: /a sends appendRequest of term 2, its disk has term 1/,
  },
  {
    title: 'reads see what was acknowledged before them',
    invariant: () => new Reads(),
    good: [acknowledgedAt(5), { kind: 'readStarted', read: 1 }, acknowledgedAt(6), served(1, 5, 5)],
    bad: [acknowledgedAt(5), { kind: 'readStarted', read: 1 }, served(1, 4, 9)],
    broken: /read 1 is confirmed at 4, clients had seen 5/,
  },
  {
    title: 'reads see what earlier reads saw',
    invariant: () => new Reads(),
    good: [served(1, 5, 6), { kind: 'readStarted', read: 2 }, served(2, 6, 6)],
    bad: [served(1, 5, 6), { kind: 'readStarted', read: 2 }, served(2, 5, 5)],
    broken: /read 2 is confirmed at 5, clients had seen 6/,
  },
  {
    title: 'reads wait for the state',
    invariant: () => new Reads(),
    good: [{ kind: 'readStarted', read: 1 }, served(1, 5, 7)],
    bad: [{ kind: 'readStarted', read: 1 }, served(1, 5, 4)],
    broken: /read 1 needs 5 and shows 4/,
  },
];

testInvariants(cases);
