// The follower's side of replication: a leader's entries and commit index, taken into the log (§5.3).

import { assert } from '../src/lib/assert.ts';
import type { Log } from './log.ts';
import { asIndex, type LogIndex, type Message } from './types.ts';

type AppendRequest = Extract<Message, { kind: 'appendRequest' }>;
type AppendOutcome = Extract<Message, { kind: 'appendResponse' }>['outcome'];

/** Takes over what the leader sent, if the log holds what should stand before it. */
export function acceptAppend(log: Log, request: AppendRequest): AppendOutcome {
  const { previousIndex, previousTerm, entries } = request;
  if (log.termAt(previousIndex) !== previousTerm) return rejection(log, request);
  log.merge(entries);
  const match = asIndex(previousIndex + entries.length);
  assert(match <= log.lastIndex, 'what matches stands in the log');
  log.advanceCommit(asIndex(Math.min(request.commit, match)));
  return { kind: 'accepted', match };
}

/** The leader skips every index at which its term is higher than the hint's: one probe a term (§5.3). */
function rejection(log: Log, request: AppendRequest): AppendOutcome {
  const hintIndex = log.highestWithTermAtMost({ index: request.previousIndex, term: request.previousTerm });
  const hintTerm = log.termAt(hintIndex);
  assert(hintTerm !== undefined, 'a hint stands in the log');
  return { kind: 'rejected', rejected: request.previousIndex, hintIndex, hintTerm };
}

/** The commit index of a heartbeat: the leader names none above what this log has acknowledged. */
export function acceptCommit(log: Log, commit: LogIndex): void {
  assert(commit <= log.lastIndex, 'this disk holds what it acknowledged');
  log.advanceCommit(commit);
}
