// The HTTP API of one peer: docs/interface.md, served from a control plane.
// Owns: routes, what is refused before them, and the form of every error. Does not own: the server's lifetime.
//
// H1. Whatever is sent, the answer is one of the table in errors.ts; 500 means a bug of ours.
// H2. No request is served that calls this peer by a name it does not have, or that comes from a foreign page.
// H3. A known path with another method is 405 with Allow; an unknown path is 404.

import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { type Clock, systemClock } from '../lib/clock.ts';
import { messageOf, OrionError } from '../lib/errors.ts';
import { type ServingLimits, servingLimits } from '../lib/serving-limits.ts';
import { errorMeanings } from '../protocol/error-meanings.ts';
import { hostGuard } from '../protocol/hosts.ts';
import { applyRoutes } from './apply.ts';
import { backupRoutes } from './backup.ts';
import { clusterRoutes } from './cluster.ts';
import type { ApiContext, Log } from './context.ts';
import { Clients } from './clients.ts';
import { documentRoutes } from './documents.ts';
import { Drain } from './drain.ts';
import { asOrionError, problemOf } from './errors.ts';
import { logRoutes } from './logs.ts';
import { countRequests, metricRoutes } from './metrics.ts';
import { nodeRoutes } from './nodes.ts';
import { operationRoutes } from './operations.ts';
import { readRoutes } from './reading.ts';
import { acceptBodies } from './request.ts';
import { assertHeaders, boundServer, servingOptions } from './serving.ts';
import { serviceRoutes } from './services.ts';
import { settingRoutes } from './settings.ts';
import { operationOf } from './submit.ts';
import { Turns } from './turns.ts';
import { routeUpgrades, type Upgrade } from './upgrades.ts';
import { watchRoutes, watchUpgrade } from './watch.ts';
import { WatchHub } from './watch-hub.ts';

export interface ApiOptions extends Omit<ApiContext, 'clients' | 'turns'> {
  /** Host names, or URLs that hold them, by which this peer may be called beside the loopback ones. */
  readonly allowedHosts: readonly string[];
  /** What becomes a WebSocket here, by path, beside a watch; default: nothing. */
  readonly upgrades?: Readonly<Record<string, Upgrade>>;
  /** Default: the system's. */
  readonly clock?: Clock;
  /** Default: those of lib/serving-limits.ts. */
  readonly bounds?: ServingLimits;
}

export interface Api {
  readonly app: FastifyInstance;
  /** Answers what was asked, refuses what comes, and ends streams, as a peer does that is about to stop. */
  readonly drain: () => Promise<void>;
}

export function buildApi(options: ApiOptions): Api {
  const { log, bounds = servingLimits, clock = systemClock } = options;
  const app = Fastify({
    ...servingOptions(bounds),
    frameworkErrors: (error, _request, reply) => void sendProblem(reply as FastifyReply, error, log),
  });
  const clients = new Clients(() => performance.now(), bounds);
  const drain = new Drain(app.server);
  boundServer(app.server, clients, bounds);

  acceptBodies(app);
  app.setErrorHandler((error, _request, reply) => sendProblem(reply, error, log));
  const permitted = hostGuard(options.allowedHosts);
  guardRoutes(app, { permitted, clients, drain });
  const context = { ...options, clients, turns: new Turns() };
  const hub = new WatchHub({ controlPlane: options.controlPlane, clock, bounds, log });
  addRoutes(app, context);
  watchRoutes(app, context, hub);
  routeUpgrades(app.server, {
    routes: { ...options.upgrades, '/api/watch': watchUpgrade(app, context, hub) },
    admit: ({ socket, rawHeaders, headers: { host, origin } }) => {
      const ending = drain.refusal ?? clients.refusalOf(socket);
      if (ending !== undefined) throw ending;
      clients.take(socket);
      assertHeaders('GET', rawHeaders);
      if (!permitted({ host, origin })) throw unknownHere(); // H2
    },
    log,
  });
  return {
    app,
    drain: () => {
      const error = new OrionError('NO_LEADER', 'this peer is stopping: ask another one');
      clients.stop(error);
      return drain.begin(error);
    },
  };
}

function addRoutes(app: FastifyInstance, context: ApiContext): void {
  countRequests(app, context);
  readRoutes(app, context, 'assignments');
  readRoutes(app, context, 'events');
  serviceRoutes(app, context);
  settingRoutes(app, context);
  nodeRoutes(app, context);
  applyRoutes(app, context);
  operationRoutes(app, context);
  logRoutes(app, context);
  backupRoutes(app, context);
  clusterRoutes(app, context);
  metricRoutes(app, context);
  documentRoutes(app);
}

/** What is refused before any route sees it. */
function guardRoutes(
  app: FastifyInstance,
  guards: {
    readonly permitted: ReturnType<typeof hostGuard>;
    readonly clients: Clients;
    readonly drain: Drain;
  },
): void {
  const { permitted, clients, drain } = guards;
  const methodsOf = trackMethods(app);
  app.addHook('onRequest', (request, reply, done) => {
    const { socket } = request.raw;
    const ending = drain.refusal ?? clients.refusalOf(socket);
    if (ending !== undefined) {
      reply.header('connection', 'close');
      return done(ending);
    }
    clients.take(socket);
    assertHeaders(request.method, request.raw.rawHeaders);
    const { origin } = request.headers;
    const host = calledBy(request.raw);
    if (!permitted({ host, origin })) {
      return done(unknownHere()); // H2
    }
    if (!request.is404) return done();
    const methods = methodsOf(request.url);
    if (methods.length === 0) return done(new OrionError('NOT_FOUND', 'There is no such route.'));
    reply.header('allow', methods.join(', ')); // H3
    return done(new OrionError('METHOD_NOT_ALLOWED', `This route takes ${methods.join(', ')}.`));
  });
}

/** The name by which a request calls this peer: that of an absolute URL counts more than its Host (RFC 9112 §3.2.2). */
function calledBy({
  url = '',
  headers,
}: {
  url?: string | undefined;
  headers: { host?: string | undefined };
}): string | undefined {
  return /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(url)?.[1] ?? headers.host;
}

const unknownHere = (): OrionError =>
  new OrionError('FORBIDDEN', 'This peer is not known by that Host, or to that Origin.');

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
  // Who was not told to go on sends no body, and what comes next would be taken for it.
  if (reply.request.headers.expect !== undefined) reply.header('connection', 'close');
  return reply
    .code(status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .send(JSON.stringify(problemOf(error, reply.request.method, operationOf(reply.request))));
}
