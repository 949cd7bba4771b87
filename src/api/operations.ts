// What became of users' writes: one of them after a 504 (`GET /api/operations/:id`), all of them as an audit
// (`GET /api/audit`), newest first.

import type { FastifyInstance } from 'fastify';
import { OrionError } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';
import type { AuditAnswer, OperationView } from '../protocol/operations.ts';
import type { OperationRow } from '../protocol/records.ts';
import { type ApiContext, sendJson } from './context.ts';
import { sendItems } from './list-text.ts';
import { viewAs, viewFor } from './reading.ts';
import { count, queryOf } from './request.ts';

export function operationRoutes(app: FastifyInstance, { controlPlane, turns }: ApiContext): void {
  app.get<{ Params: { id: string } }>('/api/operations/:id', async (request, reply) => {
    const view = await viewFor(request, reply, controlPlane);
    const row = view.operation(request.params.id);
    if (row === undefined) {
      const known = `the last ${limits.operationsMax} writes are remembered`;
      throw new OrionError('NOT_FOUND', `No operation of this id was applied or refused so far: ${known}.`);
    }
    return sendJson(reply, 200, operationView(row));
  });

  app.get('/api/audit', async (request, reply) => {
    const query = queryOf(request, ['consistency', 'limit', 'continue']);
    const limit = count(query, 'limit', limits.auditPageMax, limits.auditPage, 1);
    const below = query.continue === undefined ? Number.POSITIVE_INFINITY : indexOf(query.continue);
    const view = await viewAs(query.consistency, reply, controlPlane);
    const items = view.operationsBefore(below, limit).map(operationView);
    const last = items.at(-1);
    const remaining = last === undefined ? 0 : view.operationCountBefore(last.index);
    const page: Omit<AuditAnswer, 'items'> = {
      resourceVersion: String(view.appliedIndex),
      ...(last !== undefined && remaining > 0 && { continue: String(last.index), remaining }),
    };
    return sendItems(reply, items, { rest: page, turns });
  });
}

function operationView({ kind: _kind, ...row }: OperationRow): OperationView {
  return { ...row, state: row.code === 'OK' ? 'applied' : 'refused' };
}

/** What a page before has answered as `continue`. Operations are never written in between: the log index is enough. */
function indexOf(token: string): number {
  if (/^\d{1,15}$/.test(token)) return Number(token);
  throw new OrionError('MALFORMED', '"continue" is what the page before answered as that.');
}
