// What a failure says on the screen: what happened, and what to do about it there. A peer speaks to programs, of requests and
// routes; one of a later version may know codes that are not known here, and keeps its own words.

import { ProblemError } from '../src/client/problem.ts';
import { type ErrorCode, messageOf } from '../src/lib/errors.ts';
import { errorMeanings } from '../src/protocol/error-meanings.ts';

const again = 'Do it again in a moment.';
const whoIsThere = 'Who is there: :raft.';
const changed = 'Look at it again, and decide anew: d.';
const perhapsDone = 'It may have been done: look (d) before you do it again.';

/** Without an entry what happened says it all. */
const ways: Readonly<Partial<Record<ErrorCode, string>>> = {
  TIMEOUT: again,
  BUSY: again,
  RATE_LIMITED: again,
  STALE: changed,
  PRECONDITION_FAILED: changed,
  IDEMPOTENCY_EXPIRED: perhapsDone,
  OUTCOME_UNKNOWN: perhapsDone,
  NO_LEADER: whoIsThere,
  NO_QUORUM: whoIsThere,
};

const nothingApplied = 'Nothing was applied.';

export function failureText(error: unknown): string {
  if (!(error instanceof ProblemError) || !Object.hasOwn(errorMeanings, error.code)) return messageOf(error);
  const { code, detail, help } = error;
  const parts = [detail, help.startsWith(nothingApplied) ? nothingApplied : '', ways[code] ?? ''];
  const told = parts.filter((part) => part !== '');
  return told.map((part, i) => (i < told.length - 1 && !/[.!?]$/.test(part) ? `${part}.` : part)).join(' ');
}
