// `GET /metrics`: what this peer measures of itself, for Prometheus; and the part of it that the API sees.

import type { FastifyInstance } from 'fastify';
import type { ApiContext } from './context.ts';
import { queryOf } from './request.ts';

export function metricRoutes(app: FastifyInstance, { metrics }: ApiContext): void {
  app.get('/metrics', async (request, reply) => {
    queryOf(request, []);
    return reply.header('content-type', metrics.contentType).send(await metrics.text());
  });
}

/** Has every request counted once it has ended; those that match no route under one name. */
export function countRequests(app: FastifyInstance, { metrics }: ApiContext): void {
  app.addHook('onResponse', (request, reply, done) => {
    metrics.onRequest({
      method: request.is404 ? 'none' : request.method,
      route: request.is404 ? 'none' : (request.routeOptions.url ?? 'none'),
      status: reply.statusCode,
      milliseconds: reply.elapsedTime,
    });
    done();
  });
}
