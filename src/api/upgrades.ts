// Requests that become WebSockets: one router for all of them, beside that of the API.
//
// G1. Whoever is refused hears it as HTTP, and holds no socket, whether or not he closes his side.
// G2. Nothing but a WebSocket of version 13 comes out of an upgrade; a client that offers HTTP/2 beside is told to leave that out.

import type { WebSocketServer } from 'ws';
import { messageOf, OrionError } from '../lib/errors.ts';
import type { Log } from './context.ts';
import { asOrionError } from './errors.ts';
import { endWith } from './serving.ts';

type Arguments = Parameters<WebSocketServer['handleUpgrade']>;

/** Takes over a connection. What it throws is answered. */
export type Upgrade = (request: Arguments[0], socket: Arguments[1], head: Arguments[2]) => void;

/** G2. Throws MALFORMED. */
function assertWebSocket({ method, headers }: Arguments[0]): void {
  const protocol = headers.upgrade ?? '';
  if (protocol.toLowerCase() !== 'websocket') {
    throw new OrionError(
      'MALFORMED',
      `This speaks HTTP/1.1, and WebSocket: leave "Upgrade: ${protocol}" out.`,
    );
  }
  if (method !== 'GET') throw new OrionError('MALFORMED', 'A WebSocket begins with GET.');
  if (headers['sec-websocket-version'] !== '13') {
    throw new OrionError('MALFORMED', 'Sec-WebSocket-Version is 13.');
  }
  if (!/^[+/0-9A-Za-z]{22}==$/.test(headers['sec-websocket-key'] ?? '')) {
    throw new OrionError('MALFORMED', 'Sec-WebSocket-Key is 16 bytes in base64.');
  }
}

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
      assertWebSocket(request); // G2
      const [path = ''] = (request.url ?? '').split('?', 1);
      const upgrade = Object.hasOwn(routes, path) ? routes[path] : undefined;
      if (upgrade === undefined) throw new OrionError('NOT_FOUND', 'Nothing here becomes a WebSocket.');
      upgrade(request, socket, head);
    } catch (error) {
      const refusal = asOrionError(error);
      if (refusal === undefined) log({ error: messageOf(error) }, 'request failed');
      endWith(socket, refusal ?? new OrionError('INTERNAL', 'This peer has a bug; its log says more.')); // G1
    }
  });
}
