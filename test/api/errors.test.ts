import * as fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { errorMeanings } from '../../src/protocol/error-meanings.ts';
import { type ErrorCode } from '../../src/lib/errors.ts';
import { limits } from '../../src/lib/limits.ts';
import { refused } from './fake-control-plane.ts';
import { app, json, logged, peer, problemIn, put } from './harness.ts';

describe('errors', () => {
  test.each<[ErrorCode, number]>([
    ['CONFLICT', 409],
    ['STALE', 409],
    ['PRECONDITION_FAILED', 412],
    ['INVALID', 422],
    ['INTERNAL', 500],
  ])('a refusal %s by the state is %i', async (code, status) => {
    peer.answer = () => refused(code);
    expect(problemIn(await put('motd', { data: 'x' }))).toEqual([status, code]);
  });

  test.each<[ErrorCode, number]>([
    ['NO_LEADER', 503],
    ['NO_QUORUM', 503],
    ['BUSY', 503],
    ['OUTCOME_UNKNOWN', 504],
  ])('a write that ends in %s is %i, and only 503 says to try again', async (code, status) => {
    peer.failures.push(code);
    const answer = await put('motd', { data: 'x' });
    expect(problemIn(answer)).toEqual([status, code]);
    expect(answer.headers['retry-after']).toBe(status === 503 ? '1' : undefined);
  });

  test('a write that is 503 hears that nothing was applied, a read only what it can do', async () => {
    const helpOf = (answer: { json: () => { help: string } }): string => answer.json().help;
    peer.failures.push('NO_LEADER');
    expect(helpOf(await put('motd', { data: 'x' }))).toBe('Nothing was applied. Send it again, to any peer.');
    peer.barrierFailure = 'NO_LEADER';
    const read = await app.inject({ url: '/api/settings', headers: { host: 'localhost' } });
    expect(read.statusCode).toBe(503);
    expect(helpOf(read)).toBe('Send it again, to any peer.');
  });

  test('a bug of ours is 500, logged, and tells the caller nothing of its inside', async () => {
    peer.answer = () => {
      throw new Error('secret inside');
    };
    const answer = await put('motd', { data: 'x' });
    expect(problemIn(answer)).toEqual([500, 'INTERNAL']);
    expect(answer.body).not.toContain('secret');
    expect(logged).toEqual(['request failed']);
  });

  test('a body above the limit is 413, of another type 415', async () => {
    expect(problemIn(await put('motd', 'x'.repeat(limits.bodyBytesMax + 1)))).toEqual([413, 'TOO_LARGE']);
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'nonsense', 'application/jsonp']) {
      const answer = await put('motd', '{"data":"x"}', { 'content-type': type });
      expect(problemIn(answer)).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
    }
  });

  test('an unknown route is 404, whatever it carries', async () => {
    for (const url of [
      '/',
      '/api',
      '/api/secrets',
      '/api/services/a/b',
      '/api/services/',
      '/ws',
      '/API/nodes',
    ]) {
      expect(problemIn(await app.inject(url))).toEqual([404, 'NOT_FOUND']);
    }
    const headers = { 'content-type': 'text/plain' };
    expect(problemIn(await app.inject({ method: 'POST', url: '/nope', headers, payload: 'x' }))).toEqual([
      404,
      'NOT_FOUND',
    ]);
  });

  test.each([
    ['DELETE', '/api/assignments/a', 'GET, HEAD'],
    ['PUT', '/api/services/a', 'GET, HEAD, DELETE'],
    ['POST', '/api/nodes', 'GET, HEAD'],
    ['GET', '/api/apply', 'POST'],
    ['PATCH', '/api/settings/a', 'GET, HEAD, PUT, DELETE'],
    ['OPTIONS', '/livez', 'GET, HEAD'],
    ['DELETE', '/api/services/a/scale?x=1', 'POST'],
  ] as const)('%s %s is 405, with what it allows', async (method, url, allow) => {
    const answer = await app.inject({ method, url });
    expect(problemIn(answer)).toEqual([405, 'METHOD_NOT_ALLOWED']);
    expect(answer.headers.allow?.split(', ').toSorted()).toEqual(allow.split(', ').toSorted());
  });

  test('a foreign Host or Origin is 403, before anything else', async () => {
    for (const headers of [{ host: 'evil.example' }, { origin: 'http://evil.example' }, { origin: 'null' }]) {
      expect(problemIn(await app.inject({ url: '/nope', headers }))).toEqual([403, 'FORBIDDEN']);
      expect(
        problemIn(
          await app.inject({
            method: 'PUT',
            url: '/api/settings/a',
            headers: { ...json, ...headers },
            payload: '{}',
          }),
        ),
      ).toEqual([403, 'FORBIDDEN']);
    }
    const headers = { host: 'pi-1:6060', origin: 'http://pi-1:6060' };
    expect((await app.inject({ url: '/livez', headers })).statusCode).toBe(200);
  });

  test('a broken percent-encoding in the path is malformed', async () => {
    expect(problemIn(await app.inject('/api/settings/%zz'))).toEqual([400, 'MALFORMED']);
  });

  test('docs/interface.md names every status of the table', () => {
    const page = readFileSync(new URL('../../docs/interface.md', import.meta.url), 'utf8');
    const errors = /^- Errors:[\s\S]*?(?=^- )/m.exec(page)?.[0] ?? '';
    const missing = Object.values(errorMeanings).filter(({ status }) => !errors.includes(String(status)));
    expect(missing.map(({ status }) => status).filter((status) => ![405, 500].includes(status))).toEqual([]);
  });
});

