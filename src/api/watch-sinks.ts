// The connections of watchers: an HTTP answer without an end, or a WebSocket.
//
// C1. A connection that was ended is cut after `watchCloseMs`, whether or not its reader has taken the rest.

import type { FastifyReply } from 'fastify';
import type { WebSocket } from 'ws';
import { servingLimits } from '../lib/serving-limits.ts';
import type { WatchSink } from './watcher.ts';

export const eventStream = 'text/event-stream; charset=utf-8';

export class EventSink implements WatchSink {
  readonly form = 'sse';
  readonly #raw: FastifyReply['raw'];

  constructor({ raw }: FastifyReply) {
    this.#raw = raw;
  }

  get waiting(): number {
    return this.#raw.writableLength;
  }

  start(): void {
    this.#raw.writeHead(200, { 'content-type': eventStream, 'cache-control': 'no-store' });
    this.#raw.flushHeaders();
  }

  send(bytes: Uint8Array): void {
    if (!this.#raw.destroyed) this.#raw.write(bytes);
  }

  end(bytes: Uint8Array): void {
    if (this.#raw.destroyed) return;
    const timer = setTimeout(() => this.#raw.destroy(), servingLimits.watchCloseMs); // C1
    this.#raw.once('close', () => clearTimeout(timer));
    this.#raw.end(bytes);
  }
}

export class SocketSink implements WatchSink {
  readonly form = 'webSocket';
  readonly #socket: WebSocket;
  readonly #onTaken: () => void;

  /** `onTaken`: its reader has taken all that waited. */
  constructor(socket: WebSocket, onTaken: () => void) {
    this.#socket = socket;
    this.#onTaken = onTaken;
  }

  get waiting(): number {
    return this.#socket.bufferedAmount;
  }

  send(bytes: Uint8Array): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#socket.send(bytes, { binary: false }, () => {
      if (this.#socket.bufferedAmount === 0) this.#onTaken();
    });
  }

  end(bytes: Uint8Array): void {
    this.send(bytes);
    this.#socket.close(1000, 'the last message says why');
    const timer = setTimeout(() => this.#socket.terminate(), servingLimits.watchCloseMs); // C1
    this.#socket.once('close', () => clearTimeout(timer));
  }
}
