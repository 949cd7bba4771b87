// What a change of members makes of a membership, against a twin of plain sets, and quorums that always overlap (§4.3).

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isJoint, judgeChange, leaveJoint, membersOf, type MemberFacts } from '../../raft/membership.ts';
import type { MemberChange } from '../../raft/change.ts';
import { asIndex, type Configuration, type Membership, type StoreId } from '../../raft/types.ts';
import { present } from '../../src/lib/assert.ts';
import { member, store } from './node.ts';

const everything: MemberFacts = { isCaughtUp: () => true, isHeard: () => true };

function configuration(membership: Partial<Membership>): Configuration {
  return { index: asIndex(1), voters: [], outgoing: [], learners: [], removed: [], ...membership };
}

const abc = configuration({ voters: ['a', 'b', 'c'].map(member) });
const learner = (name: string): Membership['learners'][number] => ({
  ...member(name),
  wants: 'voter',
  replaces: undefined,
});

function reasonOf(from: Configuration, change: MemberChange, facts = everything): string {
  const judged = judgeChange(from, change, facts);
  return judged.kind === 'refused' ? judged.reason : 'allowed';
}

/** Every subset that is a quorum: a majority of each set of voters. */
function quorumsOf({ voters, outgoing }: Membership): StoreId[][] {
  const sets = [voters, outgoing].filter((set) => set.length > 0);
  const all = [...new Set(sets.flat().map(({ storeId }) => storeId))];
  const subsets = Array.from({ length: 2 ** all.length }, (_, bits) =>
    all.filter((_id, i) => (bits >> i) % 2 === 1),
  );
  return subsets.filter((subset) =>
    sets.every((set) => set.filter(({ storeId }) => subset.includes(storeId)).length * 2 > set.length),
  );
}

function overlap(a: Membership, b: Membership): boolean {
  const others = quorumsOf(b);
  return quorumsOf(a).every((one) => others.every((other) => one.some((storeId) => other.includes(storeId))));
}

describe('a change', () => {
  const names = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
  const changes = fc.array(
    fc.record({ kind: fc.constantFrom('add', 'promote', 'remove', 'replace'), name: names, other: names }),
    { maxLength: 12 },
  );

  function changeOf(kind: string, name: string, other: string): MemberChange {
    switch (kind) {
      case 'add':
        return { kind: 'add', member: member(name), wants: 'voter' };
      case 'replace':
        return { kind: 'replace', old: store(other), member: member(name) };
      case 'promote':
        return { kind: 'promote', storeId: store(name) };
      default:
        return { kind: 'remove', storeId: store(name) };
    }
  }

  /** The twin: who votes, who learns in whose place, who is gone. Answers whether the change is possible. */
  class Twin {
    voters = new Set(['a', 'b', 'c']);
    learners = new Map<string, string | undefined>();
    gone = new Set<string>();

    change(kind: string, name: string, other: string): boolean {
      const isNew = !this.voters.has(name) && !this.learners.has(name) && !this.gone.has(name);
      switch (kind) {
        case 'add':
          if (isNew) this.learners.set(name, undefined);
          return isNew;
        case 'promote': {
          if (!this.learners.has(name)) return false;
          const replaced = this.learners.get(name);
          this.learners.delete(name);
          this.voters.add(name);
          if (replaced !== undefined && this.voters.delete(replaced)) this.gone.add(replaced);
          return true;
        }
        case 'replace': {
          if (!isNew || (!this.voters.has(other) && !this.learners.has(other))) return false;
          const replaces = this.learners.has(other) ? this.learners.get(other) : other;
          const dropped = [...this.learners].filter(
            ([id, old]) => id === other || (this.voters.has(other) && old === other),
          );
          for (const [id] of dropped) {
            this.learners.delete(id);
            this.gone.add(id);
          }
          this.learners.set(name, replaces);
          return true;
        }
        default: {
          if (this.voters.has(name) && this.voters.size === 1) return false;
          const went = this.voters.delete(name) || this.learners.delete(name);
          if (went) this.gone.add(name);
          return went;
        }
      }
    }
  }

  test('does what it does to plain sets, and any two quorums of neighbouring configurations share a voter', () => {
    fc.assert(
      fc.property(changes, (asked) => {
        const twin = new Twin();
        let current: Configuration = abc;
        for (const { kind, name, other } of asked) {
          const judged = judgeChange(current, changeOf(kind, name, other), everything);
          expect([kind, name, other, judged.kind]).toEqual([
            kind,
            name,
            other,
            twin.change(kind, name, other) ? 'allowed' : 'refused',
          ]);
          if (judged.kind === 'refused') continue;
          expect(overlap(current, judged.membership)).toBe(true);
          const after = isJoint(judged.membership)
            ? leaveJoint({ ...judged.membership, index: asIndex(current.index + 1) })
            : judged.membership;
          expect(overlap(judged.membership, after)).toBe(true);
          expect(new Set(after.voters.map(({ storeId }) => storeId))).toEqual(twin.voters);
          expect(new Set(after.learners.map(({ storeId }) => storeId))).toEqual(
            new Set(twin.learners.keys()),
          );
          expect(new Set(after.removed)).toEqual(twin.gone);
          current = { ...after, index: asIndex(current.index + 2) };
        }
      }),
      { numRuns: 500 },
    );
  });

  test('of voters is joint, one of learners alone is not (§4.3)', () => {
    const learning = configuration({ ...abc, learners: [learner('d')] });
    const promoted = judgeChange(learning, { kind: 'promote', storeId: store('d') }, everything);
    expect(promoted).toMatchObject({ kind: 'allowed', membership: { outgoing: abc.voters, learners: [] } });
    const added = judgeChange(abc, { kind: 'add', member: member('d'), wants: 'learner' }, everything);
    expect(added).toMatchObject({ kind: 'allowed', membership: { outgoing: [], voters: abc.voters } });
  });

  test('keeps voters sorted, so that every peer stores the same bytes', () => {
    const learning = configuration({ ...abc, learners: [learner('aa')] });
    const judged = judgeChange(learning, { kind: 'promote', storeId: store('aa') }, everything);
    const voters = judged.kind === 'allowed' ? judged.membership.voters : [];
    expect(voters.map(({ storeId }) => storeId)).toEqual(['a', 'aa', 'b', 'c']);
  });

  test('a replaced voter votes until the new disk has caught up, and leaves in the same joint change', () => {
    const fresh = { ...member('x'), peerId: present(abc.voters[1], 'b').peerId };
    const first = judgeChange(abc, { kind: 'replace', old: store('b'), member: fresh }, everything);
    expect(first).toMatchObject({ kind: 'allowed', membership: { voters: abc.voters, outgoing: [] } });
    if (first.kind === 'refused') return;
    const learning = { ...first.membership, index: asIndex(2) };
    const second = judgeChange(learning, { kind: 'promote', storeId: store('x') }, everything);
    if (second.kind === 'refused') throw new Error(second.reason);
    expect(second.membership.voters.map(({ storeId }) => storeId)).toEqual(['a', 'c', 'x']);
    expect(second.membership.outgoing).toEqual(abc.voters);
    expect(leaveJoint({ ...second.membership, index: asIndex(3) }).removed).toEqual(['b']);
  });

  test('a new disk that is lost before it votes is replaced as the one before it', () => {
    const name = present(abc.voters[1], 'b').peerId;
    const replace = (from: Configuration, old: string, disk: string): Configuration => {
      const fresh = { ...member(disk), peerId: name };
      const judged = judgeChange(from, { kind: 'replace', old: store(old), member: fresh }, everything);
      if (judged.kind === 'refused') throw new Error(judged.reason);
      return { ...judged.membership, index: asIndex(from.index + 1) };
    };
    const again = replace(replace(abc, 'b', 'x'), 'x', 'y');
    expect(again).toMatchObject({ voters: abc.voters, removed: ['x'] });
    expect(again.learners).toMatchObject([{ storeId: 'y', peerId: name, replaces: 'b' }]);
    expect(reasonOf(again, { kind: 'replace', old: store('y'), member: { ...member('b') } })).toBe(
      'ALREADY_MEMBER',
    );
  });

  test('names every member once, also one that votes before and after', () => {
    const joint = configuration({ voters: ['a', 'd'].map(member), outgoing: ['a', 'b'].map(member) });
    expect(membersOf(joint).map(({ storeId }) => storeId)).toEqual(['a', 'd', 'b']);
  });
});

