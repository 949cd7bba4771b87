// Any error as the problem that its caller is told (protocol/error-meanings.ts says what a code means).

import { OrionError, type ErrorCode } from '../lib/errors.ts';
import type { Problem } from '../protocol/api.ts';
import { errorMeanings } from '../protocol/error-meanings.ts';

/**
 * `method`: of the request that failed; a read could not have applied anything anyway. `operation`: as what it was
 * submitted.
 */
export function problemOf(error: OrionError, method: string, operation?: string): Problem {
  const { status, title, help } = errorMeanings[error.code];
  const isWrite = !readingMethods.has(method);
  return {
    type: `urn:orion:problem:${error.code}`,
    title,
    status,
    detail: error.message,
    code: error.code,
    help: status === 503 && isWrite ? `Nothing was applied. ${help}` : help, // E1
    ...(error.issues.length === 0 ? {} : { errors: error.issues }),
    ...(operation !== undefined &&
      error.code === 'OUTCOME_UNKNOWN' && { operation: `/api/operations/${operation}` }),
  };
}

const readingMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Fastify's own errors, by their status: they are all about what was sent. */
const codeByStatus: Readonly<Record<number, ErrorCode>> = {
  413: 'TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
};

/** Any thrown value as an {@link OrionError}; undefined when it is a bug of ours, whose words are not the caller's. */
export function asOrionError(error: unknown): OrionError | undefined {
  if (error instanceof OrionError) return error;
  if (!(error instanceof Error) || !('statusCode' in error)) return undefined;
  const { statusCode } = error;
  if (typeof statusCode !== 'number' || statusCode < 400 || statusCode >= 500) return undefined;
  return new OrionError(codeByStatus[statusCode] ?? 'MALFORMED', error.message);
}
