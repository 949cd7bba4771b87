// Services: read, scaled, undone, restarted and deleted here; written by `POST /api/apply`.

import type { FastifyInstance } from 'fastify';
import { limits } from '../lib/limits.ts';
import type { RevisionView } from '../protocol/api.ts';
import type { RevisionRow } from '../protocol/records.ts';
import { type ApiContext, accepted, sendWritten } from './context.ts';
import { sendItems } from './list-text.ts';
import { absent, readRoutes, viewFor } from './reading.ts';
import { bodyTextOf, invalid, optionalBodyOf, preconditionsOf, queryOf } from './request.ts';
import { submit } from './submit.ts';

export function serviceRoutes(app: FastifyInstance, context: ApiContext): void {
  readRoutes(app, context, 'services');
  revisionRoutes(app, context);

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

function revisionRoutes(app: FastifyInstance, context: ApiContext): void {
  const { controlPlane, bodies, turns } = context;

  app.get<{ Params: { name: string } }>('/api/services/:name/revisions', async (request, reply) => {
    const view = await viewFor(request, reply, controlPlane);
    const { name } = request.params;
    if (view.services.get(name) === undefined) throw absent('services', name);
    const items = view.revisionsOf(name).map(revisionView).toReversed();
    return sendItems(reply, items, { rest: { resourceVersion: String(view.appliedIndex) }, turns });
  });

  app.post<{ Params: { name: string } }>('/api/services/:name/undo', async (request, reply) => {
    queryOf(request, []);
    const { name } = request.params;
    const fields = await bodies.fields(optionalBodyOf(request), { required: [], optional: ['revision'] });
    const revision = revisionOf(fields['revision']);
    const preconditions = preconditionsOf(request, { match: true, create: false });
    return sendWritten(
      reply,
      await submit(context, request, { kind: 'service.undo', name, ...revision, ...preconditions }),
    );
  });

  app.post<{ Params: { name: string } }>('/api/services/:name/restart', async (request, reply) => {
    queryOf(request, []);
    const { name } = request.params;
    await bodies.fields(optionalBodyOf(request), { required: [], optional: [] });
    const preconditions = preconditionsOf(request, { match: true, create: false });
    return sendWritten(
      reply,
      await submit(context, request, { kind: 'service.restart', name, ...preconditions }),
    );
  });
}

function revisionView({ revision, time, actor, result, spec, labels, repeats }: RevisionRow): RevisionView {
  return { revision, time, actor, result, spec, labels, ...(repeats !== undefined && { repeats }) };
}

function revisionOf(value: unknown): { readonly revision?: number } {
  if (value === undefined) return {};
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1) return { revision: value };
  throw invalid([{ path: 'revision', message: 'a whole number from 1' }]);
}

function replicasOf(value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= limits.replicasMax) {
    return value;
  }
  throw invalid([{ path: 'replicas', message: `a whole number from 0 to ${limits.replicasMax}` }]);
}
