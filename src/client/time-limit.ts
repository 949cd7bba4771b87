// A bound on how long somebody is waited for.
//
// Why not `AbortSignal.any([stop, AbortSignal.timeout(ms)])`: nothing holds the second signal then, and once it is collected as
// garbage its timer goes with it (Node 20): whoever waited waits for ever.

/**
 * Resolves as `act` does, whose signal aborts after `ms` milliseconds (with a `TimeoutError`, as `AbortSignal.timeout` has it), and
 * with `stop`.
 */
export async function withinMs<T>(
  ms: number,
  act: (signal: AbortSignal) => Promise<T>,
  stop?: AbortSignal,
): Promise<T> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(new DOMException('no answer in time', 'TimeoutError')), ms);
  const end = (): void => limit.abort(stop?.reason);
  stop?.addEventListener('abort', end);
  if (stop?.aborted === true) end();
  try {
    return await act(limit.signal);
  } finally {
    clearTimeout(timer);
    stop?.removeEventListener('abort', end);
  }
}
