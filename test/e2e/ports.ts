// Free ports for peers. Drawn from below the ephemeral range and below the agents' own (20000 and up), so that a
// peer that is down for a while finds its port free when it returns.

import { createServer } from 'node:net';

const portsFrom = 10_000;
const portsTo = 20_000;

/** `count` different TCP ports on loopback, free a moment ago. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = portsFrom + Math.floor(Math.random() * (portsTo - portsFrom));
    if (await isFree(port)) ports.add(port);
  }
  return [...ports];
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
