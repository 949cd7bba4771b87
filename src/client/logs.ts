// Lines of logs, over as many connections as it takes: one that follows goes on with another peer, or leader.
//
// F1. A line is yielded once: after a break the lines that were seen are told by their time, and by how many of that
//     time there were.
// F2. What a replica wrote during the break comes, too, up to the longest tail that a peer gives.

import { isOrionError, OrionError } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';
import type { LogLine } from '../protocol/logs.ts';
import { textLines } from './event-stream.ts';
import { passingCodes } from './failures.ts';
import { pause } from './pause.ts';

export interface LogsOptions {
  /** Go on with new lines until `signal` or the end of the iteration, over lost connections, too. Default false. */
  readonly follow?: boolean | undefined;
  /** Lines of each replica to begin with. Default 100. */
  readonly tail?: number | undefined;
  /** Only this replica. */
  readonly replica?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The stream broke off, and is taken up again; with what happened. */
  readonly onBreak?: ((error: unknown) => void) | undefined;
}

/** Opens the stream, with `tail` lines of each replica before the end. */
export type OpenLogs = (tail: number, stop: AbortSignal) => Promise<AsyncIterable<Uint8Array>>;

/** Without success for this long a broken stream is given up, in milliseconds. */
const resumeMs = 30_000;
/** Between two tries to take it up again, in milliseconds. */
const resumePauseMs = 250;

/** Throws UNREACHABLE when the stream breaks off for good, and whatever a peer answers to the request. */
export async function* readLogs(
  open: OpenLogs,
  options: LogsOptions,
): AsyncGenerator<LogLine, void, undefined> {
  const { follow = false, tail = limits.logTailLines, signal } = options;
  const done = new AbortController();
  const stop = signal === undefined ? done.signal : AbortSignal.any([done.signal, signal]);
  const seen = new SeenLines();
  let brokeAtMs: number | undefined;
  try {
    for (;;) {
      try {
        const body = await open(seen.isEmpty ? tail : limits.logTailLinesMax, stop); // F2
        brokeAtMs = undefined;
        for await (const text of textLines(body)) {
          if (text === '') continue;
          const line = JSON.parse(text) as LogLine;
          if (seen.isNew(line)) yield line;
        }
        return;
      } catch (error) {
        if (stop.aborted) return;
        const isBreak = !isOrionError(error) || isOrionError(error, 'UNREACHABLE', ...passingCodes);
        const isFirst = seen.isEmpty && brokeAtMs === undefined && isOrionError(error);
        if (!isBreak || isFirst) throw error;
        brokeAtMs ??= performance.now();
        if (!follow || performance.now() - brokeAtMs > resumeMs) throw brokenOff(error);
        options.onBreak?.(error);
        seen.resume();
        await pause(resumePauseMs);
      }
    }
  } finally {
    done.abort();
  }
}

function brokenOff(error: unknown): OrionError {
  if (isOrionError(error)) return error;
  const message = 'The stream of logs broke off: its peer or the leader went away. Ask again.';
  return new OrionError('UNREACHABLE', message, { cause: error });
}

/** F1: of each replica the time of its last line, and how many lines of that time were seen. */
class SeenLines {
  readonly #last = new Map<number, { time: string; count: number }>();
  /** Of each replica, after a break: lines of its last time that are still to be passed over. */
  #pending = new Map<number, number>();
  /** The last time of all, for replicas that wrote nothing before the break. */
  #latest = '';
  #isResumed = false;

  get isEmpty(): boolean {
    return this.#last.size === 0;
  }

  /** The lines that come now begin with some that were seen. */
  resume(): void {
    this.#isResumed = true;
    this.#pending = new Map([...this.#last].map(([index, { count }]) => [index, count]));
    for (const { time } of this.#last.values()) if (time > this.#latest) this.#latest = time;
  }

  isNew({ index, time }: LogLine): boolean {
    const last = this.#last.get(index);
    if (last === undefined && this.#isResumed && time <= this.#latest) return false;
    const pending = this.#pending.get(index);
    if (last !== undefined && pending !== undefined) {
      if (time < last.time) return false;
      if (time === last.time && pending > 0) {
        this.#pending.set(index, pending - 1);
        return false;
      }
      this.#pending.delete(index);
    }
    if (last !== undefined && last.time === time) last.count += 1;
    else this.#last.set(index, { time, count: 1 });
    return true;
  }
}
