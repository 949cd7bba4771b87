// What majorities decide: quorums, ballots and rounds against twins that are too dumb to be wrong.

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { present } from '../../src/lib/assert.ts';
import { Quorum } from '../../raft/quorum.ts';
import { Rounds } from '../../raft/rounds.ts';
import type { StoreId } from '../../raft/types.ts';
import { member, store } from './node.ts';

const letters = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
const voterCount = fc.integer({ min: 1, max: letters.length });

function quorumOf(count: number): Quorum {
  return new Quorum({ voters: letters.slice(0, count).map(member), outgoing: [] });
}

/** Every subset of `set` that is a majority of it. */
function majoritiesOf(set: readonly string[]): StoreId[][] {
  const all = set.map(store);
  const subsets = Array.from({ length: 2 ** all.length }, (_, bits) =>
    all.filter((_, i) => (bits >> i) % 2 === 1),
  );
  return subsets.filter((subset) => subset.length * 2 > all.length);
}

/** Of the first `count` letters. */
const majorities = (count: number): StoreId[][] => majoritiesOf(letters.slice(0, count));

describe('quorum', () => {
  test('what a quorum has reached is the best that some majority has reached in full', () => {
    fc.assert(
      fc.property(voterCount, fc.array(fc.nat(9), { minLength: 7, maxLength: 7 }), (count, values) => {
        const valueOf = (id: StoreId): number => present(values[letters.indexOf(id)], 'a value');
        const best = Math.max(...majorities(count).map((subset) => Math.min(...subset.map(valueOf))));
        expect(quorumOf(count).reached(valueOf)).toBe(best);
      }),
    );
  });

  test('two sets have reached what the slower one has: a joint configuration needs both (§4.3)', () => {
    const values = fc.array(fc.nat(9), { minLength: 7, maxLength: 7 });
    const some = fc.shuffledSubarray(letters, { minLength: 1 });
    fc.assert(
      fc.property(some, some, values, (voters, outgoing, reached) => {
        const valueOf = (id: StoreId): number => present(reached[letters.indexOf(id)], 'a value');
        const joint = new Quorum({ voters: voters.map(member), outgoing: outgoing.map(member) });
        const alone = [voters, outgoing].map((set) => new Quorum({ voters: set.map(member), outgoing: [] }));
        expect(joint.reached(valueOf)).toBe(Math.min(...alone.map((quorum) => quorum.reached(valueOf))));
        expect([...joint.voters].toSorted()).toEqual([...new Set([...voters, ...outgoing])].toSorted());
      }),
    );
  });

  test('whoever is excluded has reached nothing: what is reached, a majority of all has reached without them', () => {
    const values = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 7, maxLength: 7 });
    const some = fc.shuffledSubarray(letters, { minLength: 1 });
    fc.assert(
      fc.property(some, some, fc.shuffledSubarray(letters), values, (voters, outgoing, excluded, reached) => {
        const counts = (id: StoreId): boolean => !excluded.includes(id);
        const valueOf = (id: StoreId): number => present(reached[letters.indexOf(id)], 'a value');
        const joint = new Quorum({ voters: voters.map(member), outgoing: outgoing.map(member) });
        const bests = [voters, outgoing].map((set) => {
          const sound = majoritiesOf(set).filter((subset) => subset.every(counts));
          return Math.max(0, ...sound.map((subset) => Math.min(...subset.map(valueOf))));
        });
        expect(joint.reached((voter) => (counts(voter) ? valueOf(voter) : 0))).toBe(Math.min(...bests));
      }),
    );
  });

  test('a ballot is won if a majority granted, lost if none can any more, open otherwise', () => {
    const vote = fc.constantFrom(true, false, undefined);
    fc.assert(
      fc.property(voterCount, fc.array(vote, { minLength: 7, maxLength: 7 }), (count, votes) => {
        const ballot = new Map<StoreId, boolean>();
        for (const [i, granted] of votes.entries()) {
          if (granted !== undefined) ballot.set(store(letters[i] ?? ''), granted);
        }
        const some = (holds: (id: StoreId) => boolean): boolean =>
          majorities(count).some((subset) => subset.every(holds));
        const won = some((id) => ballot.get(id) === true);
        const winnable = some((id) => ballot.get(id) !== false);
        expect(quorumOf(count).tally(ballot)).toBe(won ? 'won' : winnable ? 'open' : 'lost');
      }),
    );
  });
});

test('rounds: a quorum has answered what a majority of voters has that counts, dated by when it was sent', () => {
  const step = fc.record({
    elapsedMs: fc.nat(60),
    answers: fc.array(fc.nat(3), { maxLength: 3 }),
    lag: fc.nat(5),
    excluded: fc.subarray(['b', 'c', 'd', 'e']),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const voters = ['a', 'b', 'c', 'd', 'e'];
      let excluded: readonly string[] = [];
      const counts = (voter: string): boolean => !excluded.includes(voter);
      const rounds = new Rounds({ self: store('a'), quorum: quorumOf(5), counts });
      const sentMs = new Map<number, number>([[0, Number.NEGATIVE_INFINITY]]);
      const answered = new Map(voters.map((voter) => [voter, 0]));
      let now = 0;
      for (const { elapsedMs, answers, lag, ...step } of steps) {
        excluded = step.excluded;
        now += elapsedMs;
        const round = rounds.begin(now);
        sentMs.set(round, now);
        for (const position of answers) {
          const voter = voters[position + 1] ?? '';
          const to = Math.max(0, round - lag);
          if (to > 0) rounds.onAnswer(store(voter), to);
          answered.set(voter, Math.max(answered.get(voter) ?? 0, to));
        }
        answered.set('a', round);
        const counted = voters.map((voter) => (counts(voter) ? (answered.get(voter) ?? 0) : 0));
        const third = counted.sort((x, y) => y - x)[2] ?? 0;
        expect(rounds.quorumRound).toBe(third);
        expect(rounds.quorumSentMs(now)).toBe(sentMs.get(third));
        rounds.forget(now - 1_000);
      }
    }),
  );
});
