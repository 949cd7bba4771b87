// A race between peers: the first one that answers is taken.
//
// Why not all at once: nearly always the first one answers, and the others should not be bothered.

/** Before the next peer is asked while the one before still says nothing, in milliseconds. */
const apartMs = 300;

export interface Winner<T> {
  readonly peer: string;
  readonly value: T;
}

/**
 * Asks `peers` in their order: the next one 300 ms after the one before, or at once when that one fails. Resolves with
 * the first answer, and aborts the signal of the others; undefined when all have failed, each told to `onFailure`.
 */
export function firstAnswer<T>(
  peers: readonly string[],
  ask: (peer: string, signal: AbortSignal) => Promise<T>,
  onFailure: (peer: string, error: unknown) => void,
): Promise<Winner<T> | undefined> {
  return new Promise((resolve) => {
    const losers = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    let next = 0;
    let open = 0;
    let isOver = false;
    const settle = (winner: Winner<T> | undefined): void => {
      isOver = true;
      clearTimeout(timer);
      resolve(winner);
      losers.abort();
    };
    const askNext = (): void => {
      clearTimeout(timer);
      const peer = peers[next];
      if (peer === undefined) {
        if (open === 0) settle(undefined);
        return;
      }
      next += 1;
      open += 1;
      timer = setTimeout(askNext, apartMs);
      ask(peer, losers.signal).then(
        (value) => {
          if (!isOver) settle({ peer, value });
        },
        (error: unknown) => {
          if (isOver) return;
          open -= 1;
          onFailure(peer, error);
          askNext();
        },
      );
    };
    askNext();
  });
}
