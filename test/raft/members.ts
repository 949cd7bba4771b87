// Networks for tests of member changes: three founders, empty disks beside them, and what is asked of a leader.

import type { MemberChange } from '../../raft/change.ts';
import { TestNetwork } from './network.ts';
import { member, store, TestNode } from './node.ts';

export const founders = ['a', 'b', 'c'];

export const addVoter = (name: string): MemberChange => ({
  kind: 'add',
  member: member(name),
  wants: 'voter',
});
export const remove = (name: string): MemberChange => ({ kind: 'remove', storeId: store(name) });
export const promote = (name: string): MemberChange => ({ kind: 'promote', storeId: store(name) });

/** Founders a, b, c, of whom `a` leads, and empty disks beside them. */
export function network(others: readonly string[] = []): TestNetwork {
  const nodes = [...founders, ...others].map(
    (name, i) => new TestNode(name, { names: founders, seed: i + 1 }),
  );
  const made = new TestNetwork(nodes);
  made.elect(['a']);
  made.pass(200);
  return made;
}

export function votersOf(node: TestNode): string[] {
  return node.status.configuration.voters.map(({ storeId }) => storeId);
}

/** What became of each change that was asked since the last call. */
export const reasonsOf = (node: TestNode): string[] =>
  node.changes.splice(0).map((outcome) => (outcome.kind === 'refused' ? outcome.reason : outcome.kind));
