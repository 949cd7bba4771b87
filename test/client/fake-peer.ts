// A peer's API in a test of the client: tells of its cluster, and answers anything else as the test says.

import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isOrionError, type OrionError } from '../../src/lib/errors.ts';

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}
export type Behaviour = (seen: Seen, response: ServerResponse) => void;

export interface FakePeer {
  readonly url: string;
  /** What came, but for questions about the cluster. */
  readonly seen: Seen[];
  /** How often it was asked about the cluster. */
  probes: number;
  /** What it tells of the cluster. */
  view: object;
  stop(): void;
}

/** Nobody listens there. */
export const nobody = 'http://127.0.0.1:2';

const running = new Set<Server>();

/** `probed`: what becomes of questions about the cluster; `false`: they hang. */
export async function fakePeer(behaviour: Behaviour, probed: Behaviour | boolean = true): Promise<FakePeer> {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      if (url !== '/api/cluster') {
        const one = { method, url, headers, body };
        peer.seen.push(one);
        return behaviour(one, response);
      }
      peer.probes += 1;
      if (typeof probed === 'function') return probed({ method, url, headers, body }, response);
      if (probed) response.end(JSON.stringify(peer.view));
    });
  });
  running.add(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const peer: FakePeer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen: [],
    probes: 0,
    view: { clusterId: 'c', appliedIndex: 7, peers: [] },
    stop: () => {
      server.closeAllConnections();
      server.close();
      running.delete(server);
    },
  };
  return peer;
}

/** One that is found only once `first` has been asked: on a busy machine that one may be slow to say that it is there. */
export async function fakePeerAfter(first: FakePeer, behaviour: Behaviour): Promise<FakePeer> {
  const second = await fakePeer(behaviour, (seen, response) => {
    if (first.seen.length > 0) answers(200, second.view)(seen, response);
  });
  return second;
}

/** To be called after each test. */
export function stopFakePeers(): void {
  for (const server of running) {
    server.closeAllConnections();
    server.close();
  }
  running.clear();
}

export const answers =
  (status: number, value: unknown): Behaviour =>
  (_, response) =>
    response.writeHead(status).end(JSON.stringify(value));

export const problem = (status: number, code: string, more: object = {}): Behaviour =>
  answers(status, { code, status, detail: `it is ${code}`, ...more });

export const hangs: Behaviour = () => {};
export const dies: Behaviour = (_, response) => response.socket?.destroy();

/** The error that `promise` is rejected with. */
export async function failure(promise: Promise<unknown>): Promise<OrionError> {
  try {
    await promise;
  } catch (error) {
    if (isOrionError(error)) return error;
    throw error;
  }
  throw new Error('it succeeded');
}
