// Peer a alone, with a log and a term, and what b sends to it.

import { asIndex, asTerm, type Entry, type Message } from '../../raft/types.ts';
import { TestNode, timedOut, type NodeOptions } from './node.ts';
import { a, append as appendAt, b, names } from './three.ts';

type VoteRequest = Extract<Message, { kind: 'voteRequest' }>;

/** Peer a, which holds two entries of term 2 behind genesis, and hears nobody. */
export function peer(options: Partial<NodeOptions> = {}): TestNode {
  const node = new TestNode('a', { names, terms: [2, 2], hardState: { term: 2 }, ...options });
  node.tick(50);
  return node;
}

/** Long enough that no leader is held to be there, and too short for a campaign. */
export const unstick = (node: TestNode): void => node.pass(500);

export function request(preVote: boolean): VoteRequest {
  const log = { lastIndex: asIndex(9), lastTerm: asTerm(2) };
  return { kind: 'voteRequest', from: b, to: a, term: asTerm(3), preVote, cause: timedOut, ...log };
}

export const append = (term: number, previous: number, entries: readonly Entry[], commit = 0): Message =>
  appendAt(term, { index: previous, term: previous === 1 ? 1 : 2 }, entries, commit);

export function heartbeat(commit: number, round = 1): Message {
  return { kind: 'heartbeatRequest', from: b, to: a, term: asTerm(2), round, commit: asIndex(commit) };
}
