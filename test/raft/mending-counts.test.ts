// Followers whose disks lost entries count for nothing: X1 of raft/mending.ts.

import { describe, expect, test } from 'vitest';
import { asImpairment, asRequestId, sound } from '../../raft/types.ts';
import { Followed } from './followed.ts';
import { promote, reasonsOf, remove } from './members.ts';
import { member, store } from './node.ts';

const a = store('a');
const b = store('b');
const c = store('c');
const d = store('d');
const lost = asImpairment(7);
const lostAgain = asImpairment(8);

describe('whoever is impaired counts for nothing', () => {
  test('not for commit, from the answer on that says so, whatever it acknowledged before', () => {
    const followed = new Followed();
    followed.node.propose('x');
    followed.hear(c, lost);
    followed.answerAs(lost, c);
    expect(followed.commit).toBe(2);
    followed.node.propose('y');
    followed.answer(b);
    expect(followed.commit).toBe(4);
  });

  test('what it acknowledged before is not known to be there: it is asked for from the start', () => {
    const followed = new Followed();
    expect(followed.node.status.progress.get(c)?.match).toBe(2);
    followed.hear(c, lost);
    expect(followed.node.status.progress.get(c)).toMatchObject({ kind: 'probe', match: 0 });
  });

  test('not by an append that it acknowledges before it has answered a heartbeat', () => {
    const followed = new Followed();
    followed.node.propose('x');
    followed.answerAs(lost, c);
    expect(followed.commit).toBe(2);
  });

  test('not for check-quorum: a leader that only it answers steps down', () => {
    const followed = new Followed();
    for (let passed = 0; passed < followed.node.config.electionMaxMs; passed += 100) {
      followed.beat();
      if (followed.node.status.role === 'leader') followed.hear(c, lost);
    }
    expect(followed.node.status.role).toBe('follower');
  });

  test('not for the barrier of the controllers, from the answer on that says so', () => {
    const followed = new Followed();
    followed.beat(c);
    expect(followed.node.status.mayControl).toBe(true);
    for (let passed = 0; passed < followed.node.config.electionMinMs; passed += 100) followed.beat(c);
    followed.hear(c, lost, followed.round);
    followed.beat();
    followed.hear(c, lost);
    expect(followed.node.status.mayControl).toBe(false);
  });

  test('not for a read, although it answers the round that was sent for it (R12)', () => {
    const followed = new Followed();
    followed.hear(c, lost);
    followed.node.read(1);
    followed.node.take();
    followed.beat();
    followed.hear(c, lost);
    expect(followed.node.reads).toEqual([]);
    followed.beat(b);
    expect(followed.node.reads).toMatchObject([{ kind: 'confirmed', requestId: 1 }]);
  });

  test('not by an answer of a later run that is impaired again, before that is taken in', () => {
    const followed = new Followed();
    followed.hear(c, lost);
    followed.beat();
    const first = followed.round;
    followed.node.read(1);
    followed.beat();
    followed.hear(c, sound, first); // mended; what it says anew counts from the next round on
    followed.hear(c, lostAgain);
    expect(followed.node.reads).toEqual([]);
  });

  test('not as a successor, whatever it holds, nor as a target that is named', () => {
    const followed = new Followed();
    followed.hear(c, lost);
    followed.node.propose('x');
    followed.answerAs(lost, c);
    followed.hear(b, sound);
    followed.node.step({ kind: 'transfer', requestId: asRequestId(1), to: c });
    expect(followed.node.transfers).toEqual([]);
    followed.node.take();
    expect(followed.node.transfers).toEqual([{ kind: 'refused', requestId: 1, reason: 'UNFIT_TARGET' }]);
    followed.node.step({ kind: 'transfer', requestId: asRequestId(2), to: undefined });
    followed.node.propose('y');
    followed.node.settle();
    followed.answer(b);
    expect(followed.node.sent.concat(followed.node.takeSent('timeoutNow'))).toEqual([]);
    expect(followed.node.status.mayControl).toBe(false); // handing over to b, which has it all by now
  });

  test('not as a learner to be promoted, by itself or by request', () => {
    const followed = new Followed();
    followed.node.change({ kind: 'add', member: member('d'), wants: 'voter' });
    followed.answer(b, c);
    followed.beat(b, c);
    followed.hear(d, lost);
    for (let beats = 0; beats < 3; beats += 1) {
      followed.beat(b, c);
      followed.answerAs(lost, d);
    }
    followed.node.change(promote('d'));
    followed.node.take();
    expect(reasonsOf(followed.node)).toEqual(['appended', 'LAGGING']);
    expect(followed.node.status.configuration.voters.map(({ storeId }) => storeId)).toEqual([a, b, c]);
  });

  test('not as one of the voters that a change would leave (J4)', () => {
    const followed = new Followed();
    followed.hear(b, sound);
    followed.hear(c, lost);
    followed.node.change(remove('b'));
    followed.node.take();
    expect(reasonsOf(followed.node)).toEqual(['QUORUM_AT_RISK']);
    followed.node.change(remove('c'));
    followed.node.take();
    expect(reasonsOf(followed.node)).toEqual(['appended']);
  });

  test('not in either set of voters of a joint configuration (§4.3)', () => {
    const followed = new Followed(['a', 'b', 'c', 'd']);
    for (const storeId of [b, c, d]) followed.hear(storeId, sound);
    followed.node.change(remove('d'));
    followed.node.settle();
    const joint = followed.lastIndex;
    followed.hear(c, lost);
    followed.answerAs(lost, c);
    followed.answer();
    expect(followed.commit).toBe(joint - 1);
    followed.beat();
    followed.hear(b, sound);
    followed.hear(d, sound);
    followed.beat(b, d); // b and c would do for the new voters; a, b and d do for the old
    followed.beat(b, d);
    expect(followed.commit).toBeGreaterThanOrEqual(joint);
  });
});
