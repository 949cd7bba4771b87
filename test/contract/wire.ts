// One HTTP request exactly as a test wants it, also one that no well-behaved client would send.

import http from 'node:http';

export interface WireRequest {
  readonly method: string;
  /** Path and query, as they go over the wire. */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Address of this machine from which it is sent. Default: the loopback one. */
  readonly from?: string;
  /** Only the headers are sent. */
  readonly bodyStaysAway?: boolean;
  /** The head is enough of an answer that may be a stream: of any but JSON. */
  readonly headOfStreams?: boolean;
}

export interface WireAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

const patienceMs = 10_000;

/** The answer that stands in `text`. */
export function parseAnswer(text: string): WireAnswer {
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const [first = '', ...lines] = head.split('\r\n');
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  return {
    status: Number(first.split(' ')[1]),
    headers: Object.fromEntries(headers),
    text: rest.join('\r\n\r\n'),
  };
}

/** Sends `request` to `api`, a URL, over a connection of its own. Rejects when no answer comes. */
export function send(api: string, request: WireRequest): Promise<WireAnswer> {
  const { hostname, port } = new URL(api);
  const { method, target, headers = {}, body, bodyStaysAway, headOfStreams, from } = request;
  return new Promise((resolve, reject) => {
    const length =
      body === undefined || bodyStaysAway === true ? {} : { 'content-length': Buffer.byteLength(body) };
    const sent = http.request({
      hostname,
      port,
      method,
      path: target,
      ...(from === undefined ? {} : { localAddress: from }),
      headers: { ...length, ...headers },
      agent: false,
      timeout: patienceMs,
    });
    sent.on('timeout', () => sent.destroy(new Error(`${method} ${target}: no answer in ${patienceMs} ms`)));
    sent.on('error', reject);
    sent.on('response', (response) => {
      const chunks: Buffer[] = [];
      const done = (): void => {
        const status = response.statusCode ?? 0;
        resolve({ status, headers: response.headers, text: Buffer.concat(chunks).toString() });
        sent.destroy();
      };
      const isWhole = /json\b/.test(response.headers['content-type'] ?? '');
      if (headOfStreams === true && !isWhole) return done();
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', done);
      response.on('error', reject);
    });
    if (bodyStaysAway === true) sent.flushHeaders();
    else sent.end(body);
  });
}
