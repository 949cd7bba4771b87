// Nodes: what agents registered. One that is down can be forgotten.

import type { FastifyInstance } from 'fastify';
import { type ApiContext, accepted } from './context.ts';
import { readRoutes } from './reading.ts';
import { preconditionsOf, queryOf } from './request.ts';

export function nodeRoutes(app: FastifyInstance, context: ApiContext): void {
  const { controlPlane } = context;
  readRoutes(app, context, 'nodes');

  app.delete<{ Params: { name: string } }>('/api/nodes/:name', async (request, reply) => {
    queryOf(request, []);
    const { name } = request.params;
    const preconditions = preconditionsOf(request, { match: true, create: false });
    const { result } = await controlPlane.propose({ kind: 'node.delete', name, ...preconditions });
    accepted(result);
    return reply.code(204).send();
  });
}
