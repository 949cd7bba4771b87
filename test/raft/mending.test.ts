// How followers whose disks lost entries come to count again for their leader: X2–X4 of raft/mending.ts.

import { describe, expect, test } from 'vitest';
import { asImpairment, asIndex, asRequestId, sound } from '../../raft/types.ts';
import { Followed } from './followed.ts';
import { remove } from './members.ts';
import { store } from './node.ts';

const a = store('a');
const b = store('b');
const c = store('c');
const d = store('d');
const lost = asImpairment(7);
const lostAgain = asImpairment(8);

/** c is impaired, and a, b have committed the no-op by which it is mended; c has it, too. */
function almostMended(followed: Followed): void {
  followed.hear(c, lost);
  followed.beat(b);
  for (let answers = 0; answers < 2; answers += 1) followed.answerAs(lost, c);
  expect(followed.node.disk.entries.at(-1)?.payload.kind).toBe('noop');
  expect(followed.node.status.progress.get(c)?.match).toBe(followed.commit);
}

describe('X2 the no-op behind which it counts again', () => {
  test('it is appended once for an impairment, whoever else is impaired', () => {
    const followed = new Followed(['a', 'b', 'c', 'd', 'e']);
    const before = followed.lastIndex;
    followed.hear(c, lost);
    followed.hear(d, lostAgain);
    for (let beats = 0; beats < 3; beats += 1) {
      followed.beat(b, store('e'));
      followed.hear(c, lost);
    }
    expect(followed.lastIndex).toBe(before + 1);
  });

  test('nothing is said before it is committed without the impaired, and none of it before that has it', () => {
    const followed = new Followed();
    followed.hear(c, lost);
    followed.beat();
    followed.answerAs(lost, c);
    followed.beat();
    expect(followed.mendings).toEqual([]); // c alone has it
    followed.node.tick(600);
    followed.beat(b);
    followed.beat(b);
    const index = followed.commit;
    followed.answerAs(lost, c);
    followed.mendings = [];
    followed.beat(b);
    followed.beat(b);
    const expected = { kind: 'mended', from: a, to: c, term: 2, impairment: lost, index };
    expect(followed.mendings).toEqual([expected, expected]);
  });

  test('nothing is said before the impaired is known to have it', () => {
    const followed = new Followed();
    followed.hear(c, lost);
    for (let beats = 0; beats < 3; beats += 1) followed.beat(b);
    expect(followed.commit).toBe(followed.lastIndex);
    expect(followed.mendings).toEqual([]);
  });

  test('another impairment gets another no-op', () => {
    const followed = new Followed();
    almostMended(followed);
    followed.beat(b);
    expect(followed.mendings).toMatchObject([{ impairment: lost }]);
    const before = followed.lastIndex;
    followed.hear(c, lostAgain);
    followed.mendings = [];
    followed.beat(b);
    expect(followed.lastIndex).toBe(before + 1);
    expect(followed.mendings).toEqual([]);
  });

  test('what it holds counts as soon as it says that it is sound', () => {
    const followed = new Followed();
    almostMended(followed);
    followed.node.propose('x');
    followed.answerAs(lost, c);
    expect(followed.commit).toBe(followed.lastIndex - 1);
    followed.beat();
    followed.hear(c, sound);
    expect(followed.commit).toBe(followed.lastIndex);
  });

  test('a leader that was removed goes when that is committed by someone who is mended (§4.2.2)', () => {
    const followed = new Followed(['a', 'b', 'c', 'd']);
    followed.hear(c, lost);
    followed.beat(b, d);
    followed.answerAs(lost, c);
    followed.beat(b, d);
    followed.node.change(remove('a'));
    followed.answer(b, d); // the joint configuration
    expect(followed.node.status.configuration.outgoing).toEqual([]);
    followed.node.tick(600); // what was lost is sent again
    followed.beat(b);
    followed.hear(c, lost);
    followed.answerAs(lost, c);
    followed.answerAs(lost, c);
    expect(followed.node.status.role).toBe('leader');
    followed.beat();
    followed.hear(c, sound);
    expect(followed.node.status.role).toBe('follower');
  });
});

/** Why leadership cannot be handed to c now, if it cannot. */
function refusalOf({ node }: Followed): string | undefined {
  node.step({ kind: 'transfer', requestId: asRequestId(1), to: c });
  node.take();
  return node.transfers.map((outcome) => (outcome.kind === 'refused' ? outcome.reason : outcome.kind))[0];
}

describe('X3 late answers change nothing', () => {
  test('the word of before it was impaired does not make it count', () => {
    const followed = new Followed();
    followed.beat();
    const before = followed.round;
    followed.beat();
    followed.hear(c, lost);
    followed.hear(c, sound, before);
    followed.hear(c, sound); // the round that was under way when it said so proves nothing either
    expect(refusalOf(followed)).toBe('UNFIT_TARGET');
  });

  test('what it acknowledged before it was impaired does not count either', () => {
    const followed = new Followed();
    followed.node.propose('x');
    followed.hear(c, lost);
    followed.answer(c);
    expect(followed.commit).toBe(2);
    expect(followed.node.status.progress.get(c)?.match).toBe(0);
  });

  test('the word of before it was mended does not make it impaired', () => {
    const followed = new Followed();
    followed.hear(c, lost);
    followed.beat();
    const impaired = followed.round;
    followed.beat();
    followed.hear(c, sound);
    followed.hear(c, lost, impaired);
    expect(refusalOf(followed)).toBeUndefined();
  });
});

describe('X4 nothing is appended for it', () => {
  test('while leadership is handed over', () => {
    const followed = new Followed();
    followed.node.propose('x');
    followed.hear(c, lost);
    followed.node.step({ kind: 'transfer', requestId: asRequestId(1), to: b });
    const before = followed.lastIndex;
    followed.beat();
    followed.hear(c, lost);
    followed.beat();
    expect(followed.lastIndex).toBe(before);
  });

  test('on a full disk', () => {
    const followed = new Followed();
    followed.node.step({ kind: 'diskFull', full: true });
    followed.hear(c, lost);
    const before = followed.lastIndex;
    followed.beat(b);
    expect(followed.lastIndex).toBe(before);
    followed.node.step({ kind: 'diskFull', full: false });
    followed.beat(b);
    expect(followed.lastIndex).toBe(before + 1);
  });

  test('behind the removal of this leader (K5)', () => {
    const followed = new Followed(['a', 'b', 'c', 'd']);
    for (const storeId of [b, c, d]) followed.hear(storeId, sound);
    followed.node.change(remove('a'));
    followed.answer(b, c, d);
    const before = followed.lastIndex;
    expect(followed.node.status.configuration.index).toBe(asIndex(before));
    followed.hear(c, lost);
    followed.beat();
    expect(followed.lastIndex).toBe(before);
  });
});
