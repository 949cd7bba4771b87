// `POST /api/apply`: manifests become services, all or nothing.

import type { FastifyInstance } from 'fastify';
import { assert } from '../lib/assert.ts';
import { isOrionError } from '../lib/errors.ts';
import type { Applied } from '../peer/control-plane.ts';
import type { ApplyAnswer } from '../protocol/api.ts';
import type { CommandBody, CommandResult } from '../protocol/command.ts';
import type { Bodies } from './bodies.ts';
import { type ApiContext, accepted, sendJson } from './context.ts';
import { diffOf } from './diff.ts';
import { type BodyText, bodyTextOf, flag, leftMs, preconditionsOf, queryOf } from './request.ts';
import { submit } from './submit.ts';

export function applyRoutes(app: FastifyInstance, context: ApiContext): void {
  app.post('/api/apply', async (request, reply) => {
    const query = queryOf(request, ['dryRun', 'prune']);
    const dryRun = flag(query, 'dryRun');
    const prune = flag(query, 'prune');
    const preconditions = preconditionsOf(request, { match: true, create: true });
    const body = bodyTextOf(request);
    const manifests = await context.bodies.manifests(body);
    const command: CommandBody = { kind: 'manifest.apply', manifests, prune, ...preconditions };
    if (dryRun) return sendJson(reply, 200, await tried(context, command, body));
    const { index, result } = await submit(context, request, command);
    const located = await withLines(context.bodies, body, result);
    return sendJson(reply, 202, answerOf('accepted', { index, result: located }));
  });
}

/** What only the state could judge, told with the line where it stands in the text; without, where that takes too long. */
async function withLines(bodies: Bodies, body: BodyText, result: CommandResult): Promise<CommandResult> {
  if (result.kind !== 'refused' || result.issues.length === 0) return result;
  const paths = result.issues.map(({ path }) => path);
  const lines = await bodies.lines(body, paths).catch((error: unknown) => {
    if (isOrionError(error, 'BUSY')) return [];
    throw error;
  });
  const issues = result.issues.map((issue, at) => {
    const line = lines[at];
    return line === undefined ? issue : { ...issue, line };
  });
  return { ...result, issues };
}

async function tried(
  { controlPlane, bodies, plan, turns }: ApiContext,
  command: CommandBody,
  body: BodyText,
): Promise<ApplyAnswer> {
  const { result, changes } = await controlPlane.dryRun(command, leftMs(body));
  const located = await withLines(bodies, body, result);
  const answer = answerOf('dryRun', { index: controlPlane.view.appliedIndex, result: located });
  return { ...answer, diff: diffOf(changes), ...(await turns.run(plan(changes))) };
}

function answerOf(status: ApplyAnswer['status'], applied: Applied): ApplyAnswer {
  const result = accepted(applied.result);
  assert(result.kind === 'applied', 'a manifest is applied or refused');
  return { status, resourceVersion: String(applied.index), changes: result.changes };
}
