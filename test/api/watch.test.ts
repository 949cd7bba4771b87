// `GET /api/watch` over real connections: server-sent events, WebSockets, and who may not begin to watch.

import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type Api, buildApi } from '../../src/api/api.ts';
import { createBodies } from '../../src/api/bodies.ts';
import { servingLimits } from '../../src/lib/serving-limits.ts';
import type { WatchMessage } from '../../src/protocol/watch.ts';
import { FakeControlPlane } from './fake-control-plane.ts';
import { noPlan } from './no-plan.ts';
import { settingRow } from './fake-rows.ts';

let peer: FakeControlPlane;
let api: Api;
let port: number;

beforeEach(async () => {
  peer = new FakeControlPlane();
  api = buildApi({
    controlPlane: peer,
    bodies: createBodies(),
    metrics: { contentType: 'text/plain', text: async () => '', onRequest: () => {} },
    logs: { open: () => () => {} },
    plan: noPlan,
    allowedHosts: [],
    log: () => {},
    bounds: { ...servingLimits, streamsPerClientMax: 2 },
  });
  await api.app.listen({ port: 0, host: '127.0.0.1' });
  ({ port } = api.app.server.address() as AddressInfo);
});

afterEach(() => api.app.close());

const put = (name: string): void => {
  const index = peer.view.appliedIndex + 1;
  peer.write({ before: peer.view.settings.get(name), after: settingRow(name, 'x', index) });
};

/** The answer to a GET, as it begins. */
function ask(path: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, headers, agent: false }, resolve).on('error', reject);
  });
}

/** Reads an answer until what came of it matches. */
async function readUntil(answer: IncomingMessage, pattern: RegExp): Promise<string> {
  let text = '';
  answer.setEncoding('utf8');
  for await (const chunk of answer.iterator({ destroyOnReturn: false })) {
    text += String(chunk);
    if (pattern.test(text)) return text;
  }
  throw new Error(`it ended with ${text}`);
}

const restOf = async (answer: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const chunk of answer) text += String(chunk);
  return text;
};

test('server-sent events: each message is its event, its id and one line of data', async () => {
  const answer = await ask('/api/watch?stats=false');
  expect([answer.statusCode, answer.headers['content-type']]).toEqual([
    200,
    'text/event-stream; charset=utf-8',
  ]);
  expect(await readUntil(answer, /\n\n/)).toBe('event: bookmark\nid: 1\ndata: {"resourceVersion":"1"}\n\n');
  put('a');
  const [event, id, data, ...rest] = (await readUntil(answer, /\n\n/)).split('\n');
  expect([event, id, rest]).toEqual(['event: change', 'id: 2', ['', '']]);
  expect(JSON.parse(data?.slice('data: '.length) ?? '')).toEqual({
    resourceVersion: '2',
    changes: [{ type: 'ADDED', object: peer.view.settings.get('a') }],
  });
  answer.destroy();
});

test('a WebSocket on the same route hears the same, each message as one JSON text', async () => {
  put('a');
  const socket = new WebSocket(`ws://127.0.0.1:${port}/api/watch?stats=false&from=1&kind=Setting`);
  const heard: WatchMessage[] = [];
  const second = new Promise<void>((resolve) => {
    socket.on('message', (bytes: Buffer, isBinary: boolean) => {
      expect(isBinary).toBe(false);
      heard.push(JSON.parse(bytes.toString()) as WatchMessage);
      if (heard.length === 2) resolve();
    });
  });
  await second;
  expect(heard).toEqual([
    { event: 'bookmark', id: '1', data: { resourceVersion: '1' } },
    {
      event: 'change',
      id: '2',
      data: { resourceVersion: '2', changes: [{ type: 'ADDED', object: peer.view.settings.get('a') }] },
    },
  ]);
  socket.send('hello');
  const [code] = await once(socket, 'close');
  expect(code).toBe(1008); // a watcher has nothing to say
});

