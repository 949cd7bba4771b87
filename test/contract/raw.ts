// Bytes on a connection, as they are, and what comes back: for what no HTTP client would send.

import { connect, type Socket } from 'node:net';

export interface RawOptions {
  /** Address of this machine from which the connection comes. Default: the loopback one. */
  readonly from?: string;
  /** Who says nothing for so long is taken to have nothing to say, in milliseconds. */
  readonly patienceMs: number;
}

/** Everything that `api`, a URL, answers to `bytes` until it closes the connection, or is silent. */
export function exchange(api: string, bytes: string | Uint8Array, options: RawOptions): Promise<string> {
  const { hostname, port } = new URL(api);
  const { from, patienceMs } = options;
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const local = from === undefined ? {} : { localAddress: from };
    const socket = connect({ host: hostname, port: Number(port), ...local }, () => socket.write(bytes));
    socket.setTimeout(patienceMs, () => socket.destroy());
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('error', () => {}); // a reset is an answer, too
    socket.on('close', () => resolve(Buffer.concat(chunks).toString()));
  });
}

/** Of an answer; undefined when there was none. */
export function statusIn(answer: string): number | undefined {
  const status = /^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1];
  return status === undefined ? undefined : Number(status);
}

const oneRequest = 'GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n';

/** So many connections to `api` from one address, open and idle: each has had an answer. */
export async function connections(api: string, count: number, from: string): Promise<readonly Socket[]> {
  const { hostname: host, port } = new URL(api);
  const open = (): Promise<Socket> =>
    new Promise((resolve, reject) => {
      const options = { host, port: Number(port), localAddress: from };
      const socket = connect(options, () => socket.write(oneRequest));
      socket.once('data', () => resolve(socket));
      socket.on('error', reject);
    });
  return Promise.all(Array.from({ length: count }, open));
}
