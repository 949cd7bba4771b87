// Ports for peers that come back to their own.

import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Ports given out by this process, so that none is given twice. */
const portsGiven = new Set<number>();

/** Ports below the range from which the system takes those of outgoing connections: a peer may come back to its own. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_000);
    if (portsGiven.has(port)) continue;
    portsGiven.add(port);
    const server = createServer();
    const free = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen({ host: '127.0.0.1', port }, () => resolve(true));
    });
    await new Promise((resolve) => server.close(resolve));
    if (free) return port;
  }
}