test.each([
  ['?kind=Pod', {}, 400, 'MALFORMED'],
  ['?what=ever', {}, 400, 'MALFORMED'],
  ['?from=now', {}, 400, 'MALFORMED'],
  ['?labelSelector=a%20b', {}, 400, 'MALFORMED'],
  ['?fieldSelector=name=x', {}, 400, 'MALFORMED'],
  ['?stats=maybe', {}, 400, 'MALFORMED'],
  ['', { 'last-event-id': 'x' }, 400, 'MALFORMED'],
  ['?cluster=other', {}, 410, 'EXPIRED'],
  ['', { host: 'evil.example' }, 403, 'FORBIDDEN'],
  ['', { origin: 'http://evil.example' }, 403, 'FORBIDDEN'],
])('%s %j is refused with %d %s, over both', async (query, headers, status, code) => {
  const answer = await ask(`/api/watch${query}`, headers);
  expect([answer.statusCode, JSON.parse(await restOf(answer))]).toEqual([
    status,
    expect.objectContaining({ status, code }),
  ]);
  const socket = new WebSocket(`ws://127.0.0.1:${port}/api/watch${query}`, { headers });
  const refusal = new Promise<IncomingMessage>((resolve) => {
    socket.on('unexpected-response', (_request, response: IncomingMessage) => resolve(response));
  });
  const refused = await refusal;
  expect([refused.statusCode, JSON.parse(await restOf(refused))]).toEqual([
    status,
    expect.objectContaining({ status, code }),
  ]);
});

test('headers too many are refused over a WebSocket, too', async () => {
  const names = Array.from({ length: servingLimits.headersMax + 1 }, (_, i) => `x-${i}`);
  const headers = Object.fromEntries(names.map((name) => [name, '1']));
  const socket = new WebSocket(`ws://127.0.0.1:${port}/api/watch`, { headers });
  const [, refused] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
  expect([refused.statusCode, JSON.parse(await restOf(refused))]).toEqual([
    431,
    expect.objectContaining({ code: 'HEADERS_TOO_LARGE' }),
  ]);
});

test('a peer whose state may not be read has no watchers', async () => {
  peer.differs = 'its state differs';
  expect((await ask('/api/watch')).statusCode).toBe(503);
});

test('streams are counted, over both, and free again when their readers have gone', async () => {
  const first = await ask('/api/watch');
  const socket = new WebSocket(`ws://127.0.0.1:${port}/api/watch`);
  await once(socket, 'open');
  expect((await ask('/api/watch')).statusCode).toBe(429);
  first.destroy();
  socket.terminate();
  await expect.poll(async () => (await ask('/api/watch')).statusCode).toBe(200);
});

test('HEAD answers without a stream', async () => {
  const answer = await api.app.inject({ method: 'HEAD', url: '/api/watch' });
  expect([answer.statusCode, answer.body]).toEqual([200, '']);
});

test('a peer that stops tells its watchers so, and ends their connections', async () => {
  const answer = await ask('/api/watch?stats=false');
  const socket = new WebSocket(`ws://127.0.0.1:${port}/api/watch?stats=false`);
  const heard: string[] = [];
  socket.on('message', (bytes: Buffer) => heard.push(bytes.toString()));
  await once(socket, 'message');
  const closed = once(socket, 'close');
  const rest = restOf(answer);
  await api.drain();
  await closed;
  expect(heard.at(-1)).toMatch(/^\{"event":"error","data":\{.*"code":"NO_LEADER"/);
  expect(await rest).toMatch(/event: error\ndata: \{.*"code":"NO_LEADER".*\}\n\n$/);
});

test('a reader that goes away without a word leaves nothing behind', async () => {
  const socket = connect(port, '127.0.0.1');
  socket.write('GET /api/watch?stats=false HTTP/1.1\r\nhost: localhost\r\n\r\n');
  await once(socket, 'data');
  expect(peer.listeners()).toBe(2);
  socket.destroy();
  await expect.poll(() => peer.listeners()).toBe(0);
});
