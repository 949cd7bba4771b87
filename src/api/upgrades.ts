// Requests that become WebSockets: one router for all of them, beside that of the API.
//
// G1. Whoever is refused hears it as HTTP, and holds no socket, whether or not he closes his side.

import type { WebSocketServer } from 'ws';
import { messageOf, OrionError } from '../lib/errors.ts';
import type { Log } from './context.ts';
import { asOrionError } from './errors.ts';
import { rawProblem } from './serving.ts';

type Arguments = Parameters<WebSocketServer['handleUpgrade']>;

/** Takes over a connection. What it throws is answered. */
export type Upgrade = (request: Arguments[0], socket: Arguments[1], head: Arguments[2]) => void;

export function routeUpgrades(
  server: { on(event: 'upgrade', listener: Upgrade): unknown },
  options: {
    /** By path. */
    readonly routes: Readonly<Record<string, Upgrade>>;
    /** Throws for who may not come in. */
    readonly admit: (request: Arguments[0]) => void;
    readonly log: Log;
  },
): void {
  const { routes, admit, log } = options;
  server.on('upgrade', (request, socket, head) => {
    try {
      admit(request);
      const [path = ''] = (request.url ?? '').split('?', 1);
      const upgrade = Object.hasOwn(routes, path) ? routes[path] : undefined;
      if (upgrade === undefined) throw new OrionError('NOT_FOUND', 'Nothing here becomes a WebSocket.');
      upgrade(request, socket, head);
    } catch (error) {
      const refusal = asOrionError(error);
      if (refusal === undefined) log({ error: messageOf(error) }, 'request failed');
      refuse(socket, refusal ?? new OrionError('INTERNAL', 'This peer has a bug; its log says more.'));
    }
  });
}

/** G1. */
function refuse(socket: Arguments[1], error: OrionError): void {
  socket.on('error', () => {}); // it is on its way out
  socket.once('finish', () => socket.destroy());
  socket.end(rawProblem(error));
}