test('whatever a request is, the answer is no 500', async () => {
  const paths = [
    '/api/apply',
    '/api/settings/a',
    '/api/services/a/scale',
    '/api/services/a',
    '/api/nodes',
    '/x',
  ];
  const request = fc.record({
    method: fc.constantFrom('GET', 'PUT', 'POST', 'DELETE', 'PATCH'),
    url: fc.oneof(
      fc.constantFrom(...paths),
      fc.tuple(fc.constantFrom(...paths), fc.webQueryParameters()).map(([path, query]) => `${path}?${query}`),
      fc.webPath().map((path) => `/api${path}`),
      fc.stringMatching(/^\/api\/settings\/[!-~]{0,20}$/),
    ),
    type: fc.constantFrom('application/json', 'application/yaml', 'text/plain', ''),
    ifMatch: fc.option(fc.stringMatching(/^[ -~]{0,8}$/), { nil: undefined }),
    payload: fc.oneof(
      fc.json(),
      fc.string({ unit: 'binary' }),
      fc.object().map((value) => JSON.stringify({ data: value })),
      fc
        .anything()
        .map(
          (value) =>
            JSON.stringify({ replicas: value }, (_, v: unknown) => (typeof v === 'bigint' ? 1 : v)) ?? '',
        ),
    ),
  });
  await fc.assert(
    fc.asyncProperty(request, async ({ method, url, type, ifMatch, payload }) => {
      const answer = await app.inject({
        method: method as 'GET',
        url,
        headers: { 'content-type': type, ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }) },
        payload,
      });
      expect(answer.statusCode).toBeLessThan(500);
      expect(answer.statusCode < 400 || problemIn(answer).length === 2).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test.each([
  ['no HTTP at all', 'hello\r\n\r\n', 400, 'MALFORMED'],
  [
    'headers without end',
    `GET / HTTP/1.1\r\nhost: localhost\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`,
    431,
    'HEADERS_TOO_LARGE',
  ],
  [
    'two lengths',
    'POST /api/apply HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n{}',
    400,
    'MALFORMED',
  ],
])('%s on the wire is answered with a problem', async (_, text, status, code) => {
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  const answer = await new Promise<string>((resolve, reject) => {
    let received = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.on('data', (data: Buffer) => (received += data.toString()));
    socket.on('end', () => resolve(received));
    socket.on('error', reject);
  });
  expect(answer.startsWith(`HTTP/1.1 ${status} `)).toBe(true);
  expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject({
    status,
    code,
  });
});
