// What the peers said that were asked in vain, and what that adds up to.

import { isOrionError, messageOf, OrionError, type ErrorCode } from '../lib/errors.ts';

/** Refusals that somebody else, or the same peer later, may take back: nothing was applied. The weightiest first. */
export const passingCodes = ['NO_QUORUM', 'NO_LEADER', 'BUSY', 'RATE_LIMITED'] as const;

/** Nobody else could do better. `canRepeat`: what was sent may be sent again, whatever became of it. */
export function isFinal(error: unknown, canRepeat: boolean): boolean {
  if (!isOrionError(error)) return false;
  if (isOrionError(error, 'OUTCOME_UNKNOWN')) return !canRepeat;
  return !isOrionError(error, ...passingCodes);
}

/** The same peer may do better a moment later: it is busy, or this machine is. */
export function isPassing(error: unknown, canRepeat: boolean): boolean {
  if (isOrionError(error)) return !isFinal(error, canRepeat);
  return isTimeout(error);
}

const isTimeout = (error: unknown): boolean => error instanceof Error && error.name === 'TimeoutError';

/** What the peers that answered said, the weightiest of it; those that did not have nothing to add. */
export function lastWord(failures: ReadonlyMap<string, unknown>): OrionError {
  const codes: readonly ErrorCode[] = ['OUTCOME_UNKNOWN', ...passingCodes];
  const told = [...failures.values()].filter((error) => isOrionError(error));
  const first = codes.flatMap((code) => told.filter((error) => error.code === code));
  return first[0] ?? told[0] ?? unreachable(failures);
}

/** Nobody answered. */
export function unreachable(failures: ReadonlyMap<string, unknown>): OrionError {
  const tried = [...failures].map(([peer, error]) => `${peer} (${reasonOf(error)})`).join(', ');
  return new OrionError('UNREACHABLE', `No peer answered: tried ${tried}. Is one running there?`);
}

/** fetch hides what happened in the cause of its error. */
function reasonOf(error: unknown): string {
  if (isTimeout(error)) return 'no answer in time';
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof Error && cause.message === 'bad port')
    return 'Node calls no such port: choose another';
  if (cause instanceof Error && 'code' in cause) return String(cause.code);
  return messageOf(cause ?? error);
}
