// Requests that no well-behaved client sends: what Node would answer by itself, or pass over.

import type { AddressInfo } from 'node:net';
import { beforeEach, expect, test } from 'vitest';
import { exchange, statusIn } from '../contract/raw.ts';
import { parseAnswer } from '../contract/wire.ts';
import { app, peer } from './harness.ts';

/** Every answer ends its connection: none is waited for. */
const patienceMs = 20_000;
let api: string;

beforeEach(async () => {
  await app.listen({ port: 0, host: '127.0.0.1' });
  api = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
});

const host = 'host: localhost\r\nconnection: close\r\n';
const put = `PUT /api/settings/a HTTP/1.1\r\n${host}`;
const json = 'content-type: application/json\r\n';
const body = 'content-length: 12\r\n\r\n{"data":"x"}';
const upgrade = 'host: localhost\r\nconnection: upgrade\r\nupgrade: ';

test.each([
  ['no Host', 'GET /livez HTTP/1.1\r\nconnection: close\r\n\r\n', 403, 'FORBIDDEN'],
  [
    'two Hosts',
    'GET /livez HTTP/1.1\r\nhost: localhost\r\nhost: evil.example\r\nconnection: close\r\n\r\n',
    400,
    'MALFORMED',
  ],
  [
    'a foreign absolute URL',
    'GET http://evil.example/livez HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n',
    403,
    'FORBIDDEN',
  ],
  ['two types', `${put}${json}content-type: text/plain\r\n${body}`, 400, 'MALFORMED'],
  ['an encoding', `${put}${json}content-encoding: gzip\r\n${body}`, 415, 'UNSUPPORTED_MEDIA_TYPE'],
  [
    'another charset',
    `${put}content-type: application/json; charset=utf-16\r\n${body}`,
    415,
    'UNSUPPORTED_MEDIA_TYPE',
  ],
  ['an unknown expectation', `${put}${json}expect: much\r\n${body}`, 400, 'MALFORMED'],
  [
    'CONNECT',
    'CONNECT localhost:80 HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n',
    405,
    'METHOD_NOT_ALLOWED',
  ],
  [
    'a name beyond all bounds',
    `GET /api/settings/${'a'.repeat(9_000)} HTTP/1.1\r\n${host}\r\n`,
    404,
    'NOT_FOUND',
  ],
  ['an upgrade to HTTP/2', `GET /livez HTTP/1.1\r\n${upgrade}h2c\r\n\r\n`, 400, 'MALFORMED'],
  [
    'a WebSocket of old',
    `GET /api/watch HTTP/1.1\r\n${upgrade}websocket\r\nsec-websocket-version: 12\r\n\r\n`,
    400,
    'MALFORMED',
  ],
  [
    'a WebSocket without a key',
    `GET /api/watch HTTP/1.1\r\n${upgrade}websocket\r\nsec-websocket-version: 13\r\n\r\n`,
    400,
    'MALFORMED',
  ],
  ['a WebSocket by POST', `POST /api/watch HTTP/1.1\r\n${upgrade}websocket\r\n\r\n`, 400, 'MALFORMED'],
])('%s is a problem like any other, and is not passed over', async (_, text, status, code) => {
  const answer = await exchange(api, text, { patienceMs });
  expect(JSON.parse(parseAnswer(answer).text)).toMatchObject({ status, code });
  expect(peer.proposed).toEqual([]);
});

test('an absolute URL of a name that this peer has is served, and so are a charset and an encoding that say nothing', async () => {
  const served = 'GET http://localhost/livez HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n';
  expect(statusIn(await exchange(api, served, { patienceMs }))).toBe(200);
  const plain = `${put}content-type: application/json; charset="UTF-8"\r\ncontent-encoding: identity\r\n${body}`;
  expect(statusIn(await exchange(api, plain, { patienceMs }))).toBe(201);
  expect(peer.proposed).toHaveLength(1);
});

const waits = 'expect: 100-continue\r\ncontent-length: ';

test.each([
  ['whose Host is foreign', `PUT /api/settings/a HTTP/1.1\r\nhost: evil\r\n${json}${waits}12`, 403],
  ['that is too large', `PUT /api/settings/a HTTP/1.1\r\nhost: localhost\r\n${json}${waits}99999999`, 413],
  [
    'of another type',
    `PUT /api/settings/a HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/plain\r\n${waits}12`,
    415,
  ],
  ['to nowhere', `PUT /api/nothing HTTP/1.1\r\nhost: localhost\r\n${json}${waits}12`, 404],
])(
  'a request %s, whose sender waits with its body, is refused at once, and ends its connection',
  async (_, head, status) => {
    const answer = await exchange(api, `${head}\r\n\r\n`, { patienceMs });
    expect(statusIn(answer)).toBe(status);
    expect(answer).toMatch(/^connection: close/im);
  },
);

test('who waits with a body that is taken is told to go on, and keeps the connection', async () => {
  const request = `PUT /api/settings/a HTTP/1.1\r\nhost: localhost\r\n${json}expect: 100-continue\r\n${body}`;
  const next = `GET /livez HTTP/1.1\r\n${host}\r\n`;
  const answers = await exchange(api, request + next, { patienceMs });
  expect(answers.match(/HTTP\/1.1 \d+/g)).toEqual(['HTTP/1.1 100', 'HTTP/1.1 201', 'HTTP/1.1 200']);
  expect(statusIn(await exchange(api, request.replace('1.1', '1.0'), { patienceMs }))).toBe(200);
});

test('what comes behind a request and is none is refused behind its answer', async () => {
  const request = `PUT /api/settings/a HTTP/1.1\r\nhost: localhost\r\n${json}${body}`;
  const answers = await exchange(api, `${request}}`, { patienceMs });
  expect(answers.match(/HTTP\/1.1 \d+/g)).toEqual(['HTTP/1.1 201', 'HTTP/1.1 400']);
  expect(peer.proposed).toHaveLength(1);
});
