// The follower's side of replication: a leader's entries and commit index, taken into the log (§5.3), and what a leader of
// the past is told.

import { assert, unreachable } from '../src/lib/assert.ts';
import type { Basis } from './durability.ts';
import type { Log } from './log.ts';
import type { OwnDisk } from './own-disk.ts';
import type { Shared } from './shared.ts';
import { asIndex, type LogIndex, type Message, type StoreId, type Term } from './types.ts';

type AppendRequest = Extract<Message, { kind: 'appendRequest' }>;
type HeartbeatRequest = Extract<Message, { kind: 'heartbeatRequest' }>;
type AppendOutcome = Extract<Message, { kind: 'appendResponse' }>['outcome'];

/**
 * Takes in what the leader of this term sends; what it is told of that, and what saying so rests on. Undefined: there is no
 * room for it, and nothing to say.
 */
export function answerLeader(
  message: AppendRequest | HeartbeatRequest,
  { self, log, disk }: Pick<Shared, 'self' | 'log' | 'disk'>,
): { readonly answer: Message; readonly basis: Basis } | undefined {
  const full = disk.isFull;
  if (message.kind === 'heartbeatRequest' && !disk.isImpaired) acceptCommit(log, disk, message.commit);
  const common = { from: self, to: message.from, term: message.term, impairment: disk.impairment };
  if (message.kind === 'appendRequest') {
    if (full && isNews(log, message)) return undefined;
    const { outcome, basis } = acceptAppend(log, message);
    return { answer: { kind: 'appendResponse', ...common, outcome }, basis };
  }
  const { round } = message;
  return { answer: { kind: 'heartbeatResponse', ...common, round, full }, basis: 'term' };
}

/** Taking it in would need room: the log lacks some of the entries, and they can follow what it holds. */
function isNews(log: Log, request: AppendRequest): boolean {
  const { previousIndex, previousTerm, entries } = behindBase(log, request);
  const follows = log.termAt(previousIndex) === previousTerm;
  return follows && entries.some((entry) => log.termAt(entry.index) !== entry.term);
}

/** What the leader of this term is told, once it is durable, of a log that begins anew behind a snapshot (R10). */
export function answerInstalled(
  leader: StoreId,
  { self, log, disk, durability }: Pick<Shared, 'self' | 'log' | 'disk' | 'durability'>,
): Message {
  const { term } = durability.hardState;
  const outcome = { kind: 'accepted', match: log.base } as const;
  return { kind: 'appendResponse', from: self, to: leader, term, impairment: disk.impairment, outcome };
}

/** Takes over what the leader sent, if the log holds what should stand before it; and what saying so rests on. */
function acceptAppend(
  log: Log,
  request: AppendRequest,
): { readonly outcome: AppendOutcome; readonly basis: Basis } {
  const outcome = mergeAppend(log, request);
  const basisIndex = outcome.kind === 'accepted' ? outcome.match : outcome.hintIndex;
  return { outcome, basis: basisIndex <= log.durable ? 'term' : 'log' };
}

function mergeAppend(log: Log, request: AppendRequest): AppendOutcome {
  const { previousIndex, previousTerm, entries } = behindBase(log, request);
  if (log.termAt(previousIndex) !== previousTerm) return rejection(log, request);
  log.merge(entries);
  const match = asIndex(previousIndex + entries.length);
  assert(match <= log.lastIndex, 'what matches stands in the log');
  log.advanceCommit(asIndex(Math.min(request.commit, match)));
  return { kind: 'accepted', match };
}

/** What was cut off is committed, and so the same in every leader's log: only what is behind it is looked at. */
function behindBase(log: Log, request: AppendRequest): AppendRequest {
  if (request.previousIndex >= log.base) return request;
  const previousTerm = log.termAt(log.base);
  assert(previousTerm !== undefined, 'the term of the base stays known');
  const entries = request.entries.filter((entry) => entry.index > log.base);
  return { ...request, previousIndex: log.base, previousTerm, entries };
}

/** The leader skips every index at which its term is higher than the hint's: one probe a term (§5.3). */
function rejection(log: Log, request: AppendRequest): AppendOutcome {
  const hintIndex = log.highestWithTermAtMost({ index: request.previousIndex, term: request.previousTerm });
  const hintTerm = log.termAt(hintIndex);
  assert(hintTerm !== undefined, 'a hint stands in the log');
  return { kind: 'rejected', rejected: request.previousIndex, hintIndex, hintTerm };
}

/**
 * The commit index of a heartbeat: the leader names none above what this peer has acknowledged. Whoever does not hold that
 * has forgotten it.
 */
function acceptCommit(log: Log, disk: OwnDisk, commit: LogIndex): void {
  if (commit > log.lastIndex) disk.onLoss();
  else log.advanceCommit(commit);
}

/** A leader or reader of a past term learns this one; answers and orders of a past term are only late. */
export function staleAnswer(
  message: Exclude<Message, { kind: 'voteRequest' }>,
  term: Term,
  { self, disk }: Pick<Shared, 'self' | 'disk'>,
): Message | undefined {
  const common = { from: self, to: message.from, term };
  const { impairment, isFull: full } = disk;
  switch (message.kind) {
    case 'appendRequest':
    case 'heartbeatRequest': // Its sender may lead this term by now: round 0 claims no round of this one.
      return { kind: 'heartbeatResponse', ...common, round: 0, impairment, full };
    case 'readRequest':
      return { kind: 'readResponse', ...common, requestId: message.requestId, index: undefined };
    case 'voteResponse':
    case 'appendResponse':
    case 'heartbeatResponse':
    case 'mended':
    case 'timeoutNow':
    case 'readResponse':
      return undefined;
    default:
      return unreachable(message);
  }
}
