// Exponential back-off with full jitter: after a common failure nobody comes back at the same moment.

export interface BackoffOptions {
  /** The first ceiling, in milliseconds. */
  readonly baseMs: number;
  /** The last ceiling, in milliseconds. */
  readonly maxMs: number;
}

/**
 * The delay in milliseconds before try `attempt` (from 0): between half the ceiling and the ceiling, where the
 * ceiling is `baseMs * 2^attempt`, at most `maxMs`. `fraction` is a random number in `[0, 1)`.
 */
export function backoffMs(attempt: number, fraction: number, options: BackoffOptions): number {
  const ceiling = Math.min(options.maxMs, options.baseMs * 2 ** Math.min(attempt, 30));
  return Math.round(ceiling / 2 + (fraction * ceiling) / 2);
}
