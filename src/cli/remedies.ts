// What to do about a refusal, for people at a command line: a peer speaks to programs, of requests, routes and headers.
// A code without an entry keeps the peer's own words.

import { ProblemError } from '../client/problem.ts';
import type { ErrorCode, OrionError } from '../lib/errors.ts';

const again = 'Run it again in a moment.';
const whoIsThere = 'Who is there: orion cluster status.';
const otherVersion = 'The peer may be of another version: see orion version.';

/** Empty: what happened says it all, as most messages do. */
const remedies: Readonly<Partial<Record<ErrorCode, string>>> = {
  MALFORMED: '',
  USAGE: '',
  INVALID: '',
  CONFLICT: '',
  CHANGE_IN_PROGRESS: '',
  ALREADY_MEMBER: '',
  REMOVED: '',
  LAGGING: '',
  QUORUM_AT_RISK: '',
  TOO_LARGE: '',
  RATE_LIMITED: '',
  FORBIDDEN: 'Name the peer as its cluster.toml does, or by a loopback address: --peers URL.',
  NOT_FOUND: 'What there is: orion get KIND.',
  METHOD_NOT_ALLOWED: otherVersion,
  UNSUPPORTED_MEDIA_TYPE: otherVersion,
  IDEMPOTENCY_MISMATCH: otherVersion,
  TIMEOUT: again,
  BUSY: again,
  STALE: 'Look at it again, and decide anew: orion describe KIND NAME.',
  PRECONDITION_FAILED: 'Look at it again, and decide anew: orion describe KIND NAME.',
  IDEMPOTENCY_EXPIRED: 'Look whether it was done (orion get, orion describe), and run it again if not.',
  OUTCOME_UNKNOWN: 'It may have been done: look (orion get, orion describe) before you run it again.',
  LAST_VOTER: 'Add another voter first: orion cluster add.',
  EXPIRED: 'So much has changed meanwhile: run it again.',
  HEADERS_TOO_LARGE: 'Give shorter selectors.',
  SLOW_WATCHER: 'Read faster, or watch less: --selector, --field-selector.',
  NO_LEADER: whoIsThere,
  NO_QUORUM: whoIsThere,
};

/** Before the remedy of a write that was refused for now. */
const nothingApplied = 'Nothing was applied.';

/** What happened, and what to do about it. */
export function messageFor(error: OrionError): string {
  const remedy = remedies[error.code];
  if (!(error instanceof ProblemError) || remedy === undefined) return error.message;
  const { detail, help, operation } = error;
  const parts = [
    detail,
    help.startsWith(nothingApplied) ? nothingApplied : '',
    remedy,
    operation === undefined ? '' : `Any peer knows for certain: curl PEER${operation}`,
  ].filter((part) => part !== '');
  return parts.map((part, i) => (i < parts.length - 1 && !/[.!?]$/.test(part) ? `${part}.` : part)).join(' ');
}
