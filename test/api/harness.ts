// An API over a control plane in the test's hand, new for each test of the file that imports it.

import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach } from 'vitest';
import { buildApi } from '../../src/api/api.ts';
import { createBodies } from '../../src/api/bodies.ts';
import { errorMeanings } from '../../src/protocol/error-meanings.ts';
import type { MetricSink } from '../../src/api/context.ts';
import type { ErrorCode } from '../../src/lib/errors.ts';
import type { Problem } from '../../src/protocol/api.ts';
import { FakeControlPlane } from './fake-control-plane.ts';
import { noPlan } from './no-plan.ts';

export let peer: FakeControlPlane;
export let app: FastifyInstance;
export let logged: string[];
/** Requests that ended. */
export let ended: string[];

beforeEach(() => {
  peer = new FakeControlPlane();
  logged = [];
  ended = [];
  const metrics: MetricSink = {
    contentType: 'text/plain; version=0.0.4',
    text: async () => 'orion_info 1\n',
    onRequest: ({ method, route, status }) => ended.push(`${method} ${route} ${status}`),
  };
  ({ app } = buildApi({
    controlPlane: peer,
    bodies: createBodies(),
    metrics,
    logs: { open: () => () => {} },
    plan: noPlan,
    allowedHosts: ['http://pi-1:6060'],
    log: (_fields, message) => logged.push(message),
  }));
});

afterEach(() => app.close());

export const json = { 'content-type': 'application/json' };

export const put = (name: string, body: unknown, headers: Record<string, string> = {}) =>
  app.inject({
    method: 'PUT',
    url: `/api/settings/${name}`,
    headers: { ...json, ...headers },
    payload: typeof body === 'string' ? body : JSON.stringify(body),
  });

/** Status and code of an answer that is a problem in every part. */
export function problemIn(answer: {
  statusCode: number;
  headers: Record<string, unknown>;
  body: string;
}): readonly [number, ErrorCode] {
  const problem = JSON.parse(answer.body) as Problem;
  const isProblem = String(answer.headers['content-type']).startsWith('application/problem+json');
  if (!isProblem || problem.status !== answer.statusCode) throw new Error(`no problem: ${answer.body}`);
  if (problem.title !== errorMeanings[problem.code].title) throw new Error("a title that is not the table's");
  return [problem.status, problem.code];
}
