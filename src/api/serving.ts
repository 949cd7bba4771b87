// How the server of the API deals with connections: how long a request may take to come, how large its head may be, and
// what a client hears that breaks off or takes too long.
//
// V1. A client that is slow is closed: 408 while it sends, without a word while it should read.
// V2. Nothing of a request is passed over: headers too many are refused (431), not dropped, and so are those that come twice
//     and can only count once (400), and an encoding or an expectation that nobody here knows.
// V3. What Node would answer by itself, or not at all, is answered as everything else is.
// V4. What comes behind a request and is none does not stand in the way of its answer: that may be that it was applied.

import type { FastifyHttpOptions, RawServerDefault } from 'fastify';
import { OrionError } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';
import { type ServingLimits, servingLimits } from '../lib/serving-limits.ts';
import { errorMeanings } from '../protocol/error-meanings.ts';
import type { Clients, ClientSocket } from './clients.ts';
import { problemOf } from './errors.ts';

export function servingOptions(bounds: ServingLimits): FastifyHttpOptions<RawServerDefault> {
  return {
    logger: false,
    bodyLimit: limits.bodyBytesMax,
    forceCloseConnections: true,
    // Not by the server's own means: what it answers then is no problem of ours.
    return503OnClosing: false,
    // Names are far shorter: a longer one is just absent.
    routerOptions: { maxParamLength: bounds.headerBytesMax },
    requestTimeout: bounds.requestReadMs,
    connectionTimeout: bounds.answerStallMs,
    keepAliveTimeout: bounds.keepAliveMs,
    http: {
      headersTimeout: bounds.headerReadMs,
      connectionsCheckingInterval: bounds.slowLookMs,
      maxHeaderSize: bounds.headerBytesMax,
      requireHostHeader: false, // V3
    },
    clientErrorHandler: (error, socket) => {
      const refuse = (): void => {
        if (socket.writable) socket.end(rawProblem(refusalOf(error.code)));
      };
      const last = exchanges.get(socket);
      if (last?.request.complete === true && !last.response.writableEnded) {
        last.response.once('close', refuse); // V4
      } else refuse();
    },
  };
}

/** The request that came last over a connection, and its answer. */
interface Exchange {
  readonly request: { readonly complete: boolean };
  readonly response: { readonly writableEnded: boolean; once(event: 'close', listener: () => void): unknown };
}

const exchanges = new WeakMap<object, Exchange>();

interface Server {
  maxConnections: number;
  maxHeadersCount: number | null;
  on(event: 'connection', listener: (socket: ClientSocket) => void): unknown;
  on(
    event: 'request',
    listener: (
      request: Exchange['request'] & { readonly socket: object },
      response: Exchange['response'],
    ) => void,
  ): unknown;
  on(event: 'connect', listener: (request: unknown, socket: Ending) => void): unknown;
  on(event: 'checkContinue', listener: (request: unknown, response: unknown) => void): unknown;
  emit(event: 'request', request: unknown, response: unknown): unknown;
  on(event: 'checkExpectation', listener: (request: { readonly socket: Ending }) => void): unknown;
}

/** A connection that hears a last word. */
interface Ending {
  readonly writable: boolean;
  on(event: 'error', listener: () => void): unknown;
  once(event: 'finish', listener: () => void): unknown;
  end(text: string): unknown;
  destroy(): unknown;
}

export function boundServer(server: Server, clients: Clients, bounds: ServingLimits): void {
  server.maxConnections = bounds.connectionsMax * 2;
  server.maxHeadersCount = servingLimits.headersMax + 1; // V2: one more than is taken is enough to see that there are too many
  server.on('connection', (socket) => clients.onConnection(socket));
  server.on('request', (request, response) => exchanges.set(request.socket, { request, response }));
  server.on('connect', (_request, socket) => {
    endWith(socket, new OrionError('METHOD_NOT_ALLOWED', 'This is no proxy: it takes no CONNECT.')); // V3
  });
  server.on('checkContinue', (request, response) => {
    server.emit('request', request, response); // it is told to go on when its body is wanted (request.ts)
  });
  server.on('checkExpectation', ({ socket }) => {
    endWith(socket, new OrionError('MALFORMED', 'Expect is 100-continue, or left out.')); // V3
  });
}

/** Whether or not its client closes its side, nothing is held of it. */
export function endWith(socket: Ending, error: OrionError): void {
  socket.on('error', () => {}); // it is on its way out
  socket.once('finish', () => socket.destroy());
  socket.end(rawProblem(error));
}

/** Of them Node takes the first, and passes over the others. */
const onceAlone: readonly string[] = ['host', 'content-type'];

/** V2. Throws HEADERS_TOO_LARGE, MALFORMED or UNSUPPORTED_MEDIA_TYPE. `raw`: names and values in turn. */
export function assertHeaders(method: string, raw: readonly string[]): void {
  if (raw.length / 2 > servingLimits.headersMax) {
    throw new OrionError('HEADERS_TOO_LARGE', `A request has at most ${servingLimits.headersMax} headers.`);
  }
  const counts = onceAlone.map(() => 0);
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at]?.toLowerCase() ?? '';
    const value = raw[at + 1] ?? '';
    const alone = onceAlone.indexOf(name);
    if (alone >= 0 && (counts[alone] = (counts[alone] ?? 0) + 1) > 1) {
      throw new OrionError('MALFORMED', `A request has one ${name}: leave the other out.`);
    }
    if (method !== 'GET' && method !== 'HEAD') assertPlain(name, value);
  }
}

/** Of a header of a request with a body. */
function assertPlain(name: string, value: string): void {
  if (name === 'content-encoding' && value.trim().toLowerCase() !== 'identity') {
    throw new OrionError('UNSUPPORTED_MEDIA_TYPE', 'A body comes as it is: leave Content-Encoding out.');
  }
  if (name === 'content-type' && /;\s*charset\s*=\s*(?!"?utf-?8\b)/i.test(value)) {
    throw new OrionError(
      'UNSUPPORTED_MEDIA_TYPE',
      'A body is text in UTF-8: write it so, and say no other charset.',
    );
  }
}

/** What Node makes of a connection that sent no request. */
function refusalOf(code: string | undefined): OrionError {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new OrionError('TIMEOUT', 'The request did not come in time.');
    case 'HPE_HEADER_OVERFLOW':
      return new OrionError(
        'HEADERS_TOO_LARGE',
        `The head of a request has at most ${servingLimits.headerBytesMax} bytes.`,
      );
    default:
      return new OrionError('MALFORMED', 'This is not HTTP.');
  }
}

/** For a connection that has no request to answer. */
function rawProblem(error: OrionError): string {
  const { status, title } = errorMeanings[error.code];
  const body = JSON.stringify(problemOf(error, 'GET'));
  return [
    `HTTP/1.1 ${status} ${title}`,
    'content-type: application/problem+json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    '',
    body,
  ].join('\r\n');
}
