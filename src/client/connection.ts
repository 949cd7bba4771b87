// Requests to whichever peer answers: reads anywhere, writes once.
//
// T1. Every try has a time-out, every request a deadline: a slow or hung peer never hangs its caller.
// T2. A request goes only to a peer that answered within the last second, one that may not be sent twice only to a peer
//     that has just answered: one that is off, or paused with its port open, costs a probe, and not a long time-out or an
//     unknown outcome. Peers are probed in a race (race.ts).
// T3. A write that was sent and not answered may have been applied. With a key it is sent again, to any peer, since the
//     cluster knows a write by its key; without one it is OUTCOME_UNKNOWN, and never sent to anyone else.
// T4. 503 and RATE_LIMITED say that nothing was applied: the next peer is asked, until the deadline.
// T5. Once an outcome was unknown, only an answer to the same key says more: no refusal to serve does.

import { isOrionError, OrionError } from '../lib/errors.ts';
import { streamRequest, textOf } from '../lib/stream-request.ts';
import type { ClusterView } from '../protocol/api.ts';
import { isFinal, isPassing, lastWord, unreachable } from './failures.ts';
import { guarded } from './guarded.ts';
import { pause } from './pause.ts';
import { PeerList } from './peer-list.ts';
import { parsedProblem, problemError } from './problem.ts';
import { firstAnswer } from './race.ts';
import { withinMs } from './time-limit.ts';

export interface ConnectionOptions {
  /** URLs of peers' APIs, as `http://127.0.0.1:6060`; at least one. Others of the same cluster are found from there. */
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
  /** Each peer that is asked, for this or whether it is there. */
  readonly onTry?: ((peer: string) => void) | undefined;
  /** Of a write: `new` draws an Idempotency-Key for it, `none` sends it at most once. Anything else is the key. */
  readonly key?: string;
}

export interface Stream {
  /** URL of the peer that it comes from. */
  readonly peer: string;
  readonly body: AsyncIterable<Uint8Array>;
}

export interface StreamRequest {
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Ends the tries, and later the stream. */
  readonly stop: AbortSignal;
  /**
   * Why it ends after a silence: its peer is gone, or (`leader`) another leads than when it began, since what comes by way
   * of a paused leader comes no more. Default: it does not.
   */
  readonly guard?: 'peer' | 'leader';
  /** As in {@link Request}. */
  readonly onTry?: ((peer: string) => void) | undefined;
}

/** For the answer to a probe, in milliseconds: a peer that is up answers without asking anyone. */
const probeMs = 1_000;
/** What a peer said to a probe is believed for this long, in milliseconds. */
const freshMs = 1_000;
/** Silence of a guarded stream after which its peer is asked whether it is there, in milliseconds. */
const silenceMs = 2_000;
/** Between two rounds over all peers, in milliseconds. */
const roundPauseMs = 100;

interface Attempts {
  /** Whether what is sent may be sent again, though nobody knows what became of it. */
  readonly canRepeat: boolean;
  readonly stop?: AbortSignal;
  readonly onTry?: ((peer: string) => void) | undefined;
}

interface Contact {
  readonly peer: string;
  /** When it answered the probe, by the monotonic clock. */
  readonly atMs: number;
  readonly view: ClusterView;
}

export class Connection {
  readonly #peers: PeerList;
  readonly #timeoutMs: number;
  readonly #deadlineMs: number;
  /** Who answered the last probe, if nothing has failed there since. */
  #contact: Contact | undefined;
  #clusterId: string | null = null;

  constructor(options: ConnectionOptions) {
    this.#peers = new PeerList(options.peers);
    this.#timeoutMs = options.timeoutMs ?? 3_000;
    this.#deadlineMs = options.deadlineMs ?? 5_000;
  }

  /** All peers that are known, the one that answered last first. */
  get peers(): readonly string[] {
    return this.#peers.urls;
  }

  /** As the cluster told last; empty before. */
  get clusterPeers(): readonly string[] {
    return this.#peers.told;
  }

  /** Of the peer that answered last; null before, and while that peer knows none. */
  get clusterId(): string | null {
    return this.#clusterId;
  }

  /** The cluster, as a peer sees it that is asked now. */
  async view(): Promise<ClusterView> {
    this.#contact = undefined;
    return this.#somewhere({ canRepeat: true }, ({ view }) => Promise.resolve(view));
  }

