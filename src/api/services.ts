// Services: read, scaled and deleted here; written by `POST /api/apply`.

import type { FastifyInstance } from 'fastify';
import { limits } from '../lib/limits.ts';
import { type ApiContext, accepted, sendWritten } from './context.ts';
import { readRoutes } from './reading.ts';
import { bodyTextOf, invalid, preconditionsOf, queryOf } from './request.ts';
import { submit } from './submit.ts';

export function serviceRoutes(app: FastifyInstance, context: ApiContext): void {
  readRoutes(app, context, 'services');

  app.delete<{ Params: { name: string } }>('/api/services/:name', async (request, reply) => {
    queryOf(request, []);
    const { name } = request.params;
    const preconditions = preconditionsOf(request, { match: true, create: false });
    const { result } = await submit(context, request, { kind: 'service.delete', name, ...preconditions });
    accepted(result);
    return reply.code(204).send();
  });

  app.post<{ Params: { name: string } }>('/api/services/:name/scale', async (request, reply) => {
    queryOf(request, []);
    const { name } = request.params;
    const replicas = replicasOf(await context.bodies.field(bodyTextOf(request), 'replicas'));
    const preconditions = preconditionsOf(request, { match: true, create: false });
    return sendWritten(
      reply,
      await submit(context, request, { kind: 'service.scale', name, replicas, ...preconditions }),
    );
  });
}

function replicasOf(value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= limits.replicasMax) {
    return value;
  }
  throw invalid([{ path: 'replicas', message: `a whole number from 0 to ${limits.replicasMax}` }]);
}
