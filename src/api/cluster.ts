// What this peer knows of its cluster and of itself, answered without asking anyone.

import type { FastifyInstance } from 'fastify';
import type { ReadyAnswer } from '../protocol/api.ts';
import { type ApiContext, sendJson } from './context.ts';
import { queryOf } from './request.ts';

export function clusterRoutes(app: FastifyInstance, context: ApiContext): void {
  const { controlPlane } = context;

  app.get('/api/cluster', async (request, reply) => {
    queryOf(request, []);
    return sendJson(reply, 200, controlPlane.cluster());
  });

  for (const path of ['/health', '/livez']) {
    app.get(path, async (_request, reply) => sendJson(reply, 200, { status: 'ok' }));
  }

  for (const path of ['/ready', '/readyz']) {
    app.get(path, async (_request, reply) => {
      const reasons = controlPlane.notReady();
      const answer: ReadyAnswer = { status: reasons.length === 0 ? 'ok' : 'unavailable', reasons };
      return sendJson(reply, reasons.length === 0 ? 200 : 503, answer);
    });
  }
}
