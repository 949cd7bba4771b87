// What a cluster goes on without, by hand-made configurations.

import { expect, test } from 'vitest';
import { asIndex, asPeerId, asStoreId, type Configuration, type Member } from '../../../raft/types.ts';
import { canDecide } from './survival.ts';

const member = (disk: string, name = disk): Member => ({
  storeId: asStoreId(disk),
  peerId: asPeerId(name),
  api: '',
  raft: '',
});

function configuration(change: Partial<Configuration>): Configuration {
  return { index: asIndex(1), voters: [], outgoing: [], learners: [], removed: [], ...change };
}

const members = (...disks: readonly string[]): readonly Member[] => disks.map((disk) => member(disk));

const without =
  (...lost: readonly string[]) =>
  ({ storeId }: Member): boolean =>
    !lost.includes(storeId);

const abc = configuration({ voters: members('a', 'b', 'c') });

test('a majority is enough', () => {
  expect(canDecide([abc], [], without('a'))).toBe(true);
  expect(canDecide([abc], [], without('a', 'b'))).toBe(false);
});

test('both sets of a joint configuration need one', () => {
  const joint = configuration({ voters: members('a', 'b', 'd'), outgoing: members('a', 'b', 'c') });
  expect(canDecide([joint], [], without('c'))).toBe(true);
  expect(canDecide([joint], [], without('a', 'd'))).toBe(false);
});

test('whoever may leave is not counted on', () => {
  expect(canDecide([abc], ['c'], without('a'))).toBe(false);
  expect(canDecide([abc], ['a'], without('a'))).toBe(true);
});

test('a learner may become a voter, and take the place of another', () => {
  const learner = { ...member('x', 'a'), wants: 'voter', replaces: asStoreId('a') } as const;
  const replacing = configuration({ ...abc, learners: [learner] });
  expect(canDecide([replacing], [], without('a'))).toBe(true);
  expect(canDecide([replacing], [], without('a', 'x'))).toBe(true);
  expect(canDecide([replacing], [], without('b', 'x'))).toBe(false);
});
