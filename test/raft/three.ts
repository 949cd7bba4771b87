// Peers a, b and c of the paper's tests: what the others say to a, and the states from which a test begins.

import { asIndex, asTerm, type Entry, type Message, sound } from '../../raft/types.ts';
import { acceptOf, leader, store, TestNode, timedOut, type NodeOptions } from './node.ts';

export const names = ['a', 'b', 'c'];
export const a = store('a');
export const b = store('b');
export const c = store('c');

export type AppendRequest = Extract<Message, { kind: 'appendRequest' }>;

export function append(
  term: number,
  previous: { index: number; term: number },
  entries: readonly Entry[],
  commit = 0,
): Message {
  const place = { previousIndex: asIndex(previous.index), previousTerm: asTerm(previous.term) };
  return {
    kind: 'appendRequest',
    from: b,
    to: a,
    term: asTerm(term),
    ...place,
    entries,
    commit: asIndex(commit),
  };
}

export function accepted(from: typeof b, term: number, match: number): Message {
  const outcome = { kind: 'accepted', match: asIndex(match) } as const;
  return { kind: 'appendResponse', impairment: sound, from, to: a, term: asTerm(term), outcome };
}

export function rejected(
  from: typeof b,
  term: number,
  at: number,
  hint: { index: number; term: number },
): Message {
  const where = { rejected: asIndex(at), hintIndex: asIndex(hint.index), hintTerm: asTerm(hint.term) };
  return {
    kind: 'appendResponse',
    impairment: sound,
    from,
    to: a,
    term: asTerm(term),
    outcome: { kind: 'rejected', ...where },
  };
}

/** A leader to whom both followers have acknowledged its no-op. */
export function established(options: Partial<NodeOptions> = {}): TestNode {
  const node = leader('a', { names, ...options });
  node.settle();
  for (const request of node.takeSent('appendRequest')) node.receive(acceptOf(request));
  node.settle();
  node.takeSent();
  return node;
}

export function appendsTo(node: TestNode, to: typeof b): AppendRequest[] {
  node.take();
  return node.takeSent('appendRequest').filter((message) => message.to === to);
}

export function voteRequest(
  from: typeof b,
  term: number,
  log: { lastIndex: number; lastTerm: number },
  preVote = false,
): Message {
  const last = { lastIndex: asIndex(log.lastIndex), lastTerm: asTerm(log.lastTerm) };
  return { kind: 'voteRequest', from, to: a, term: asTerm(term), preVote, cause: timedOut, ...last };
}

export function heartbeat(from: typeof b, term: number, round = 1): Message {
  return { kind: 'heartbeatRequest', from, to: a, term: asTerm(term), round, commit: asIndex(0) };
}

/** A follower that has heard nobody for long enough to vote. */
export function free(options: Partial<ConstructorParameters<typeof TestNode>[1]> = {}): TestNode {
  const node = new TestNode('a', {
    names,
    config: { tickMs: 1, electionMinMs: 500, electionMaxMs: 501 },
    ...options,
  });
  node.pass(450);
  node.tick(49);
  node.tick(1); // the election starts here: whoever sticks to nobody may vote
  node.settle();
  node.takeSent();
  return node;
}
