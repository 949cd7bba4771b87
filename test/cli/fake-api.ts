// A peer's API with canned answers, over a real socket; remembers what it was asked.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Problem } from '../../src/protocol/api.ts';
import type { ErrorCode } from '../../src/lib/errors.ts';

export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly body: string;
}

export interface Canned {
  readonly status?: number;
  /** Sent as JSON; a string as it is. */
  readonly body?: unknown;
}

export class FakeApi {
  readonly url: string;
  readonly asked: Asked[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** Answers `METHOD /path` from `answers`, anything else with 404. */
  static async start(answers: Readonly<Record<string, Canned>>): Promise<FakeApi> {
    const server = createServer();
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const api = new FakeApi(server);
    server.on('request', (request, response) => {
      void text(request).then((body) => {
        const { method = '' } = request;
        const url = (request.url ?? '').replace(/[?&]limit=500$/, ''); // a list is read in pages
        const isProbe = method === 'GET' && url === '/api/cluster';
        // The client's own question whether somebody is there is not what a test asks about.
        if (!isProbe) api.asked.push({ method, url, body });
        const given = answers[`${method} ${url}`];
        const canned = isProbe ? probed(given) : (given ?? problem(404, 'NOT_FOUND', `no ${url} here`));
        const status = canned.status ?? 200;
        response.statusCode = status;
        response.setHeader(
          'content-type',
          status < 400 ? 'application/json; charset=utf-8' : 'application/problem+json',
        );
        response.end(typeof canned.body === 'string' ? canned.body : JSON.stringify(canned.body));
      });
    });
    return api;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

/** What the client has to be told of a cluster, with what a test says of it. */
const probed = (given: Canned | undefined): Canned => ({
  ...given,
  body: { clusterId: 'c', appliedIndex: 7, peers: [], ...(given?.body as object | undefined) },
});

/** An answer as src/api gives errors. */
export function problem(
  status: number,
  code: ErrorCode,
  detail: string,
  more: Partial<Problem> = {},
): Canned {
  return {
    status,
    body: { type: 'about:blank', title: code, status, detail, code, help: 'Try this.', ...more },
  };
}
