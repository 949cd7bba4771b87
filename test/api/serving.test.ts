// What a client may have of a peer, over real sockets: how much at once, how fast, and what it hears beyond.

import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { type Api, buildApi } from '../../src/api/api.ts';
import { createBodies } from '../../src/api/bodies.ts';
import { type ServingLimits, servingLimits } from '../../src/lib/serving-limits.ts';
import type { LogSource } from '../../src/protocol/logs.ts';
import { FakeControlPlane } from './fake-control-plane.ts';
import { noPlan } from './no-plan.ts';
import { serviceRow } from './fake-rows.ts';

/** What a test made, to be ended with it. */
const made: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const end of made.splice(0).toReversed()) await end();
});

interface Served {
  readonly api: Api;
  readonly peer: FakeControlPlane;
  readonly port: number;
  /** Streams of logs that were opened and not closed. */
  readonly logs: { open: number };
}

async function serve(bounds: Partial<ServingLimits> = {}): Promise<Served> {
  const peer = new FakeControlPlane();
  peer.write({ after: serviceRow('hello', 1) });
  const logs = { open: 0 };
  const source: LogSource = {
    open: () => {
      logs.open += 1;
      return () => (logs.open -= 1);
    },
  };
  const api = buildApi({
    controlPlane: peer,
    bodies: createBodies(),
    metrics: { contentType: 'text/plain', text: async () => '', onRequest: () => undefined },
    logs: source,
    plan: noPlan,
    allowedHosts: [],
    log: () => undefined,
    bounds: { ...servingLimits, ...bounds },
  });
  await api.app.listen({ port: 0, host: '127.0.0.1' });
  made.push(() => api.app.close());
  return { api, peer, port: (api.app.server.address() as AddressInfo).port, logs };
}

/** A connection, and all that it heard. */
class Client {
  readonly socket: Socket;
  heard = '';
  ended = false;
  #wake: () => void = () => undefined;

