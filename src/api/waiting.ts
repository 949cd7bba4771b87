// The API of a peer that could not open its disk yet because there is no room on it: it says so, and knows nothing else.
// Owns: its routes. Does not own: the server's lifetime; the real API takes its place at the same address.
//
// A1. Who asks for the health of this peer, for its cluster or for anything else hears that it waits for room: a client goes on
//     to another peer, `orion cluster status` shows the alarm.

import Fastify, { type FastifyInstance } from 'fastify';
import { OrionError } from '../lib/errors.ts';
import { servingLimits } from '../lib/serving-limits.ts';
import type { ClusterView, ReadyAnswer } from '../protocol/api.ts';
import { hostGuard } from '../protocol/hosts.ts';
import { sendJson } from './context.ts';
import { problemOf } from './errors.ts';
import { servingOptions } from './serving.ts';

export interface WaitingApiOptions {
  readonly clusterName: string;
  /** Id of this peer. */
  readonly self: string;
  /** As the file lists them, this one too. */
  readonly peers: readonly { readonly id: string; readonly api: string; readonly raft: string }[];
  readonly version: string;
  /** What was tried, and failed for want of room. */
  readonly reason: string;
  /** Wall clock, in milliseconds since 1970. */
  readonly sinceMs: number;
}

export function buildWaitingApi(options: WaitingApiOptions): FastifyInstance {
  const { peers, reason } = options;
  const app = Fastify(servingOptions(servingLimits));
  const permitted = hostGuard(peers.map(({ api }) => api));
  app.addHook('onRequest', (request, reply, done) => {
    const { host, origin } = request.headers;
    if (permitted({ host, origin })) return done();
    const stranger = new OrionError('FORBIDDEN', 'This peer is not known by that Host, or to that Origin.');
    return void sendJson(reply, ...refused(stranger, request.method));
  });
  for (const path of ['/health', '/livez']) {
    app.get(path, async (_request, reply) => sendJson(reply, 200, { status: 'ok' }));
  }
  for (const path of ['/ready', '/readyz']) {
    const answer: ReadyAnswer = { status: 'unavailable', reasons: [reason] };
    app.get(path, async (_request, reply) => sendJson(reply, 503, answer));
  }
  const view = viewOf(options);
  app.get('/api/cluster', async (_request, reply) => sendJson(reply, 200, view));
  app.setNotFoundHandler((request, reply) =>
    sendJson(
      reply,
      ...refused(new OrionError('NO_LEADER', `${reason} Ask another peer meanwhile.`), request.method),
    ),
  );
  return app;
}

function refused(error: OrionError, method: string): [number, object] {
  const problem = problemOf(error, method);
  return [problem.status, problem];
}

/** What a peer knows that has read its configuration alone. */
function viewOf({ clusterName, self, peers, version, reason, sinceMs }: WaitingApiOptions): ClusterView {
  return {
    clusterId: null,
    name: clusterName,
    self,
    leader: null,
    term: 0,
    commitIndex: 0,
    appliedIndex: 0,
    peers: peers.map(({ id, api, raft }) => ({
      id,
      storeId: null,
      api,
      raft,
      role: 'unknown',
      voter: false,
      match: null,
      replication: null,
      lastContactMs: id === self ? 0 : null,
      version: id === self ? version : null,
    })),
    quorum: { need: Math.floor(peers.length / 2) + 1, have: null, voters: peers.length },
    log: { base: 0, lastIndex: 0, bytes: 0 },
    alarms: [{ peer: self, kind: 'disk-full', message: reason, sinceMs }],
  };
}
