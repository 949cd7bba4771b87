// A stream that may be silent for as long as it likes, unless its peer is gone: a paused peer keeps its connections open.

export interface Guard {
  /** Silence after which it is looked at, in milliseconds. */
  readonly afterMs: number;
  /** Rejects when the stream will say nothing more. */
  readonly check: () => Promise<void>;
  /** Ends the stream's request: reading it then fails. */
  readonly abort: () => void;
}

/** `body`; fails with what `check` says after a silence. */
export async function* guarded(
  body: AsyncIterable<Uint8Array>,
  { afterMs, check, abort }: Guard,
): AsyncGenerator<Uint8Array, void, undefined> {
  let failure: unknown;
  let isOver = false;
  /** Undefined while the check is on its way. */
  let timer: NodeJS.Timeout | undefined;
  const listen = (): void => {
    if (!isOver) timer = setTimeout(look, afterMs);
  };
  const look = (): void => {
    timer = undefined;
    check().then(listen, (error: unknown) => {
      failure = error;
      abort();
    });
  };
  listen();
  try {
    for await (const piece of body) {
      timer?.refresh();
      yield piece;
    }
  } catch (error) {
    throw failure ?? error;
  } finally {
    isOver = true;
    clearTimeout(timer);
  }
}
