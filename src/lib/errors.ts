// Expected failures: weather, not bugs. Each has a stable code, says what happened where, and how to mend it.
// What a code means over HTTP is one table in src/api/errors.ts; the exit codes of the CLI are one in src/cli/exit.ts.

export type ErrorCode =
  // What a caller got wrong.
  | 'MALFORMED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'METHOD_NOT_ALLOWED'
  | 'TIMEOUT'
  | 'CONFLICT'
  | 'PRECONDITION_FAILED'
  | 'IDEMPOTENCY_EXPIRED'
  | 'IDEMPOTENCY_MISMATCH'
  // A change of members that cannot be made now.
  | 'CHANGE_IN_PROGRESS'
  | 'ALREADY_MEMBER'
  | 'REMOVED'
  | 'LAGGING'
  | 'LAST_VOTER'
  | 'QUORUM_AT_RISK'
  | 'TOO_LARGE'
  | 'HEADERS_TOO_LARGE'
  | 'RATE_LIMITED'
  | 'UNSUPPORTED_MEDIA_TYPE'
  | 'INVALID'
  | 'USAGE'
  // The cluster cannot do it now: certainly not applied.
  | 'NO_LEADER'
  | 'NO_QUORUM'
  | 'BUSY'
  // It may have been applied.
  | 'OUTCOME_UNKNOWN'
  // A controller's or gateway's command that the state has moved past.
  | 'STALE'
  // What is asked for is older than the cluster remembers.
  | 'EXPIRED'
  // A watcher that does not keep up.
  | 'SLOW_WATCHER'
  // A client that finds nobody.
  | 'UNREACHABLE'
  // A peer that cannot go on with what is on its disk.
  | 'DIRECTORY_LOCKED'
  | 'FORMAT_TOO_NEW'
  | 'FORMAT_TOO_OLD'
  | 'LOG_CORRUPT'
  | 'DISK_FAILED'
  | 'DISK_FULL'
  | 'WRONG_CLUSTER'
  | 'CONFIG_INVALID'
  | 'INTERNAL';

/** One thing wrong with an input: where it stands, and what would be right. */
export interface Issue {
  /** Dotted path from the root of the document, as in `spec.services[0].replicas`; empty for the whole. */
  readonly path: string;
  /** Line in the file, from 1, where the input was text. */
  readonly line?: number;
  readonly message: string;
}

export class OrionError extends Error {
  override readonly name = 'OrionError';
  readonly code: ErrorCode;
  /** Every problem at once, so that nobody mends a file one error at a time. */
  readonly issues: readonly Issue[];

  /** `message` says what happened and, in the same breath, what to do about it. */
  constructor(
    code: ErrorCode,
    message: string,
    options: { issues?: readonly Issue[]; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.issues = options.issues ?? [];
  }
}

/** True for an {@link OrionError} with one of `codes` (any code when none is given). */
export function isOrionError(error: unknown, ...codes: readonly ErrorCode[]): error is OrionError {
  return error instanceof OrionError && (codes.length === 0 || codes.includes(error.code));
}

/** What a caught value says, for a log line or a person. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
