// Requests to whichever peer answers: reads anywhere, writes once.
//
// T1. Every try has a time-out, every request a deadline: a slow or hung peer never hangs its caller.
// T2. A request goes only to a peer that has just answered `/livez`: one that is off, or paused with its port open,
//     costs a probe, and not a long time-out or, for a write, an unknown outcome.
// T3. A write that was sent and not answered is OUTCOME_UNKNOWN: it is never sent to anyone else.
// T4. 503 says that nothing was applied: the next peer is asked, until the deadline.

import { isOrionError, messageOf, OrionError, type ErrorCode } from '../lib/errors.ts';
import { streamRequest, textOf } from '../lib/stream-request.ts';
import type { Problem } from '../protocol/api.ts';

export interface ConnectionOptions {
  /** URLs of peers' APIs, as `http://127.0.0.1:6060`; at least one. */
  readonly peers: readonly string[];
  /** For one answer of one peer, in milliseconds; above the 2 s within which a peer answers. Default 3,000. */
  readonly timeoutMs?: number | undefined;
  /** After which no further peer is asked, in milliseconds. Default 5,000. */
  readonly deadlineMs?: number | undefined;
}

export interface Request {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** Path and query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** For the answer to a probe, in milliseconds: a peer that is up answers without asking anyone. */
const probeMs = 1_000;
/** Between two rounds over all peers, in milliseconds. */
const roundPauseMs = 100;

export class Connection {
  readonly #peers: readonly string[];
  readonly #timeoutMs: number;
  readonly #deadlineMs: number;
  /** Index of the peer that answered last: asked first the next time. */
  #preferred = 0;

  constructor(options: ConnectionOptions) {
    this.#peers = options.peers.map((url) => url.replace(/\/+$/, ''));
    if (this.#peers.length === 0) throw new OrionError('USAGE', 'Name at least one peer.');
    this.#timeoutMs = options.timeoutMs ?? 3_000;
    this.#deadlineMs = options.deadlineMs ?? 5_000;
  }

  /** The body of a successful answer. Throws the error that a peer gave, OUTCOME_UNKNOWN or UNREACHABLE. */
  async text(request: Request): Promise<string> {
    const isRead = request.method === 'GET';
    return this.#somewhere(async (peer) => {
      await this.#probe(peer); // T2
      try {
        const answer = await this.#ask(peer, request, AbortSignal.timeout(this.#timeoutMs));
        return await answer.text();
      } catch (error) {
        if (isRead || isOrionError(error)) throw error;
        const outcome = `${peer} did not say whether it was applied: read before you send it again.`; // T3
        throw new OrionError('OUTCOME_UNKNOWN', outcome, { cause: error });
      }
    });
  }

  /** The open body of a successful read, however long it goes on; only its start has a time-out. */
  async stream(
    { path, headers = {} }: Pick<Request, 'path' | 'headers'>,
    stop: AbortSignal,
  ): Promise<AsyncIterable<Uint8Array>> {
    return this.#somewhere(async (peer) => {
      await this.#probe(peer); // T2
      const late = new AbortController();
      const timer = setTimeout(() => late.abort(), this.#timeoutMs);
      try {
        const signal = AbortSignal.any([late.signal, stop]);
        const answer = await streamRequest(peer + path, { headers, signal });
        if (answer.status === 200) return answer.body;
        throw problemError(answer.status, await textOf(answer.body));
      } finally {
        clearTimeout(timer);
      }
    });
  }

  /** The answer of the first peer that gives any to a GET, whatever its status. */
  async answer(path: string): Promise<{ readonly status: number; readonly body: string }> {
    return this.#somewhere(async (peer) => {
      const signal = AbortSignal.timeout(this.#timeoutMs);
      const answer = await fetch(peer + path, { signal, redirect: 'error' });
      return { status: answer.status, body: await answer.text() };
    });
  }

  /** Tries peers in turn, from the preferred one on, round after round, until one settles it or the deadline passed. */
  async #somewhere<T>(attempt: (peer: string) => Promise<T>): Promise<T> {
    const startMs = performance.now();
    const failures = new Map<string, unknown>();
    for (let tries = 0; ; tries += 1) {
      const index = this.#preferred % this.#peers.length;
      const peer = this.#peers[index] ?? '';
      try {
        return await attempt(peer);
      } catch (error) {
        if (isOrionError(error) && !isOrionError(error, 'NO_LEADER', 'NO_QUORUM', 'BUSY')) throw error;
        failures.set(peer, error);
      }
      this.#preferred = index + 1;
      const roundIsOver = (tries + 1) % this.#peers.length === 0;
      const answered = [...failures.values()].some((error) => isOrionError(error));
      if (roundIsOver && !answered) throw unreachable(failures);
      if (performance.now() - startMs >= this.#deadlineMs) throw lastWord(failures);
      if (roundIsOver) await pause(roundPauseMs);
    }
  }

  async #probe(peer: string): Promise<void> {
    const signal = AbortSignal.timeout(Math.min(probeMs, this.#timeoutMs));
    const answer = await fetch(`${peer}/livez`, { signal, redirect: 'error' });
    const body = await answer.text();
    if (answer.ok && isAlive(body)) return;
    if (!answer.ok && parsedProblem(body) !== undefined) throw problemError(answer.status, body);
    throw new Error('not an orion peer');
  }

  async #ask(peer: string, request: Request, signal: AbortSignal): Promise<Response> {
    const { method, path, headers, body } = request;
    const answer = await fetch(peer + path, {
      method,
      signal,
      redirect: 'error',
      ...(headers === undefined ? {} : { headers }),
      ...(body === undefined ? {} : { body }),
    });
    if (answer.ok) return answer;
    throw problemError(answer.status, await answer.text());
  }
}

/** The error that a peer's answer stands for. */
function problemError(status: number, body: string): OrionError {
  const problem = parsedProblem(body);
  if (problem === undefined)
    return new OrionError('INTERNAL', `This is no answer of orion: status ${status}.`);
  return new OrionError(problem.code, sentences(problem.detail, problem.help), {
    issues: problem.errors ?? [],
  });
}

/** What happened and what to do about it, as one text. A peer of another version may know no help. */
function sentences(detail: string, help: string | undefined): string {
  if (help === undefined) return detail;
  return `${detail}${/[.!?]$/.test(detail) ? '' : '.'} ${help}`;
}

/** What `/livez` answers: other servers answer anything, too. */
function isAlive(body: string): boolean {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && 'status' in value && value.status === 'ok';
  } catch {
    return false;
  }
}

function parsedProblem(body: string): Problem | undefined {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value !== 'object' || value === null || !('code' in value)) return undefined;
    return typeof value.code === 'string' ? (value as Problem) : undefined;
  } catch {
    return undefined;
  }
}

function unreachable(failures: ReadonlyMap<string, unknown>): OrionError {
  const tried = [...failures].map(([peer, error]) => `${peer} (${reasonOf(error)})`).join(', ');
  return new OrionError('UNREACHABLE', `No peer answered: tried ${tried}. Is one running there?`);
}

/** What the peers that answered said last; those that did not have nothing to add. */
function lastWord(failures: ReadonlyMap<string, unknown>): OrionError {
  const codes: readonly ErrorCode[] = ['NO_QUORUM', 'NO_LEADER', 'BUSY'];
  for (const code of codes) {
    for (const error of failures.values()) if (isOrionError(error, code)) return error;
  }
  return unreachable(failures);
}

/** fetch hides what happened in the cause of its error. */
function reasonOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return 'no answer in time';
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof Error && 'code' in cause) return String(cause.code);
  return messageOf(cause ?? error);
}

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
