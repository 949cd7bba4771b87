// How the server of the API deals with connections: how long a request may take to come, how large its head may be, and
// what a client hears that breaks off or takes too long.
//
// V1. A client that is slow is closed: 408 while it sends, without a word while it should read.
// V2. Nothing of a request is passed over: headers too many are refused (431), not dropped.

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
    routerOptions: { maxParamLength: 8_192 },
    requestTimeout: bounds.requestReadMs,
    connectionTimeout: bounds.answerStallMs,
    keepAliveTimeout: bounds.keepAliveMs,
    http: {
      headersTimeout: bounds.headerReadMs,
      connectionsCheckingInterval: bounds.slowLookMs,
      maxHeaderSize: bounds.headerBytesMax,
    },
    clientErrorHandler: (error, socket) => {
      if (socket.writable) socket.end(rawProblem(refusalOf(error.code)));
    },
  };
}

interface Server {
  maxConnections: number;
  maxHeadersCount: number | null;
  on(event: 'connection', listener: (socket: ClientSocket) => void): unknown;
}

export function boundServer(server: Server, clients: Clients, bounds: ServingLimits): void {
  server.maxConnections = bounds.connectionsMax * 2;
  server.maxHeadersCount = servingLimits.headersMax + 1; // V2: one more than is taken is enough to see that there are too many
  server.on('connection', (socket) => clients.onConnection(socket));
}

/** V2. `raw`: names and values in turn. */
export function assertFewHeaders(raw: readonly string[]): void {
  if (raw.length / 2 <= servingLimits.headersMax) return;
  throw new OrionError('HEADERS_TOO_LARGE', `A request has at most ${servingLimits.headersMax} headers.`);
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
export function rawProblem(error: OrionError): string {
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
