// Helpers of tests about snapshots: values, and a follower that has applied two of its three entries.

import { firstConfiguration } from '../../raft/configurations.ts';
import { asIndex, asTerm, type Entry, type Message, type Snapshot } from '../../raft/types.ts';
import { genesisOf, store, TestNode } from './node.ts';

export const names = ['a', 'b', 'c'];
export const [a, b, c] = [store('a'), store('b'), store('c')];

export function snapshotOf(index: number, term: number, voters = names): Snapshot {
  const configuration = firstConfiguration(genesisOf(voters));
  return { index: asIndex(index), term: asTerm(term), time: 5_000, configuration, hash: `${index}` };
}

export function received(node: TestNode, snapshot: Snapshot, term: number): void {
  node.step({ kind: 'snapshotReceived', term: asTerm(term), snapshot });
}

interface Append {
  readonly term: number;
  readonly after: readonly [index: number, term: number];
  readonly entries?: readonly Entry[];
  readonly commit?: number;
}

export function append({ term, after: [index, previousTerm], entries = [], commit = 0 }: Append): Message {
  const previous = { previousIndex: asIndex(index), previousTerm: asTerm(previousTerm) };
  const where = { from: b, to: a, term: asTerm(term) };
  return { kind: 'appendRequest', ...where, ...previous, entries, commit: asIndex(commit) };
}

/** The matches that it acknowledged since the last look. */
export const accepted = (node: TestNode): number[] =>
  node
    .takeSent('appendResponse')
    .flatMap(({ outcome }) => (outcome.kind === 'accepted' ? [outcome.match] : []));

/** A follower of b in term 2 with three entries, of which two are committed and applied. */
export function follower(options: { readonly tail?: number } = {}): TestNode {
  const node = new TestNode('a', { names, terms: [1, 1], hardState: { term: 2 }, ...options });
  node.receive(append({ term: 2, after: [3, 1], commit: 2 }));
  node.settle();
  node.takeSent();
  return node;
}
