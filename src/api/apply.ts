// `POST /api/apply`: manifests become services, all or nothing.

import type { FastifyInstance } from 'fastify';
import { assert } from '../lib/assert.ts';
import type { Applied } from '../peer/control-plane.ts';
import type { ApplyAnswer } from '../protocol/api.ts';
import type { CommandBody } from '../protocol/command.ts';
import { type ApiContext, accepted, sendJson } from './context.ts';
import { diffOf } from './diff.ts';
import { bodyTextOf, flag, preconditionsOf, queryOf } from './request.ts';
import { submit } from './submit.ts';

export function applyRoutes(app: FastifyInstance, context: ApiContext): void {
  app.post('/api/apply', async (request, reply) => {
    const query = queryOf(request, ['dryRun', 'prune']);
    const dryRun = flag(query, 'dryRun');
    const prune = flag(query, 'prune');
    preconditionsOf(request, { match: false, create: false });
    const manifests = await context.bodies.manifests(bodyTextOf(request));
    const command: CommandBody = { kind: 'manifest.apply', manifests, prune };
    if (dryRun) return sendJson(reply, 200, await tried(context, command));
    const applied = await submit(context, request, command);
    return sendJson(reply, 202, answerOf('accepted', applied));
  });
}

async function tried({ controlPlane, plan }: ApiContext, command: CommandBody): Promise<ApplyAnswer> {
  const { result, changes } = await controlPlane.dryRun(command);
  const answer = answerOf('dryRun', { index: controlPlane.view.appliedIndex, result });
  return { ...answer, diff: diffOf(changes), ...plan(changes) };
}

function answerOf(status: ApplyAnswer['status'], applied: Applied): ApplyAnswer {
  const result = accepted(applied.result);
  assert(result.kind === 'applied', 'a manifest is applied or refused');
  return { status, resourceVersion: String(applied.index), changes: result.changes };
}
