// Which port belongs to which replica of this node.
//
// N1. A port is given to one replica at a time, and kept by it over its restarts while nobody else took it.
// N2. It is reserved before the kernel is asked, so that two replicas that start at once never choose the same.

import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import type { Workload } from '../src/protocol/objects.ts';
import { isErrno } from './files.ts';

/** `[from, to)`, below the range from which the kernel (Linux: from 32768) takes ports for outgoing connections. */
const range = { from: 20_000, to: 32_768 };
const attemptsMax = 200;

export type PortsResult =
  | { readonly kind: 'reserved'; readonly ports: Readonly<Record<string, number>> }
  | { readonly kind: 'inUse'; readonly message: string };

export class PortBook {
  /** Port to the assignment that has it. */
  readonly #holders = new Map<number, string>();

  /**
   * All ports that a workload asks for: those it held (`held`) while they are free, fixed ones as given, else new ones.
   * All or none. What the assignment held and does not get again is given back.
   */
  async reserve(request: {
    readonly assignmentId: string;
    readonly wanted: Workload['ports'];
    readonly held: Readonly<Record<string, number>>;
  }): Promise<PortsResult> {
    const { assignmentId, wanted, held } = request;
    this.release(assignmentId);
    const ports: Record<string, number> = {};
    for (const { name, port } of wanted) {
      const chosen =
        port === undefined
          ? await this.#choose(assignmentId, held[name])
          : await this.#tryTake(assignmentId, port);
      if (chosen === undefined) {
        this.release(assignmentId);
        const what =
          port === undefined ? `no port from ${range.from} to ${range.to - 1} is` : `port ${port} is not`;
        return { kind: 'inUse', message: `${what} free on this node (asked for as ${name})` };
      }
      ports[name] = chosen;
    }
    return { kind: 'reserved', ports };
  }

  /** Notes the ports of a process that runs already. */
  adopt(assignmentId: string, ports: Readonly<Record<string, number>>): void {
    for (const port of Object.values(ports)) this.#holders.set(port, assignmentId);
  }

  release(assignmentId: string): void {
    for (const [port, holder] of this.#holders) if (holder === assignmentId) this.#holders.delete(port);
  }

  async #choose(assignmentId: string, held: number | undefined): Promise<number | undefined> {
    if (held !== undefined && (await this.#tryTake(assignmentId, held)) !== undefined) return held;
    for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
      const port = await this.#tryTake(assignmentId, randomInt(range.from, range.to));
      if (port !== undefined) return port;
    }
    return undefined;
  }

  async #tryTake(assignmentId: string, port: number): Promise<number | undefined> {
    if (this.#holders.has(port)) return undefined;
    this.#holders.set(port, assignmentId); // N2
    if ((await isFree(port, '127.0.0.1')) && (await isFree(port, '0.0.0.0'))) return port;
    this.#holders.delete(port);
    return undefined;
  }
}

/** False only if somebody listens there; a port that this agent may not bind (below 1024) is the workload's matter. */
function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve(!isErrno(error, 'EADDRINUSE')));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