  /** The body of a successful answer. Throws the error that a peer gave, OUTCOME_UNKNOWN or UNREACHABLE. */
  async text(request: Request): Promise<string> {
    const isRead = request.method === 'GET';
    const { key = 'none' } = request;
    const canRepeat = isRead || key !== 'none';
    let headers = request.headers ?? {};
    if (key !== 'new' && key !== 'none') headers = { ...headers, 'idempotency-key': key };
    return this.#somewhere({ canRepeat, onTry: request.onTry }, async (contact) => {
      if (key === 'new' && headers['idempotency-key'] === undefined) {
        headers = { ...headers, 'idempotency-key': keyOf(contact) };
      }
      try {
        return await this.#ask(contact.peer, { ...request, headers });
      } catch (error) {
        if (isRead || isOrionError(error)) throw error;
        const outcome = `${contact.peer} did not say whether it was applied: look before you do it again.`;
        throw new OrionError('OUTCOME_UNKNOWN', outcome, { cause: error }); // T3
      }
    });
  }

  /** The open body of a successful read, however long it goes on; only its start has a time-out. */
  async stream({ path, headers = {}, stop, guard, onTry }: StreamRequest): Promise<Stream> {
    return this.#somewhere({ canRepeat: true, stop, onTry }, async ({ peer, view }) => {
      const ended = new AbortController();
      const abort = (): void => ended.abort();
      const timer = setTimeout(abort, this.#timeoutMs);
      try {
        const signal = AbortSignal.any([ended.signal, stop]);
        const { status, body } = await streamRequest(peer + path, { headers, signal });
        if (status !== 200) throw problemError(status, await textOf(body));
        if (guard === undefined) return { peer, body };
        const check = async (): Promise<void> => {
          const { term } = await this.#probe(peer, stop);
          if (guard === 'leader' && term !== view.term) throw new Error('another peer leads');
        };
        return { peer, body: guarded(body, { afterMs: Math.min(silenceMs, this.#timeoutMs), check, abort }) };
      } finally {
        clearTimeout(timer);
      }
    });
  }

  /** The answer of the first peer that gives any to a GET, whatever its status. */
  async answer(path: string): Promise<{ readonly status: number; readonly body: string }> {
    const failures = new Map<string, unknown>();
    const ask = (peer: string, loser: AbortSignal): Promise<{ status: number; body: string }> =>
      withinMs(this.#timeoutMs, (signal) => textAnswer(peer + path, { signal }), loser);
    const first = await firstAnswer(this.#peers.urls, ask, (peer, error) => failures.set(peer, error));
    if (first === undefined) throw unreachable(failures);
    return first.value;
  }

  /**
   * Tries the peers in turn, round after round, until one settles it or the deadline passed. Where nobody listens there is
   * one round; who only says nothing in time may be busy, as this machine may be.
   */
  async #somewhere<T>(options: Attempts, attempt: (contact: Contact) => Promise<T>): Promise<T> {
    const { canRepeat, stop, onTry } = options;
    const startMs = performance.now();
    const failures = new Map<string, unknown>();
    let round = new Set(this.#peers.urls); // those that still can be asked in this round
    const onFailure = (peer: string, error: unknown): void => {
      round.delete(peer);
      // T5
      if (!isOrionError(failures.get(peer), 'OUTCOME_UNKNOWN')) failures.set(peer, error);
      this.#peers.failed(peer);
      this.#contact = undefined;
    };
    for (;;) {
      const contact = await this.#reach(round, { canRepeat, onFailure, onTry });
      stop?.throwIfAborted();
      if (contact !== undefined) {
        try {
          return await attempt(contact);
        } catch (error) {
          if (isFinal(error, canRepeat)) throw error;
          onFailure(contact.peer, error);
        }
      }
      stop?.throwIfAborted();
      const mayDo = [...failures.values()].some((error) => isPassing(error, canRepeat));
      if (round.size === 0 && !mayDo) throw lastWord(failures);
      if (performance.now() - startMs >= this.#deadlineMs) throw lastWord(failures);
      if (round.size > 0) continue;
      await pause(roundPauseMs);
      round = new Set(this.#peers.urls);
    }
  }

  /** Somebody of `round` who is up; undefined when nobody is. T2 */
  async #reach(
    round: ReadonlySet<string>,
    { canRepeat, onFailure, onTry }: Attempts & { onFailure: (peer: string, error: unknown) => void },
  ): Promise<Contact | undefined> {
    const known = this.#contact;
    const isFresh = known !== undefined && performance.now() - known.atMs < freshMs;
    if (isFresh && canRepeat && round.has(known.peer)) {
      onTry?.(known.peer);
      return known;
    }
    const order = this.#peers.urls.filter((peer) => round.has(peer));
    const probe = (peer: string, loser: AbortSignal): Promise<ClusterView> => {
      onTry?.(peer);
      return this.#probe(peer, loser);
    };
    const first = await firstAnswer(order, probe, onFailure);
    if (first === undefined) return undefined;
    const { peer, value: view } = first;
    this.#peers.answered(peer);
    this.#peers.learn(
      peer,
      view.peers.map(({ api }) => api),
    );
    this.#clusterId = view.clusterId;
    this.#contact = { peer, view, atMs: performance.now() };
    return this.#contact;
  }

  async #probe(peer: string, loser: AbortSignal): Promise<ClusterView> {
    const { status, body } = await withinMs(
      Math.min(probeMs, this.#timeoutMs),
      (signal) => textAnswer(`${peer}/api/cluster`, { signal }),
      loser,
    );
    const view = isSuccess(status) ? parsedView(body) : undefined;
    if (view !== undefined) return view;
    if (!isSuccess(status) && parsedProblem(body) !== undefined) throw problemError(status, body);
    throw new Error('not an orion peer');
  }

  async #ask(peer: string, { method, path, headers, body }: Request): Promise<string> {
    const answer = await withinMs(this.#timeoutMs, (signal) =>
      textAnswer(peer + path, {
        method,
        signal,
        ...(headers === undefined ? {} : { headers }),
        ...(body === undefined ? {} : { body }),
      }),
    );
    if (isSuccess(answer.status)) return answer.body;
    throw problemError(answer.status, answer.body);
  }
}

/** The whole answer; no redirect is followed. */
async function textAnswer(
  url: string,
  request: RequestInit,
): Promise<{ readonly status: number; readonly body: string }> {
  const answer = await fetch(url, { ...request, redirect: 'error' });
  return { status: answer.status, body: await answer.text() };
}

const isSuccess = (status: number): boolean => status >= 200 && status < 300;

/** A key that says what its sender had seen: the cluster can tell whether it still remembers all writes since then. */
const keyOf = ({ view }: Contact): string => `rv:${view.appliedIndex}:${crypto.randomUUID()}`;

/** What `/api/cluster` answers: other servers answer anything, too. */
function parsedView(body: string): ClusterView | undefined {
  try {
    const value = JSON.parse(body) as Partial<ClusterView> | null;
    const isView = typeof value?.appliedIndex === 'number' && Array.isArray(value.peers);
    return isView ? (value as ClusterView) : undefined;
  } catch {
    return undefined;
  }
}