describe('is refused', () => {
  const learning = configuration({ ...abc, learners: [learner('d')] });

  test.each<[string, Configuration, MemberChange, string]>([
    ['removing who is no member', abc, { kind: 'remove', storeId: store('x') }, 'UNKNOWN_MEMBER'],
    ['promoting who is no member', abc, { kind: 'promote', storeId: store('x') }, 'UNKNOWN_MEMBER'],
    [
      'replacing who is no member',
      abc,
      { kind: 'replace', old: store('x'), member: member('y') },
      'UNKNOWN_MEMBER',
    ],
    ['promoting a voter', abc, { kind: 'promote', storeId: store('a') }, 'ALREADY_MEMBER'],
    [
      'adding a store that is there',
      learning,
      { kind: 'add', member: member('d'), wants: 'voter' },
      'ALREADY_MEMBER',
    ],
    [
      'adding a name that is in use',
      abc,
      { kind: 'add', member: { ...member('x'), peerId: member('a').peerId }, wants: 'voter' },
      'ALREADY_MEMBER',
    ],
    [
      'replacing a disk by itself',
      abc,
      { kind: 'replace', old: store('a'), member: member('a') },
      'ALREADY_MEMBER',
    ],
    [
      'bringing back what was removed',
      configuration({ ...abc, removed: [store('x')] }),
      { kind: 'add', member: member('x'), wants: 'voter' },
      'REMOVED',
    ],
    [
      'taking the last voter away',
      configuration({ voters: [member('a')] }),
      { kind: 'remove', storeId: store('a') },
      'LAST_VOTER',
    ],
    [
      'a crowd',
      configuration({ ...abc, learners: Array.from({ length: 29 }, (_, i) => learner(`l${i}`)) }),
      { kind: 'add', member: member('x'), wants: 'learner' },
      'TOO_MANY_MEMBERS',
    ],
  ])('%s', (_what, from, change, reason) => {
    expect(reasonOf(from, change)).toBe(reason);
  });

  test('promoting a learner that lags', () => {
    const facts = { ...everything, isCaughtUp: () => false };
    expect(reasonOf(learning, { kind: 'promote', storeId: store('d') }, facts)).toBe('LAGGING');
  });

  test('what no majority of its own voters could commit', () => {
    const facts = { ...everything, isHeard: (storeId: StoreId) => storeId === store('a') };
    expect(reasonOf(abc, { kind: 'remove', storeId: store('b') }, facts)).toBe('QUORUM_AT_RISK');
    const two = { ...everything, isHeard: (storeId: StoreId) => storeId !== store('c') };
    expect(reasonOf(abc, { kind: 'remove', storeId: store('b') }, two)).toBe('QUORUM_AT_RISK');
    expect(reasonOf(abc, { kind: 'remove', storeId: store('c') }, two)).toBe('allowed');
  });
});
