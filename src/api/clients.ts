// Clients: how much one of them, and all of them together, may have of this peer at once.
// Owns: who is connected from where, and the bounds of that. Does not own: what is asked (routes).
//
// L1. A connection too many is still taken, and its first request answered with why, then closed: 429 when its client has
//     too many, 503 when all have. Far beyond that connections are dropped.
// L2. Requests of one client are counted by a bucket that refills steadily; an empty one answers 429.
// L3. Streams are answers without an end. One too many is refused as connections are. A reader that takes nothing for
//     `answerStallMs` is cut off; one to whom nothing is sent stays.
// L4. When the peer stops, each stream is told once.

import { OrionError } from '../lib/errors.ts';
import { type ServingLimits, servingLimits } from '../lib/serving-limits.ts';

/** As much of a socket as is asked of it. */
export interface ClientSocket {
  readonly remoteAddress?: string | undefined;
  once(event: 'close', listener: () => void): unknown;
  /** Absent where a request came over no connection, as in tests. */
  setTimeout?(ms: number): unknown;
}

/** One client: whoever calls from one address. */
interface Client {
  connections: number;
  streams: number;
  tokens: number;
  /** When `tokens` were counted. */
  countedMs: number;
}

export class Clients {
  readonly #bounds: ServingLimits;
  readonly #nowMs: () => number;
  readonly #clients = new Map<string, Client>();
  readonly #refused = new WeakMap<ClientSocket, OrionError>();
  readonly #streams = new Set<(error: OrionError) => void>();
  #connections = 0;

  /** `nowMs`: monotonic milliseconds. */
  constructor(nowMs: () => number, bounds: ServingLimits = servingLimits) {
    this.#nowMs = nowMs;
    this.#bounds = bounds;
  }

  onConnection(socket: ClientSocket): void {
    const client = this.#client(socket.remoteAddress);
    const { connectionsMax, connectionsPerClientMax } = this.#bounds;
    if (client.connections >= connectionsPerClientMax) {
      this.#refused.set(socket, tooMany('connections', connectionsPerClientMax));
    } else if (this.#connections >= connectionsMax) {
      this.#refused.set(socket, peerFull('connections', connectionsMax));
    }
    this.#connections += 1;
    client.connections += 1;
    socket.once('close', () => {
      this.#connections -= 1;
      client.connections -= 1;
    });
  }

  /** Why the request that came over `socket` ends its connection (L1); undefined when it does not. */
  refusalOf(socket: ClientSocket): OrionError | undefined {
    return this.#refused.get(socket);
  }

  /** L2. Takes one request. Throws RATE_LIMITED. */
  take(socket: ClientSocket): void {
    const { requestsPerSecond, requestsBurst } = this.#bounds;
    const client = this.#client(socket.remoteAddress);
    this.#refill(client);
    if (client.tokens < 1) {
      const message = `one client may ask ${requestsPerSecond} times a second, and ${requestsBurst} times at once`;
      throw new OrionError('RATE_LIMITED', message);
    }
    client.tokens -= 1;
  }

  /**
   * L3. Counts one more stream over `socket`, which may be silent from now on, until `answer` closes (that socket, or an
   * answer over it); none where it has closed already, as it may while a request waits. `onStop` is called when the peer
   * stops (L4). Throws RATE_LIMITED or BUSY.
   */
  openStream(stream: {
    readonly socket: ClientSocket;
    readonly answer: Pick<ClientSocket, 'once'> & { readonly destroyed: boolean };
    readonly onStop: (error: OrionError) => void;
  }): void {
    const { socket, answer, onStop } = stream;
    if (answer.destroyed) return;
    const { streamsMax, streamsPerClientMax } = this.#bounds;
    const client = this.#client(socket.remoteAddress);
    if (client.streams >= streamsPerClientMax) throw tooMany('streams', streamsPerClientMax);
    if (this.#streams.size >= streamsMax) throw peerFull('streams', streamsMax);
    const told = (error: OrionError): void => onStop(error); // one of its own for each
    this.#streams.add(told);
    client.streams += 1;
    socket.setTimeout?.(0);
    answer.once('close', () => {
      this.#streams.delete(told);
      client.streams -= 1;
    });
  }

  /** L3. What was sent over `socket` waits for its reader, or waits no longer. */
  onWaiting(socket: ClientSocket, waits: boolean): void {
    socket.setTimeout?.(waits ? this.#bounds.answerStallMs : 0);
  }

  /** L4. */
  stop(error: OrionError): void {
    for (const told of this.#streams) told(error);
  }

  #client(address = ''): Client {
    let client = this.#clients.get(address);
    if (client === undefined) {
      if (this.#clients.size >= this.#bounds.clientsMax) this.#forgetIdle();
      client = { connections: 0, streams: 0, tokens: this.#bounds.requestsBurst, countedMs: this.#nowMs() };
      this.#clients.set(address, client);
    }
    return client;
  }

  #refill(client: Client): void {
    const { requestsPerSecond, requestsBurst } = this.#bounds;
    const nowMs = this.#nowMs();
    const gained = ((nowMs - client.countedMs) * requestsPerSecond) / 1_000;
    client.tokens = Math.min(requestsBurst, client.tokens + gained);
    client.countedMs = nowMs;
  }

  /** Who is not connected is forgotten with what is missing in its bucket: that many clients are not one that asks too much. */
  #forgetIdle(): void {
    for (const [address, { connections }] of this.#clients)
      if (connections === 0) this.#clients.delete(address);
  }
}

function tooMany(what: string, max: number): OrionError {
  return new OrionError('RATE_LIMITED', `one client may have ${max} ${what} open: close some, or share them`);
}

function peerFull(what: string, max: number): OrionError {
  return new OrionError('BUSY', `this peer has ${max} ${what} open: ask another one`);
}
