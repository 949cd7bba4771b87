// To whom a leader hands over when nobody is named, while the state of some peer is found to differ.

import { expect, test } from 'vitest';
import type { MemberProgress } from '../../raft/status.ts';
import { asIndex, type StoreId } from '../../raft/types.ts';
import { heirOf } from '../../src/peer/heir.ts';
import { memberOf } from './trust-rig.ts';

const nowMs = 10_000;
const storeOf = (name: string): StoreId => memberOf(name).storeId;

/** The heir of a, which leads; `others`: how far each is, and how long ago it was heard. */
function heir(
  others: Readonly<
    Record<string, readonly [match: number, heardMsAgo: number, kind?: MemberProgress['kind']]>
  >,
  differing: readonly string[],
): string | undefined {
  const progress = new Map(
    Object.entries(others).map(([name, [match, agoMs, kind = 'replicate']]) => {
      const at = { match: asIndex(match), needs: asIndex(match + 1), lastHeardMs: nowMs - agoMs };
      return [storeOf(name), { kind, ...at }];
    }),
  );
  const voters = ['a', ...Object.keys(others)].map(memberOf);
  const configuration = { index: asIndex(1), voters, outgoing: [], learners: [], removed: [] };
  const differs = (storeId: StoreId): boolean => differing.some((name) => storeOf(name) === storeId);
  const found = heirOf({ configuration, leader: storeOf('a'), progress }, { differs, nowMs });
  return voters.find(({ storeId }) => storeId === found)?.peerId;
}

test('the core chooses while nobody differs, or nobody but the leader', () => {
  expect(heir({ b: [5, 0], c: [4, 0] }, [])).toBeUndefined();
  expect(heir({ b: [5, 0], c: [4, 0] }, ['a'])).toBeUndefined();
});

test('it is the one that holds most, of those that do not differ, answer, and need no state first', () => {
  expect(heir({ b: [5, 0], c: [4, 0] }, ['b'])).toBe('c');
  expect(heir({ b: [5, 0], c: [3, 0], d: [4, 0] }, ['b'])).toBe('d');
  expect(heir({ b: [5, 0], c: [3, 0], d: [4, 501] }, ['b'])).toBe('c');
  expect(heir({ b: [5, 0], c: [3, 0], d: [4, 0, 'snapshot'] }, ['b'])).toBe('c');
});

test('there may be none', () => {
  expect(heir({ b: [5, 0], c: [4, 501] }, ['b'])).toBeUndefined();
});
