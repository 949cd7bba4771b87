// Made-up courses of events for the tests of invariants, as short as they can be said.

import { describe, expect, test } from 'vitest';
import type { MemberProgress, RaftStatus } from '../../raft/status.ts';
import {
  asIndex,
  asOperation,
  asStoreId,
  asTerm,
  type Entry,
  type EntryPayload,
  type HardState,
  type Message,
  sound,
} from '../../raft/types.ts';
import { assert } from '../../src/lib/assert.ts';
import { Checker } from './checker.ts';
import type { Invariant } from './invariants/invariant.ts';
import type { Observation } from './observation.ts';
import { encodeCommand } from './state-machine.ts';

export const [a, b, c] = [asStoreId('a'), asStoreId('b'), asStoreId('c')];
export type Name = typeof a;

/** What the invariant says of a course of events; `undefined` when it has nothing against it. */
function judge(invariant: Invariant, observations: readonly Observation[]): string | undefined {
  const checker = new Checker([a, b, c], [invariant]);
  try {
    for (const observation of observations) checker.observe(observation);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

export function entry(index: number, term: number, command = index): Entry {
  const payload: EntryPayload = { kind: 'command', data: encodeCommand(command, 8) };
  return { index: asIndex(index), term: asTerm(term), time: 0, payload };
}

export const hard = (term: number, vote?: Name): HardState => ({ term: asTerm(term), vote });

export function started(
  peer: Name,
  terms: readonly number[],
  options: { term?: number; vote?: Name; applied?: number; base?: number; impaired?: boolean } = {},
): Observation {
  const base = asIndex(options.base ?? 0);
  const log = terms.map((term, i) => entry(base + i + 1, term));
  const applied = asIndex(options.applied ?? 0);
  const hardState = hard(options.term ?? terms.at(-1) ?? 1, options.vote);
  const impaired = options.impaired ?? false;
  return { kind: 'started', peer, hardState, base, log, applied, stateHash: applied, impaired };
}

export function stepped(
  peer: Name,
  role: RaftStatus['role'],
  term: number,
  commit: number,
  applied = 0,
): Observation {
  const [commitIndex, appliedIndex] = [asIndex(commit), asIndex(applied)];
  const status = {
    role,
    term: asTerm(term),
    commit: commitIndex,
    applied: appliedIndex,
    lastIndex: commitIndex,
  };
  return { kind: 'stepped', peer, status };
}

/** A leader's step, and what it takes each follower to hold. */
export function leading(
  peer: Name,
  term: number,
  commit: number,
  matches: readonly (readonly [Name, number])[],
): Observation {
  const progress = new Map(
    matches.map(([follower, match]): [Name, MemberProgress] => [
      follower,
      { kind: 'replicate', match: asIndex(match), needs: asIndex(match + 1), lastHeardMs: 0 },
    ]),
  );
  const observation = stepped(peer, 'leader', term, commit);
  assert(observation.kind === 'stepped', 'a step is one');
  return { ...observation, status: { ...observation.status, progress } };
}

export interface Write {
  readonly entries?: readonly Entry[];
  readonly truncateFrom?: number;
  readonly hardState?: HardState;
}

export function write(
  kind: 'issued' | 'synced',
  peer: Name,
  { entries = [], truncateFrom, hardState }: Write,
): Observation {
  const from = truncateFrom === undefined ? undefined : asIndex(truncateFrom);
  return {
    kind,
    peer,
    operation: {
      operation: asOperation(1),
      hardState,
      install: undefined,
      mended: false,
      truncateFrom: from,
      entries,
    },
  };
}

export const written = (peer: Name, what: Write): readonly Observation[] => [
  write('issued', peer, what),
  write('synced', peer, what),
];

const sent = (message: Message): Observation => ({ kind: 'sent', message });

export function append(
  from: Name,
  term: number,
  previousTerm: number,
  entries: readonly Entry[],
): Observation {
  const previousIndex = asIndex((entries[0]?.index ?? 1) - 1);
  const common = { from, to: b, term: asTerm(term), previousIndex, previousTerm: asTerm(previousTerm) };
  return sent({ kind: 'appendRequest', ...common, entries, commit: asIndex(0) });
}

export const vote = (from: Name, to: Name, term: number): Observation =>
  sent({ kind: 'voteResponse', from, to, term: asTerm(term), preVote: false, granted: true });

export const accepted = (from: Name, to: Name, term: number, match: number): Observation =>
  sent({
    kind: 'appendResponse',
    impairment: sound,
    from,
    to,
    term: asTerm(term),
    outcome: { kind: 'accepted', match: asIndex(match) },
  });

export const applied = (peer: Name, what: Entry, stateHash = 0): Observation => ({
  kind: 'applied',
  peer,
  entry: what,
  stateHash,
});

export const allStarted = [a, b, c].map((peer) => started(peer, [1]));

export function voteRequest(lastIndex: number, lastTerm: number): Observation {
  const last = { lastIndex: asIndex(lastIndex), lastTerm: asTerm(lastTerm) };
  return sent({
    kind: 'voteRequest',
    from: a,
    to: b,
    term: asTerm(2),
    preVote: false,
    cause: { kind: 'timeout' },
    ...last,
  });
}

export function acknowledgedAt(index: number): Observation {
  return { kind: 'acknowledged', command: index, index: asIndex(index) };
}

export function served(read: number, index: number, appliedIndex: number): Observation {
  return { kind: 'readServed', read, index: asIndex(index), applied: asIndex(appliedIndex) };
}

export const second = entry(2, 2);
/** `second`, of leader a in term 2, durable on a and b, and committed. */
export const committed: readonly Observation[] = [
  ...allStarted,
  ...written(a, { entries: [second] }),
  ...written(b, { entries: [second] }),
  stepped(a, 'leader', 2, 2),
];

export interface Case {
  readonly title: string;
  readonly invariant: () => Invariant;
  readonly good: readonly Observation[];
  readonly bad: readonly Observation[];
  readonly broken: RegExp;
}

/** Each case becomes two tests: silence on the good run, the right words on the bad one. */
export function testInvariants(cases: readonly Case[]): void {
  describe.each(cases)('$title', ({ invariant, good, bad, broken }) => {
    test('holds in a good run', () => {
      expect(judge(invariant(), good)).toBeUndefined();
    });

    test('is found broken in a bad one', () => {
      expect(judge(invariant(), bad)).toMatch(broken);
    });
  });
}
