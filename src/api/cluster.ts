// What this peer knows of its cluster and of itself, answered without asking anyone; and who the members are to be,
// which the leader decides, whoever is asked.

import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ReadyAnswer } from '../protocol/api.ts';
import type { Bodies } from './bodies.ts';
import { type ApiContext, sendJson } from './context.ts';
import { bodyTextOf, invalid, optionalBodyOf, queryOf } from './request.ts';
import { keylessOrigin, memberOrigin } from './submit.ts';

export function clusterRoutes(app: FastifyInstance, context: ApiContext): void {
  const { controlPlane } = context;

  app.get('/api/cluster', async (request, reply) => {
    queryOf(request, []);
    return sendJson(reply, 200, controlPlane.cluster());
  });

  app.post('/api/cluster/peers', async (request, reply) => {
    const origin = memberOrigin(request);
    queryOf(request, []);
    const asked = await context.bodies.newMember(bodyTextOf(request));
    return sendJson(reply, 202, await controlPlane.changeMembers(asked, origin));
  });

  app.delete<{ Params: { id: string } }>('/api/cluster/peers/:id', async (request, reply) => {
    const origin = memberOrigin(request);
    queryOf(request, []);
    const { id } = request.params;
    return sendJson(reply, 200, await controlPlane.changeMembers({ kind: 'remove', id }, origin));
  });

  app.post<{ Params: { id: string } }>('/api/cluster/peers/:id/promote', async (request, reply) => {
    const origin = memberOrigin(request);
    queryOf(request, []);
    const { id } = request.params;
    await context.bodies.fields(optionalBodyOf(request), { required: [], optional: [] });
    return sendJson(reply, 200, await controlPlane.changeMembers({ kind: 'promote', id }, origin));
  });

  app.post('/api/cluster/transfer', async (request, reply) => {
    const origin = keylessOrigin(request);
    queryOf(request, []);
    const to = await targetOf(request, context.bodies);
    return sendJson(reply, 200, await controlPlane.transferLeadership(to, origin));
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

/** `to` of a transfer; a request without a body names nobody. */
async function targetOf(request: FastifyRequest, bodies: Bodies): Promise<string | undefined> {
  const { to } = await bodies.fields(optionalBodyOf(request), { required: [], optional: ['to'] });
  if (to === undefined || (typeof to === 'string' && to !== '')) return to;
  throw invalid([{ path: 'to', message: 'the id of a peer' }]);
}
