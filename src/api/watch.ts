// `GET /api/watch`: everything that changes, as server-sent events, or over a WebSocket on the same route.
// Owns: who may begin to watch. Does not own: what is said (WatchHub), the connections (watch-sinks.ts).

import type { FastifyInstance } from 'fastify';
import { WebSocketServer } from 'ws';
import type { ApiContext } from './context.ts';
import { queryOf } from './request.ts';
import type { Upgrade } from './upgrades.ts';
import type { WatchHub } from './watch-hub.ts';
import { watchKeys, type WatchRequest, watchRequestOf } from './watch-request.ts';
import { EventSink, eventStream, SocketSink } from './watch-sinks.ts';
import type { Watcher } from './watcher.ts';

/** Of one message of a watcher, who has nothing to say. */
const messageBytesMax = 1_024;

interface Asked {
  readonly url?: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Throws MALFORMED, EXPIRED or NO_LEADER. */
function asked(request: Asked, { controlPlane }: ApiContext): WatchRequest {
  const query = queryOf(request, watchKeys);
  controlPlane.assertReadable();
  return watchRequestOf(query, request.headers['last-event-id']?.toString(), controlPlane.view);
}

export function watchRoutes(app: FastifyInstance, context: ApiContext, hub: WatchHub): void {
  app.get('/api/watch', async (request, reply) => {
    const watch = asked(request, context);
    if (request.method === 'HEAD') return reply.header('content-type', eventStream).send();
    const { raw: answer } = reply;
    const { socket } = request.raw;
    context.clients.openStream({ socket, answer, onStop: (error) => watcher.end(error) });
    reply.hijack();
    const sink = new EventSink(reply);
    const watcher = hub.open(watch, sink);
    answer.on('drain', () => hub.wake(watcher));
    answer.on('close', () => hub.close(watcher));
    if (answer.destroyed) hub.close(watcher);
    else sink.start();
    return reply;
  });
}

/** The same over WebSockets. */
export function watchUpgrade(app: FastifyInstance, context: ApiContext, hub: WatchHub): Upgrade {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: messageBytesMax,
    perMessageDeflate: false,
  });
  app.addHook('preClose', async () => {
    for (const webSocket of server.clients) webSocket.terminate();
    server.close();
  });
  return (request, socket, head) => {
    const watch = asked(request, context);
    let watcher: Watcher | undefined;
    const answer = request.socket;
    context.clients.openStream({ socket: answer, answer, onStop: (error) => watcher?.end(error) });
    server.handleUpgrade(request, socket, head, (webSocket) => {
      const opened = hub.open(watch, new SocketSink(webSocket, () => hub.wake(opened)));
      watcher = opened;
      webSocket.on('message', () => webSocket.close(1008, 'a watcher has nothing to say'));
      webSocket.on('error', () => webSocket.terminate());
      webSocket.on('close', () => hub.close(opened));
    });
  };
}
