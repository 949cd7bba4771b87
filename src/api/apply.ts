// `POST /api/apply`: manifests become services, all or nothing.

import type { FastifyInstance } from 'fastify';
import { assert } from '../lib/assert.ts';
import type { Applied, ControlPlane } from '../peer/control-plane.ts';
import type { ApplyAnswer } from '../protocol/api.ts';
import type { CommandBody } from '../protocol/command.ts';
import { type ApiContext, accepted, sendJson } from './context.ts';
import { bodyTextOf, flag, preconditionsOf, queryOf } from './request.ts';

export function applyRoutes(app: FastifyInstance, context: ApiContext): void {
  const { controlPlane } = context;

  app.post('/api/apply', async (request, reply) => {
    const query = queryOf(request, ['dryRun', 'prune']);
    const dryRun = flag(query, 'dryRun');
    const prune = flag(query, 'prune');
    preconditionsOf(request, { match: false, create: false });
    const manifests = await context.bodies.manifests(bodyTextOf(request));
    const command: CommandBody = { kind: 'manifest.apply', manifests, prune };
    const applied = dryRun ? await tried(controlPlane, command) : await controlPlane.propose(command);
    const result = accepted(applied.result);
    assert(result.kind === 'applied', 'a manifest is applied or refused');
    const answer: ApplyAnswer = {
      status: dryRun ? 'dryRun' : 'accepted',
      resourceVersion: String(applied.index),
      changes: result.changes,
    };
    return sendJson(reply, dryRun ? 200 : 202, answer);
  });
}

async function tried(controlPlane: ControlPlane, command: CommandBody): Promise<Applied> {
  const result = await controlPlane.dryRun(command);
  return { index: controlPlane.view.appliedIndex, result };
}
