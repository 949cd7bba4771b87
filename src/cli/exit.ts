// Exit codes, one table: scripts branch on them, so a code never changes its meaning (docs/interface.md, CLI).

import { OrionError, type ErrorCode } from '../lib/errors.ts';

export const exitOk = 0;
export const exitFailed = 1;
export const exitUsage = 2;
/** Ctrl-C while something is followed: as a shell has it, 128 and the number of the signal. */
export const exitInterrupted = 130;

const exitCodes: Readonly<Record<ErrorCode, number>> = {
  USAGE: exitUsage,
  // Nobody answered.
  UNREACHABLE: 3,
  // Somebody answered that the cluster cannot do it now.
  NO_LEADER: 4,
  NO_QUORUM: 4,
  // The cluster's state forbids it (409, 412).
  CONFLICT: 5,
  PRECONDITION_FAILED: 5,
  IDEMPOTENCY_EXPIRED: 5,
  STALE: 5,
  CHANGE_IN_PROGRESS: 5,
  ALREADY_MEMBER: 5,
  REMOVED: 5,
  LAGGING: 5,
  LAST_VOTER: 5,
  QUORUM_AT_RISK: 5,
  // The caller may not (401, 403).
  FORBIDDEN: 6,
  // The disk of this peer failed or is full: whoever restarts it automatically should look after the disk first.
  DISK_FAILED: 7,
  DISK_FULL: 7,
  // Everything else failed, whatever the reason.
  MALFORMED: exitFailed,
  NOT_FOUND: exitFailed,
  METHOD_NOT_ALLOWED: exitFailed,
  TOO_LARGE: exitFailed,
  TIMEOUT: exitFailed,
  HEADERS_TOO_LARGE: exitFailed,
  RATE_LIMITED: exitFailed,
  IDEMPOTENCY_MISMATCH: exitFailed,
  UNSUPPORTED_MEDIA_TYPE: exitFailed,
  INVALID: exitFailed,
  BUSY: exitFailed,
  EXPIRED: exitFailed,
  SLOW_WATCHER: exitFailed,
  OUTCOME_UNKNOWN: exitFailed,
  DIRECTORY_LOCKED: exitFailed,
  FORMAT_TOO_NEW: exitFailed,
  FORMAT_TOO_OLD: exitFailed,
  LOG_CORRUPT: exitFailed,
  WRONG_CLUSTER: exitFailed,
  CONFIG_INVALID: exitFailed,
  INTERNAL: exitFailed,
};

/** What the process exits with after `error`; 1 for anything that is not an {@link OrionError}. */
export function exitCodeOf(error: unknown): number {
  return error instanceof OrionError ? exitCodes[error.code] : exitFailed;
}
