// The load generator, a process of its own: N connections, each sends its next write when the last one was answered.
// Raw sockets and requests encoded beforehand, so that the client takes as little as possible of the machine that it
// measures.
//
// usage: node dist/bench/load.js, with {@link LoadOptions} in JSON on standard input. Prints a {@link LoadResult} in JSON.

import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { assert } from '../src/lib/assert.ts';
import type { WriteRequest } from './target.ts';

export interface LoadOptions {
  readonly port: number;
  readonly connections: number;
  /** Answers in this time are not counted. */
  readonly warmupMs: number;
  readonly runMs: number;
  /** Sent in turn, again from the start after the last. */
  readonly writes: readonly WriteRequest[];
}

export interface LoadResult {
  readonly writesPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Answers other than 2xx, by status. */
  readonly refused: Readonly<Record<string, number>>;
}

const headerEnd = Buffer.from('\r\n\r\n');
const chunkedEnd = Buffer.from('0\r\n\r\n');

function encode({ method, path, body }: WriteRequest): Buffer {
  const head = `${method} ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n`;
  return Buffer.from(`${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}

/** Bytes of the first whole answer in `bytes`, or undefined while it is incomplete. */
function answerLength(bytes: Buffer): number | undefined {
  const end = bytes.indexOf(headerEnd);
  if (end < 0) return undefined;
  const header = bytes.toString('latin1', 0, end).toLowerCase();
  const length = /\r\ncontent-length: *(\d+)/.exec(header)?.[1];
  if (length !== undefined) {
    const total = end + headerEnd.length + Number(length);
    return bytes.length >= total ? total : undefined;
  }
  const last = bytes.indexOf(chunkedEnd, end);
  return last < 0 ? undefined : last + chunkedEnd.length;
}

class Load {
  readonly #options: LoadOptions;
  readonly #requests: readonly Buffer[];
  readonly #latencies: number[] = [];
  readonly #refused: Record<string, number> = {};
  #next = 0;
  #countFrom = 0;
  #until = 0;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#requests = options.writes.map(encode);
  }

  async run(): Promise<LoadResult> {
    const start = performance.now();
    this.#countFrom = start + this.#options.warmupMs;
    this.#until = this.#countFrom + this.#options.runMs;
    await Promise.all(Array.from({ length: this.#options.connections }, () => this.#connection()));
    const sorted = this.#latencies.sort((a, b) => a - b);
    const at = (fraction: number): number => sorted[Math.floor(fraction * (sorted.length - 1))] ?? NaN;
    return {
      writesPerSecond: Math.round(sorted.length / (this.#options.runMs / 1_000)),
      p50Ms: Number(at(0.5).toFixed(2)),
      p99Ms: Number(at(0.99).toFixed(2)),
      refused: this.#refused,
    };
  }

  #connection(): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port: this.#options.port, host: '127.0.0.1', noDelay: true });
      let sentAt = 0;
      let received: Buffer = Buffer.alloc(0);
      const send = (): void => {
        sentAt = performance.now();
        if (sentAt >= this.#until) return finish(socket, resolve);
        socket.write(this.#requests[this.#next % this.#requests.length] ?? '');
        this.#next += 1;
      };
      socket.once('connect', send);
      socket.once('error', reject);
      socket.on('data', (chunk: Buffer) => {
        received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
        const length = answerLength(received);
        if (length === undefined) return;
        assert(length === received.length, 'one request is in flight on a connection');
        this.#count(received, sentAt);
        received = Buffer.alloc(0);
        send();
      });
    });
  }

  #count(answer: Buffer, sentAt: number): void {
    const now = performance.now();
    if (now < this.#countFrom || now > this.#until) return;
    const status = answer.toString('latin1', 9, 12);
    if (status.startsWith('2')) this.#latencies.push(now - sentAt);
    else this.#refused[status] = (this.#refused[status] ?? 0) + 1;
  }
}

function finish(socket: Socket, resolve: () => void): void {
  socket.destroy();
  resolve();
}

const options = JSON.parse(await text(process.stdin)) as LoadOptions;
process.stdout.write(`${JSON.stringify(await new Load(options).run())}\n`);
