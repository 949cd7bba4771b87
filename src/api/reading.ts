// Reads: linearizable unless the reader asks for what this peer has at once, and always saying how fresh they are.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { OrionError } from '../lib/errors.ts';
import type { ControlPlane } from '../peer/control-plane.ts';
import type { Collection } from '../protocol/api.ts';
import type { TableName, View } from '../state/view.ts';
import { type ApiContext, sendObject } from './context.ts';
import { assertKnown, listKeys, listRequestOf, versionOf } from './list-request.ts';
import { sendList } from './list-text.ts';
import { queryOf } from './request.ts';

const tables: Readonly<Record<Collection, TableName>> = {
  services: 'service',
  nodes: 'node',
  assignments: 'assignment',
  settings: 'setting',
  events: 'event',
};

/** `GET /api/KIND` and `GET /api/KIND/:name`. */
export function readRoutes(app: FastifyInstance, context: ApiContext, kind: Collection): void {
  const { controlPlane, turns } = context;
  const table = tables[kind];

  app.get(`/api/${kind}`, async (request, reply) => {
    const query = queryOf(request, listKeys);
    const list = listRequestOf(kind, query);
    const view = await viewAs(query.consistency, reply, controlPlane);
    const index = list.at ?? view.appliedIndex;
    assertKnown(view, index, query.consistency !== undefined);
    const rows = index === view.appliedIndex ? view[kind].values() : view.valuesAt(table, index);
    return sendList(reply, list, { rows: [...rows], index, turns });
  });

  app.get<{ Params: { name: string } }>(`/api/${kind}/:name`, async (request, reply) => {
    const query = queryOf(request, ['consistency', 'at']);
    const at = versionOf(query.at);
    const view = await viewAs(query.consistency, reply, controlPlane);
    if (at !== undefined) assertKnown(view, at, query.consistency !== undefined);
    const { name } = request.params;
    const object = at === undefined ? view[kind].get(name) : view.objectAt(table, name, at);
    if (object === undefined) throw absent(kind, request.params.name);
    return sendObject(reply, 200, object);
  });
}

export function absent(kind: Collection, name: string): OrionError {
  return new OrionError('NOT_FOUND', `There is no "${name}" among the ${kind}.`);
}

/** The view that this request may read, once it may; its freshness goes into the answer's headers. */
export async function viewFor(
  request: FastifyRequest,
  reply: FastifyReply,
  controlPlane: ControlPlane,
): Promise<View> {
  return viewAs(queryOf(request, ['consistency']).consistency, reply, controlPlane);
}

/** The same, where the query holds more: `consistency` is what it says of that. */
export async function viewAs(
  consistency: string | undefined,
  reply: FastifyReply,
  controlPlane: ControlPlane,
): Promise<View> {
  if (consistency === undefined) await controlPlane.readBarrier();
  else if (consistency !== 'stale') throw new OrionError('MALFORMED', 'consistency is "stale" or left out.');
  controlPlane.assertReadable();
  const { index, leader, lastContactMs } = controlPlane.freshness();
  reply.header('x-orion-index', index);
  reply.header('x-orion-leader', leader ?? '');
  if (lastContactMs !== undefined) reply.header('x-orion-last-contact-ms', Math.round(lastContactMs));
  return controlPlane.view;
}
