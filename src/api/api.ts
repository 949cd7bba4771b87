// The HTTP API of one peer: docs/interface.md, served from a control plane.
// Owns: routes, what is refused before them, and the form of every error. Does not own: the server's lifetime.
//
// H1. Whatever is sent, the answer is one of the table in errors.ts; 500 means a bug of ours.
// H2. No request is served that calls this peer by a name it does not have, or that comes from a foreign page.
// H3. A known path with another method is 405 with Allow; an unknown path is 404.

import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { messageOf, OrionError } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';
import { hostGuard } from '../protocol/hosts.ts';
import { applyRoutes } from './apply.ts';
import { backupRoutes } from './backup.ts';
import { clusterRoutes } from './cluster.ts';
import type { ApiContext, Log } from './context.ts';
import { documentRoutes } from './documents.ts';
import { asOrionError, errorMeanings, problemOf } from './errors.ts';
import { logRoutes } from './logs.ts';
import { countRequests, metricRoutes } from './metrics.ts';
import { nodeRoutes } from './nodes.ts';
import { readRoutes } from './reading.ts';
import { acceptBodies } from './request.ts';
import { serviceRoutes } from './services.ts';
import { settingRoutes } from './settings.ts';

export interface ApiOptions extends ApiContext {
  /** Host names, or URLs that hold them, by which this peer may be called beside the loopback ones. */
  readonly allowedHosts: readonly string[];
}

export function buildApi(options: ApiOptions): FastifyInstance {
  const { log } = options;
  const app = Fastify({
    logger: false,
    bodyLimit: limits.bodyBytesMax,
    requestTimeout: limits.requestReadMs,
    forceCloseConnections: true,
    // Names are far shorter: a longer one is just absent.
    routerOptions: { maxParamLength: 8_192 },
    frameworkErrors: (error, _request, reply) => void sendProblem(reply as FastifyReply, error, log),
    clientErrorHandler: (_error, socket) => {
      if (socket.writable) socket.end(rawProblem(new OrionError('MALFORMED', 'This is not HTTP.')));
    },
  });
  const methodsOf = trackMethods(app);
  const permitted = hostGuard(options.allowedHosts);

  acceptBodies(app);
  app.setErrorHandler((error, _request, reply) => sendProblem(reply, error, log));
  app.addHook('onRequest', (request, reply, done) => {
    const { host, origin } = request.headers;
    if (!permitted({ host, origin })) {
      return done(new OrionError('FORBIDDEN', 'This peer is not known by that Host, or to that Origin.')); // H2
    }
    if (!request.is404) return done();
    const methods = methodsOf(request.url);
    if (methods.length === 0) return done(new OrionError('NOT_FOUND', 'There is no such route.'));
    reply.header('allow', methods.join(', ')); // H3
    return done(new OrionError('METHOD_NOT_ALLOWED', `This route takes ${methods.join(', ')}.`));
  });

  countRequests(app, options);
  readRoutes(app, options, 'assignments');
  readRoutes(app, options, 'events');
  serviceRoutes(app, options);
  settingRoutes(app, options);
  nodeRoutes(app, options);
  applyRoutes(app, options);
  logRoutes(app, options);
  backupRoutes(app, options);
  clusterRoutes(app, options);
  metricRoutes(app, options);
  documentRoutes(app);
  return app;
}

/** Keeps which methods each path takes, as routes are added; the answer gives those of a URL. */
function trackMethods(app: FastifyInstance): (url: string) => readonly string[] {
  const routes = new Map<string, { readonly pattern: RegExp; readonly methods: Set<string> }>();
  app.addHook('onRoute', ({ url, method }) => {
    const route = routes.get(url) ?? {
      pattern: new RegExp(`^${url.replaceAll(/:[a-z]+/g, '[^/]+')}$`),
      methods: new Set<string>(),
    };
    routes.set(url, route);
    for (const each of [method].flat()) route.methods.add(each);
  });
  return (url) => {
    const path = url.split('?', 1)[0] ?? '';
    for (const { pattern, methods } of routes.values()) if (pattern.test(path)) return [...methods];
    return [];
  };
}

function sendProblem(reply: FastifyReply, thrown: unknown, log: Log): FastifyReply {
  let error = asOrionError(thrown);
  if (error === undefined) {
    log(
      { error: messageOf(thrown), stack: thrown instanceof Error ? thrown.stack : undefined },
      'request failed',
    );
    error = new OrionError('INTERNAL', 'This peer has a bug; its log says more.');
  }
  const { status, retryAfter } = errorMeanings[error.code];
  if (retryAfter !== undefined) reply.header('retry-after', retryAfter);
  return reply
    .code(status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .send(JSON.stringify(problemOf(error, reply.request.method)));
}

/** For a connection that has no request to answer. */
function rawProblem(error: OrionError): string {
  const body = JSON.stringify(problemOf(error, 'GET'));
  return [
    'HTTP/1.1 400 Bad Request',
    'content-type: application/problem+json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    '',
    body,
  ].join('\r\n');
}
