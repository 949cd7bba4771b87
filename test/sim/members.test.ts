// The invariants of durability where voters come and go, on made-up courses of events.

import { asIndex, asPeerId, asStoreId, asTerm, type Entry, type StoreId } from '../../raft/types.ts';
import { CommittedDurable } from './invariants/committed-durable.ts';
import { a, allStarted, b, c, second, started, stepped, testInvariants, written } from './made-up.ts';

const [d, e] = [asStoreId('d'), asStoreId('e')];

const members = (stores: readonly StoreId[]) =>
  stores.map((storeId) => ({ storeId, peerId: asPeerId(storeId), api: '', raft: '' }));

function membership(index: number, voters: readonly StoreId[], outgoing: readonly StoreId[] = []): Entry {
  const sets = { voters: members(voters), outgoing: members(outgoing) };
  const payload = { kind: 'configuration', membership: { ...sets, learners: [], removed: [] } } as const;
  return { index: asIndex(index), term: asTerm(2), time: 0, payload };
}

const joint = membership(3, [a, d, e], [a, b, c]);
const left = membership(4, [a, d, e]);

/** `entries` on the disks of `stores`, in the order of these. */
const on = (stores: readonly StoreId[], entries: readonly Entry[]) =>
  stores.flatMap((store) => written(store, { entries }));

const begun = [...allStarted, started(d, [1]), started(e, [1]), ...on([a, b], [second])];
/** The voters are a, b and c, and also a, d and e. */
const joined = [...begun, ...on([d, e], [second]), ...on([a, b, d], [joint]), stepped(a, 'leader', 2, 3)];
/** The voters are a, d and e. */
const changed = [...joined, ...on([a, d], [left]), stepped(a, 'leader', 2, 4)];

testInvariants([
  {
    title: 'a joint configuration needs a majority of the new voters',
    invariant: () => new CommittedDurable(),
    good: [...begun, ...on([d], [second]), ...on([a, b, d], [joint]), stepped(a, 'leader', 2, 3)],
    bad: [...begun, ...on([a, b], [joint]), stepped(a, 'leader', 2, 3)],
    broken: /entry [23] is durable on 1 of 3 voters only/,
  },
  {
    title: 'a joint configuration needs a majority of the old voters',
    invariant: () => new CommittedDurable(),
    good: [...begun, ...on([d], [second]), ...on([a, b, d], [joint]), stepped(a, 'leader', 2, 3)],
    bad: [...begun, ...on([d, e], [second]), ...on([a, d, e], [joint]), stepped(a, 'leader', 2, 3)],
    broken: /entry [23] is durable on 1 of 3 voters only/,
  },
  {
    title: 'an entry from before the change may be counted by its old voters',
    invariant: () => new CommittedDurable(),
    good: [...begun, ...on([a], [joint]), stepped(a, 'leader', 2, 2)],
    bad: [...begun, ...on([a], [joint]), stepped(a, 'leader', 2, 3)],
    broken: /entry [23] is durable on 1 of 3 voters only/,
  },
  {
    title: 'the old voters do not count any more once the joint configuration is committed',
    invariant: () => new CommittedDurable(),
    good: [...joined, ...on([a, d], [left]), stepped(a, 'leader', 2, 4)],
    bad: [...joined, ...on([a, b, c], [left]), stepped(a, 'leader', 2, 4)],
    broken: /entry 4 is durable on 1 of 3 voters only/,
  },
  {
    title: 'whoever has left does not count any more',
    invariant: () => new CommittedDurable(),
    good: [...changed, started(b, [1])],
    bad: [...changed, started(d, [1])],
    broken: /is durable on 1 of 3 voters only/,
  },
]);
