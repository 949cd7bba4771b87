// What an error's code means over HTTP: one table. docs/interface.md lists the statuses; a test holds both together.
// It stands here, and not with the API, because apply writes the status of a refusal down with the operation.
//
// E1. 503 says "certainly not applied", 504 says "may have been applied"; nothing else may say either.

import type { ErrorCode } from '../lib/errors.ts';

export interface ErrorMeaning {
  readonly status: number;
  readonly title: string;
  /** What the caller can do now. */
  readonly help: string;
  /** Seconds after which the same request may do better. */
  readonly retryAfter?: number;
}

const broken: Omit<ErrorMeaning, 'title'> = { status: 500, help: 'Look into the log of this peer.' };

export const errorMeanings: Readonly<Record<ErrorCode, ErrorMeaning>> = {
  MALFORMED: { status: 400, title: 'Malformed request', help: 'Mend the syntax of what was sent.' },
  USAGE: { status: 400, title: 'Wrong usage', help: 'Look the request up in docs/interface.md.' },
  FORBIDDEN: {
    status: 403,
    title: 'Forbidden',
    help: 'Call the peer by a loopback name or by a host of its configured api address.',
  },
  NOT_FOUND: { status: 404, title: 'Not found', help: 'List what is there first.' },
  METHOD_NOT_ALLOWED: {
    status: 405,
    title: 'Method not allowed',
    help: 'Use one of the methods in the Allow header.',
  },
  TIMEOUT: { status: 408, title: 'Too slow', help: 'Send the whole request at once.' },
  CONFLICT: { status: 409, title: 'Conflict', help: 'Clear what is in the way, and send it again.' },
  STALE: { status: 409, title: 'Overtaken', help: 'Read the object again, and decide anew.' },
  CHANGE_IN_PROGRESS: {
    status: 409,
    title: 'Members are changing',
    help: 'Look at the cluster again, and decide anew.',
  },
  ALREADY_MEMBER: { status: 409, title: 'A member already', help: 'Choose another id, or replace the disk.' },
  REMOVED: {
    status: 409,
    title: 'Removed for good',
    help: 'Start the peer with an empty data directory, and add it.',
  },
  LAGGING: { status: 409, title: 'Lagging', help: 'Wait until it has caught up.' },
  LAST_VOTER: { status: 409, title: 'The last voter', help: 'Add another voter first.' },
  QUORUM_AT_RISK: {
    status: 409,
    title: 'Quorum at risk',
    help: 'Bring a majority of the voters that would remain back first.',
  },
  IDEMPOTENCY_EXPIRED: {
    status: 409,
    title: 'Idempotency key expired',
    help: 'Read the object again, and decide anew under a new key.',
  },
  EXPIRED: {
    status: 410,
    title: 'Too old',
    help: 'Read everything anew, and go on from its resourceVersion.',
  },
  PRECONDITION_FAILED: {
    status: 412,
    title: 'Precondition failed',
    help: 'Read the object again, and decide anew.',
  },
  TOO_LARGE: { status: 413, title: 'Too large', help: 'Send less at once.' },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    title: 'Unsupported media type',
    help: 'Send application/json or application/yaml.',
  },
  INVALID: { status: 422, title: 'Not valid', help: 'Mend every problem in errors.' },
  IDEMPOTENCY_MISMATCH: {
    status: 422,
    title: 'Another request had this idempotency key',
    help: 'Give each request a key of its own; repeat a request as it was.',
  },
  RATE_LIMITED: {
    status: 429,
    title: 'Too much from one client',
    help: 'Send it again, less often.',
    retryAfter: 1,
  },
  SLOW_WATCHER: {
    status: 429,
    title: 'Too slow a watcher',
    help: 'Go on from the last id, and read faster, or watch less.',
  },
  HEADERS_TOO_LARGE: { status: 431, title: 'Headers too large', help: 'Send fewer or shorter headers.' },
  NO_LEADER: {
    status: 503,
    title: 'No leader',
    help: 'Send it again, to any peer.',
    retryAfter: 1,
  },
  NO_QUORUM: {
    status: 503,
    title: 'No quorum',
    help: 'Bring a majority of the peers back.',
    retryAfter: 1,
  },
  BUSY: {
    status: 503,
    title: 'Busy',
    help: 'Send it again, less often.',
    retryAfter: 1,
  },
  OUTCOME_UNKNOWN: {
    status: 504,
    title: 'Outcome unknown',
    help: 'It may have been applied: ask for the operation, or read, before you send it again.',
  },
  UNREACHABLE: { ...broken, title: 'Unreachable' },
  DIRECTORY_LOCKED: { ...broken, title: 'Directory locked' },
  FORMAT_TOO_OLD: { ...broken, title: 'Format too old' },
  FORMAT_TOO_NEW: { ...broken, title: 'Format too new' },
  LOG_CORRUPT: { ...broken, title: 'Log corrupt' },
  DISK_FAILED: { ...broken, title: 'Disk failed' },
  DISK_FULL: { ...broken, title: 'Disk full' },
  WRONG_CLUSTER: { ...broken, title: 'Wrong cluster' },
  CONFIG_INVALID: { ...broken, title: 'Configuration not valid' },
  INTERNAL: { ...broken, title: 'Internal error' },
};
