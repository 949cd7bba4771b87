// `GET /api/services/:name/logs`: lines as they come from the agents, no faster than the reader takes them.
// Agents hold their sessions to the leader; any other peer passes the leader's answer on, once.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { messageOf, OrionError } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';
import { type StreamAnswer, streamRequest } from '../lib/stream-request.ts';
import type { LogLine, LogRequest } from '../protocol/logs.ts';
import type { View } from '../state/view.ts';
import type { Clients, ClientSocket } from './clients.ts';
import type { ApiContext } from './context.ts';
import { absent } from './reading.ts';
import { count, flag, queryOf } from './request.ts';

/** Names the peer that passed a request on: the next one answers it, or refuses. */
const forwardedHeader = 'x-orion-forwarded';

const ndjson = 'application/x-ndjson';
const plain = 'text/plain; charset=utf-8';

export function logRoutes(app: FastifyInstance, context: ApiContext): void {
  const { controlPlane, logs } = context;

  app.get<{ Params: { name: string } }>('/api/services/:name/logs', async (request, reply) => {
    const logRequest = logRequestOf(request, request.params.name);
    const isHead = request.method === 'HEAD'; // Whether there would be lines any peer knows.
    if (!isHead && controlPlane.controlTerm() === undefined) return passOn(context, request, reply);
    await controlPlane.readBarrier();
    assertExists(controlPlane.view, logRequest);
    const asJson = wantsJson(request.headers.accept);
    const type = asJson ? ndjson : plain;
    if (isHead) return reply.header('content-type', type).send();
    const stream = new ReplyStream(request, reply, context.clients);
    const close = logs.open(logRequest, {
      onLines: (lines) => stream.write(lines.map(asJson ? jsonLine : textLine).join('')),
      onEnd: (error) => stream.end(error),
    });
    stream.start(200, { 'content-type': type }, close);
    return reply;
  });
}

function logRequestOf(request: FastifyRequest, service: string): LogRequest {
  const query = queryOf(request, ['follow', 'tail', 'replica']);
  return {
    service,
    replica: count(query, 'replica', limits.replicasMax, undefined),
    tail: count(query, 'tail', limits.logTailLinesMax, limits.logTailLines),
    follow: flag(query, 'follow'),
  };
}

/** A replica exists while its service wants it, and for as long as anything of it is left. */
function assertExists(view: View, { service, replica }: LogRequest): void {
  const row = view.services.get(service);
  if (row === undefined) throw absent('services', service);
  if (replica === undefined || replica < row.spec.replicas) return;
  if (view.assignmentsOfService(service).some(({ spec }) => spec.index === replica)) return;
  const message = `Service ${service} has no replica ${replica}: it has ${row.spec.replicas}, counted from 0.`;
  throw new OrionError('NOT_FOUND', message);
}

const wantsJson = (accept: string | undefined): boolean =>
  /\bapplication\/(x-)?ndjson\b|\bapplication\/json\b/.test(accept ?? '');

const textLine = ({ index, time, line }: LogLine): string => `${index} ${time} ${line}\n`;
const jsonLine = (line: LogLine): string => `${JSON.stringify(line)}\n`;

/** One streamed answer. Until `start`, an error can still become a problem of its own; after it, only a broken end. */
class ReplyStream {
  readonly #reply: FastifyReply;
  readonly #socket: ClientSocket;
  readonly #clients: Clients;

  /** Throws RATE_LIMITED or BUSY. */
  constructor(request: FastifyRequest, reply: FastifyReply, clients: Clients) {
    this.#reply = reply;
    this.#socket = request.raw.socket;
    this.#clients = clients;
    const { raw: answer } = reply;
    clients.openStream({ socket: this.#socket, answer, onStop: (error) => this.end(error) });
  }

  /** `onGone` is called when the reader goes away, or the stream has ended. */
  start(status: number, headers: Readonly<Record<string, string>>, onGone: () => void): void {
    this.#reply.hijack();
    const { raw } = this.#reply;
    if (raw.destroyed) return onGone();
    raw.on('close', onGone);
    raw.writeHead(status, { ...headers, 'cache-control': 'no-store' });
    raw.flushHeaders();
  }

  /** Resolves when the reader can take more, or has gone. */
  write(chunk: string | Uint8Array): Promise<void> {
    const { raw } = this.#reply;
    if (raw.destroyed || raw.write(chunk)) return Promise.resolve();
    this.#clients.onWaiting(this.#socket, true);
    return new Promise((resolve) => {
      const done = (): void => {
        this.#clients.onWaiting(this.#socket, false);
        raw.off('drain', done);
        raw.off('close', done);
        resolve();
      };
      raw.on('drain', done);
      raw.on('close', done);
    });
  }

  /** An end is an end; a stream that broke off is cut, so that no reader takes it for whole. */
  end(error?: OrionError): void {
    if (error === undefined) this.#reply.raw.end();
    else this.#reply.raw.destroy();
  }
}

async function passOn(
  { controlPlane, clients, log }: ApiContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const leader = controlPlane.leaderApi();
  if (leader === undefined || request.headers[forwardedHeader] !== undefined) {
    throw new OrionError('NO_LEADER', 'No leader is known that has the agents: ask again.');
  }
  const gone = new AbortController();
  const stream = new ReplyStream(request, reply, clients);
  const answer = await leaderAnswer(`${leader}${request.url}`, request, gone);
  stream.start(answer.status, passedHeaders(answer), () => gone.abort());
  copyBody(answer, stream).catch((error: unknown) => {
    if (gone.signal.aborted) return; // its reader has left
    log({ error: messageOf(error) }, 'a log stream from the leader broke off');
    stream.end(new OrionError('NO_LEADER', 'The leader went away.', { cause: error }));
  });
  return reply;
}

async function leaderAnswer(
  url: string,
  request: FastifyRequest,
  gone: AbortController,
): Promise<StreamAnswer> {
  const headers = { accept: request.headers.accept ?? '*/*', [forwardedHeader]: '1' };
  const timer = setTimeout(() => gone.abort(), limits.requestMs);
  try {
    return await streamRequest(url, { headers, signal: gone.signal });
  } catch (error) {
    throw new OrionError('NO_LEADER', 'The leader did not answer: ask again.', { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

function passedHeaders({ headers }: StreamAnswer): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const name of ['content-type', 'retry-after']) {
    const value = headers[name];
    if (typeof value === 'string') passed[name] = value;
  }
  return passed;
}

async function copyBody({ body }: StreamAnswer, stream: ReplyStream): Promise<void> {
  for await (const chunk of body) await stream.write(chunk);
  stream.end();
}
