// Nodes: what agents registered. One that is down can be forgotten.

import type { FastifyInstance } from 'fastify';
import { type ApiContext, accepted } from './context.ts';
import { readRoutes } from './reading.ts';
import { preconditionsOf, queryOf } from './request.ts';
import { submit } from './submit.ts';

export function nodeRoutes(app: FastifyInstance, context: ApiContext): void {
  readRoutes(app, context, 'nodes');

  app.delete<{ Params: { name: string } }>('/api/nodes/:name', async (request, reply) => {
    queryOf(request, []);
    const { name } = request.params;
    const preconditions = preconditionsOf(request, { match: true, create: false });
    const { result } = await submit(context, request, { kind: 'node.delete', name, ...preconditions });
    accepted(result);
    return reply.code(204).send();
  });
}
