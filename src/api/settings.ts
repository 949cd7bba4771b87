// Settings: one text each. `PUT` is the busiest write of the API, hence hand-written checks and no schema.

import type { FastifyInstance } from 'fastify';
import { OrionError } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';
import { namePattern, nameRule } from '../protocol/names.ts';
import { type ApiContext, accepted, sendWritten } from './context.ts';
import { readRoutes } from './reading.ts';
import { bodyTextOf, invalid, preconditionsOf, queryOf } from './request.ts';
import { submit } from './submit.ts';

export function settingRoutes(app: FastifyInstance, context: ApiContext): void {
  readRoutes(app, context, 'settings');

  app.put<{ Params: { name: string } }>('/api/settings/:name', async (request, reply) => {
    queryOf(request, []);
    const { name } = request.params;
    const data = dataOf(await context.bodies.field(bodyTextOf(request), 'data'));
    if (!namePattern.test(name)) throw invalid([{ path: 'metadata.name', message: nameRule }]);
    const preconditions = preconditionsOf(request, { match: true, create: true });
    return sendWritten(
      reply,
      await submit(context, request, { data, kind: 'setting.put', name, ...preconditions }),
    );
  });

  app.delete<{ Params: { name: string } }>('/api/settings/:name', async (request, reply) => {
    queryOf(request, []);
    const { name } = request.params;
    const preconditions = preconditionsOf(request, { match: true, create: false });
    const { result } = await submit(context, request, { kind: 'setting.delete', name, ...preconditions });
    accepted(result);
    return reply.code(204).send();
  });
}

/** Half of a surrogate pair would be another character on every peer that reads it from the log. */
const halfPair = /\p{Surrogate}/u;

function dataOf(value: unknown): string {
  if (typeof value !== 'string') throw invalid([{ path: 'data', message: 'a text is needed' }]);
  if (halfPair.test(value)) throw invalid([{ path: 'data', message: 'it holds half of a surrogate pair' }]);
  if (Buffer.byteLength(value) > limits.settingBytesMax) {
    throw new OrionError('TOO_LARGE', `A setting holds at most ${limits.settingBytesMax} bytes.`);
  }
  return value;
}