  constructor(port: number, from = '127.0.0.1') {
    this.socket = connect({ port, host: '127.0.0.1', localAddress: from });
    this.socket.on('data', (data: Buffer) => this.#note(() => (this.heard += data.toString())));
    this.socket.on('close', () => this.#note(() => (this.ended = true)));
    this.socket.on('error', () => undefined);
    made.push(() => void this.socket.destroy());
  }

  #note(what: () => void): void {
    what();
    this.#wake();
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => (this.#wake = resolve));
  }

  send(text: string): this {
    this.socket.write(text);
    return this;
  }

  get(path: string): this {
    return this.send(`GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
  }

  /** The next whole answer: its status, and the code of a problem. */
  async answer(): Promise<{ status: number; head: string; code: string | undefined }> {
    await this.until(() => this.ended || this.#length() !== undefined);
    const length = this.#length() ?? this.heard.length;
    const [head = '', body = ''] = this.heard.slice(0, length).split('\r\n\r\n');
    this.heard = this.heard.slice(length);
    const { code } = (body === '' ? {} : JSON.parse(body)) as { code?: string };
    return { status: Number(head.split(' ')[1]), head: head.toLowerCase(), code };
  }

  /** Of the first answer that was heard whole. */
  #length(): number | undefined {
    const end = this.heard.indexOf('\r\n\r\n');
    if (end < 0) return undefined;
    const body = Number(/content-length: (\d+)/i.exec(this.heard.slice(0, end))?.[1] ?? 0);
    return this.heard.length < end + 4 + body ? undefined : end + 4 + body;
  }
}

test('a connection too many of one client hears 429 and is closed; another client is served', async () => {
  const { port, api } = await serve({ connectionsPerClientMax: 2 });
  const kept = [new Client(port), new Client(port)];
  for (const client of kept) expect((await client.get('/livez').answer()).status).toBe(200);
  const third = new Client(port).get('/livez');
  const refusal = await third.answer();
  expect([refusal.status, refusal.code]).toEqual([429, 'RATE_LIMITED']);
  expect(refusal.head).toContain('retry-after: 1');
  await third.until(() => third.ended);
  expect((await new Client(port, '127.0.0.2').get('/livez').answer()).status).toBe(200);
  kept[0]?.socket.destroy();
  while ((await connectionsTo(api)) > 2) await turn();
  expect((await new Client(port).get('/livez').answer()).status).toBe(200);
});

test('a connection too many of all clients hears 503, and is closed', async () => {
  const { port } = await serve({ connectionsMax: 1, connectionsPerClientMax: 1 });
  expect((await new Client(port).get('/livez').answer()).status).toBe(200);
  const second = new Client(port, '127.0.0.2').get('/livez');
  const refusal = await second.answer();
  expect([refusal.status, refusal.code]).toEqual([503, 'BUSY']);
  await second.until(() => second.ended);
});

test('a client that asks too often hears 429 with Retry-After, on a connection that stays', async () => {
  const { port } = await serve({ requestsPerSecond: 0, requestsBurst: 2 });
  const client = new Client(port);
  for (const status of [200, 200, 429, 429]) {
    const answer = await client.get('/livez').answer();
    expect(answer.status).toBe(status);
    expect(answer.head.includes('retry-after: 1')).toBe(status === 429);
  }
  expect((await new Client(port, '127.0.0.2').get('/livez').answer()).status).toBe(200);
});

test('headers too many or too long are refused, not passed over', async () => {
  const { port } = await serve();
  const many = Array.from({ length: servingLimits.headersMax + 1 }, (_, i) => `x-${i}: 1\r\n`).join('');
  const long = `x: ${'x'.repeat(servingLimits.headerBytesMax)}\r\n`;
  for (const headers of [many, long]) {
    const client = new Client(port).send(`GET /livez HTTP/1.1\r\nhost: localhost\r\n${headers}\r\n`);
    const answer = await client.answer();
    expect([answer.status, answer.code]).toEqual([431, 'HEADERS_TOO_LARGE']);
  }
  const fitting = Array.from({ length: servingLimits.headersMax - 1 }, (_, i) => `x-${i}: 1\r\n`).join('');
  const client = new Client(port).send(`GET /livez HTTP/1.1\r\nhost: localhost\r\n${fitting}\r\n`);
  expect((await client.answer()).status).toBe(200);
});

test.each([
  ['the head', 'GET /livez HTTP/1.1\r\nhost: loc'],
  [
    'the body',
    'PUT /api/settings/a HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 20\r\n\r\n{"da',
  ],
])('a client that does not send the end of %s is told so, and closed', async (_, text) => {
  const { port, peer } = await serve({ headerReadMs: 50, requestReadMs: 100, slowLookMs: 10 });
  const client = new Client(port).send(text);
  const answer = await client.answer();
  expect([answer.status, answer.code]).toEqual([408, 'TIMEOUT']);
  await client.until(() => client.ended);
  expect(peer.proposed).toEqual([]);
});

test('a client that takes nothing of its answer is cut off; one that is only waiting stays', async () => {
  const { port, peer, api } = await serve({ answerStallMs: 100 });
  peer.backups.contents = endless();
  const waiting = new Client(port).get('/api/services/hello/logs?follow=true');
  await waiting.until(() => waiting.heard.includes('\r\n\r\n'));
  const reader = new Client(port);
  reader.socket.pause();
  reader.get('/api/backup');
  await until(() => peer.backups.openCount === 1);
  await until(() => peer.backups.openCount === 0); // it was given up
  expect(waiting.ended).toBe(false);
  expect(api.app.server.listening).toBe(true);
});

test('streams of one client are bounded with 429, those of all with 503, and each that ends makes room', async () => {
  const { port, logs } = await serve({ streamsMax: 3, streamsPerClientMax: 2 });
  const path = '/api/services/hello/logs?follow=true';
  const open = async (from?: string): Promise<Client> => {
    const client = new Client(port, from).get(path);
    await client.until(() => client.heard.startsWith('HTTP/1.1 200'));
    return client;
  };
  const refusal = async (from?: string): Promise<unknown[]> => {
    const { status, code } = await new Client(port, from).get(path).answer();
    return [status, code];
  };
  const [first] = [await open(), await open()];
  expect(await refusal()).toEqual([429, 'RATE_LIMITED']);
  await open('127.0.0.2');
  expect(await refusal('127.0.0.3')).toEqual([503, 'BUSY']);
  expect(logs.open).toBe(3);
  first?.socket.destroy();
  await until(() => logs.open === 2);
  await open();
});

test('who leaves before a stream begins holds no place of it', async () => {
  const { api, peer, port, logs } = await serve({ streamsMax: 1, streamsPerClientMax: 1 });
  let pass: () => void = () => undefined;
  const passed = new Promise<void>((resolve) => (pass = resolve));
  let isAsked = false;
  peer.readBarrier = () => {
    isAsked = true;
    return passed;
  };
  let isGone = false;
  api.app.server.once('request', (_request, answer) => answer.once('close', () => (isGone = true)));
  const early = new Client(port).get('/api/services/hello/logs?follow=true');
  await until(() => isAsked);
  early.socket.destroy();
  await until(() => isGone);
  pass();
  await turn();
  const stream = new Client(port).get('/api/services/hello/logs?follow=true');
  await stream.until(() => stream.heard.includes('\r\n\r\n'));
  expect(stream.heard).toMatch(/^HTTP\/1.1 200/);
  expect(logs.open).toBe(1);
});

test('a peer that stops answers what it was asked, refuses what comes, and ends streams', async () => {
  const { api, peer, port, logs } = await serve();
  const stream = new Client(port).get('/api/services/hello/logs?follow=true');
  await stream.until(() => stream.heard.startsWith('HTTP/1.1 200'));
  const idle = new Client(port);
  expect((await idle.get('/livez').answer()).status).toBe(200);
  let commit: () => void = () => undefined;
  peer.failures.push(new Promise<void>((resolve) => (commit = resolve)));
  const body = '{"data":"x"}';
  const writer = new Client(port).send(
    `PUT /api/settings/a HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  await until(() => peer.proposed.length === 1);

  let isDrained = false;
  const drained = api.drain().then(() => (isDrained = true));
  await stream.until(() => stream.ended);
  expect(logs.open).toBe(0);
  for (const client of [idle, new Client(port)]) {
    const refusal = await client.get('/api/settings').answer();
    expect([refusal.status, refusal.code]).toEqual([503, 'NO_LEADER']);
    expect(refusal.head).toContain('connection: close');
    await client.until(() => client.ended);
  }
  expect(isDrained).toBe(false);
  commit();
  expect((await writer.answer()).status).toBe(201);
  await drained;
});

async function* endless(): AsyncGenerator<string> {
  for (;;) {
    yield 'x'.repeat(100_000);
    await turn();
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turn();
}

const connectionsTo = ({ app }: Api): Promise<number> =>
  new Promise((resolve) => app.server.getConnections((_error, count) => resolve(count)));
